"""Search the parameters of a network for the best on the validation set."""

from fashion_nets.pipelines.sweep.pipeline import create_pipeline

__all__ = ["create_pipeline"]
