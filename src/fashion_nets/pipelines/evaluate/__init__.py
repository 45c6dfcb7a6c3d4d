"""Evaluate trained networks on the test set."""

from fashion_nets.pipelines.evaluate.pipeline import create_pipeline

__all__ = ["create_pipeline"]
