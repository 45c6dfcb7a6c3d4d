"""Take a network to other programs."""

from fashion_nets.pipelines.export.pipeline import create_pipeline

__all__ = ["create_pipeline"]
