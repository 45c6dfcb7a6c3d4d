"""Fashion-MNIST networks as Kedro pipelines: trained, evaluated, projected, explained and tracked."""

__version__ = "0.1.0"
