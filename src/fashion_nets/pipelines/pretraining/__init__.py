"""Reuse encoders, trained without labels, where labels are few."""

from fashion_nets.pipelines.pretraining.pipeline import create_pipeline

__all__ = ["create_pipeline"]
