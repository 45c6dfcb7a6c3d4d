"""The settings of conf/ for the small forms, for tests of architectures."""

import functools

import yaml
from tests.conftest import ROOT

from fashion_nets.networks.registry import AnyArchitectureParams, architectures_of, build_network

CLASSICAL = [name for name in architectures_of("classifier") if name not in ("mlp", "lecture")]


@functools.cache
def settings():
    """The groups of each architecture by name."""
    text = (ROOT / "conf" / "base" / "parameters_architectures.yml").read_text()
    return yaml.safe_load(text)["architectures"]


def build(name, image_shape=(28, 28), n_classes=10, **changes):
    """The small form of an architecture as conf/ has it, but for changes to its parameters."""
    params = AnyArchitectureParams.model_validate({**settings()[name]["architecture"], **changes})
    return build_network(params, image_shape, n_classes, "cnn")
