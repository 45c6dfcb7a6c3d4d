"""Train the architectures side by side on the same budget."""

from fashion_nets.pipelines.architectures.pipeline import create_pipeline

__all__ = ["create_pipeline"]
