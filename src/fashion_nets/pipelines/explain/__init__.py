"""Look into a trained convolutional network."""

from fashion_nets.pipelines.explain.pipeline import create_pipeline

__all__ = ["create_pipeline"]
