"""Obtain, verify and describe the image set."""

from fashion_nets.pipelines.data_ingestion.pipeline import create_pipeline

__all__ = ["create_pipeline"]
