"""Find out how many codings an image needs."""

from fashion_nets.pipelines.coding_size.pipeline import create_pipeline

__all__ = ["create_pipeline"]
