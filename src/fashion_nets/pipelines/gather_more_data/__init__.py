"""Find out whether more training images would help."""

from fashion_nets.pipelines.gather_more_data.pipeline import create_pipeline

__all__ = ["create_pipeline"]
