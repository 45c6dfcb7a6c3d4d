"""Make the best classifier of a run a version of the registered model."""

from fashion_nets.pipelines.register.pipeline import create_pipeline

__all__ = ["create_pipeline"]
