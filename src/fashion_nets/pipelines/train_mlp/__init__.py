"""Train the MLP."""

from fashion_nets.pipelines.train_mlp.pipeline import create_pipeline

__all__ = ["create_pipeline"]
