"""Classify pictures of one's own."""

from fashion_nets.pipelines.predict.pipeline import create_pipeline

__all__ = ["create_pipeline"]
