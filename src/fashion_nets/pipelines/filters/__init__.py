"""Filter an image as people did before networks learned their filters."""

from fashion_nets.pipelines.filters.pipeline import create_pipeline

__all__ = ["create_pipeline"]
