"""Remove noise from images, by an autoencoder and by filters."""

from fashion_nets.pipelines.denoise.pipeline import create_pipeline

__all__ = ["create_pipeline"]
