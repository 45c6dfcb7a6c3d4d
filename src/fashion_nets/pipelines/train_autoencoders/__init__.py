"""Train the autoencoders."""

from fashion_nets.pipelines.train_autoencoders.pipeline import create_pipeline

__all__ = ["create_pipeline"]
