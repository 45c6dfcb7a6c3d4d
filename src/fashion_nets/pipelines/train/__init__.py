"""Train networks."""

from fashion_nets.pipelines.train.pipeline import create_pipeline

__all__ = ["create_pipeline"]
