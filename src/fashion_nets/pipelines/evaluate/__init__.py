"""Evaluate trained networks on the test set."""

from fashion_nets.pipelines.evaluate.pipeline import (
    create_autoencoders_pipeline,
    create_classifier_pipeline,
    create_pipeline,
)

__all__ = ["create_autoencoders_pipeline", "create_classifier_pipeline", "create_pipeline"]
