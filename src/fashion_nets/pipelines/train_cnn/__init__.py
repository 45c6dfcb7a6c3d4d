"""Train the CNN."""

from fashion_nets.pipelines.train_cnn.pipeline import create_pipeline

__all__ = ["create_pipeline"]
