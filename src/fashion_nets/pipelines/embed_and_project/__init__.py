"""Embed images with autoencoders and project the codings."""

from fashion_nets.pipelines.embed_and_project.pipeline import create_pipeline

__all__ = ["create_pipeline"]
