"""The classifiers of conf/ by name, for what trains any of them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError
from fashion_nets.networks.architectures import AnyArchitectureParams, build_architecture
from fashion_nets.networks.architectures.registry import find_architecture
from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.networks.types import KerasModel
from fashion_nets.parameters import Parameters
from fashion_nets.training.fit import ClassifierTrainingParams, EpochListener, fit_classifier
from fashion_nets.training.optimizers import OptimizerParams

if TYPE_CHECKING:
    import keras

NETWORKS: dict[str, tuple[type[Parameters], Callable[..., KerasModel]]] = {
    "mlp": (MlpParams, build_mlp),
    "cnn": (AnyArchitectureParams, build_architecture),
}
"""The type of the architecture of each classifier, and the function that builds it."""


class Classifier(NamedTuple):
    """How a network is built and fitted, whatever its architecture.

    Attributes:
        name: Its namespace in conf/, one of ``NETWORKS``.
        architecture: Its layers.
        optimizer: Its optimizer.
        training: Its training.
    """

    name: str
    architecture: Parameters
    optimizer: OptimizerParams
    training: ClassifierTrainingParams

    def build(self, image_shape: tuple[int, ...], n_classes: int) -> KerasModel:
        """Build it, uncompiled."""
        _, build = NETWORKS[self.name]
        return build(self.architecture, image_shape, n_classes, self.name)

    def parameters(self) -> dict[str, Any]:
        """Its groups of parameters as plain values, which :func:`read_classifier` takes and JSON holds."""
        groups = {"architecture": self.architecture, "optimizer": self.optimizer, "training": self.training}
        return {name: group.model_dump(mode="json") for name, group in groups.items()}

    def fit(
        self,
        train_set: LabelledImages,
        validation_set: LabelledImages,
        n_classes: int,
        seed: int,
        listener: EpochListener | None = None,
        callbacks: Sequence["keras.callbacks.Callback"] = (),
    ) -> tuple[KerasModel, pd.DataFrame]:
        """Build and fit it; see :func:`fashion_nets.training.fit.fit_network`."""
        build = partial(self.build, train_set.images.shape[1:], n_classes)
        return fit_classifier(
            build,
            train_set,
            validation_set,
            n_classes,
            self.optimizer,
            self.training,
            seed,
            listener,
            callbacks,
        )


def choose_classifier(
    network: str,
    mlp_architecture: MlpParams,
    mlp_optimizer: OptimizerParams,
    mlp_training: ClassifierTrainingParams,
    cnn_architecture: AnyArchitectureParams,
    cnn_optimizer: OptimizerParams,
    cnn_training: ClassifierTrainingParams,
) -> Classifier:
    """Choose one of the networks by name."""
    groups = {
        "mlp": (mlp_architecture, mlp_optimizer, mlp_training),
        "cnn": (cnn_architecture, cnn_optimizer, cnn_training),
    }
    return Classifier(network, *groups[network])


def complete_network(network: Mapping[str, Any], architectures: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what a network leaves to its architecture.

    Args:
        network: Its groups as in conf/, ``architecture`` with the name of the architecture. What they state
            wins, down to single fields.
        architectures: The settings of each architecture by name: its groups ``architecture``,
            ``optimizer`` and ``training``.

    Returns:
        The groups of the network, complete.

    Raises:
        UserError: If there is no such architecture, or no name.
    """
    architecture = network["architecture"]
    if not isinstance(architecture, Mapping):
        raise UserError(f"expected a group of parameters with the field 'name', got {architecture!r}")
    name = architecture["name"]
    find_architecture(name)
    return _merge(architectures.get(name, {}), network)


def _merge(own: Mapping[str, Any], stated: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(own)
    for key, value in stated.items():
        before = merged.get(key)
        both = isinstance(value, Mapping) and isinstance(before, Mapping)
        merged[key] = _merge(before, value) if both else value
    return merged


def read_classifier(network: str, parameters: Mapping[str, Any]) -> Classifier:
    """Make a classifier from plain parameters.

    Args:
        network: One of ``NETWORKS``.
        parameters: Its groups ``architecture``, ``optimizer`` and ``training`` as in conf/.

    Raises:
        UserError: Names the group and the field that is wrong.
    """
    groups = {
        "architecture": NETWORKS[network][0],
        "optimizer": OptimizerParams,
        "training": ClassifierTrainingParams,
    }
    if unknown := set(parameters) - set(groups):
        raise UserError(
            f"{', '.join(map(repr, sorted(unknown)))} is no group of parameters of a classifier; "
            f"there are {', '.join(groups)}"
        )
    return Classifier(network, **{name: _read(name, group, parameters) for name, group in groups.items()})


def _read(name: str, group: type[Parameters], parameters: Mapping[str, Any]) -> Parameters:
    try:
        return group.model_validate(parameters.get(name))
    except UserError as error:
        raise UserError(f"{name}: {error}") from error
