"""Train variants of a network and compare them."""

from fashion_nets.pipelines.study.pipeline import create_pipeline

__all__ = ["create_pipeline"]
