"""Embed images with autoencoders and project the codings."""

from fashion_nets.pipelines.embed_and_project.pipeline import create_network_pipeline, create_pipeline

__all__ = ["create_network_pipeline", "create_pipeline"]
