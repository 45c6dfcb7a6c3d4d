"""The classical architectures of the lecture, as published and in forms for small images."""

from fashion_nets.networks.architectures.registry import (
    ARCHITECTURES,
    AnyArchitectureParams,
    build_architecture,
    build_original,
)

__all__ = ["ARCHITECTURES", "AnyArchitectureParams", "build_architecture", "build_original"]
