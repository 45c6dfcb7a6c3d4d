"""Reuse a network for classes that it has not seen."""

from fashion_nets.pipelines.transfer.pipeline import create_pipeline

__all__ = ["create_pipeline"]
