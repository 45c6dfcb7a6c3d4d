"""The settings of conf/ for the small forms, for tests of architectures."""

import functools

from tests.parameters import stated

from fashion_nets.networks.registry import ARCHITECTURES, AnyArchitectureParams, build_network

CLASSICAL = [name for name, architecture in ARCHITECTURES.items() if architecture.publication is not None]


@functools.cache
def settings():
    """The groups of each architecture by name."""
    return stated("architecture_settings")


def build(name, image_shape=(28, 28), n_classes=10, **changes):
    """The small form of an architecture as conf/ has it, but for changes to its parameters."""
    params = AnyArchitectureParams.model_validate({**settings()[name]["architecture"], **changes})
    return build_network(params, image_shape, n_classes, "cnn")
