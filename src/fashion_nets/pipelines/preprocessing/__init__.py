"""Turn raw images into the sets that networks train, validate and are tested on."""

from fashion_nets.pipelines.preprocessing.pipeline import create_pipeline

__all__ = ["create_pipeline"]
