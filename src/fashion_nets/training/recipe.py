"""How a network of conf/ is built and fitted, whatever it is."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import pandas as pd

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams
from fashion_nets.networks.outlines import outline
from fashion_nets.networks.parameters import ArchitectureParams
from fashion_nets.networks.registry import (
    NETWORKS,
    AutoencoderArchitectureParams,
    ClassifierArchitectureParams,
    Kind,
    build_network,
    find_architecture,
)
from fashion_nets.networks.types import Callback, KerasModel
from fashion_nets.parameters import Parameters, merge_groups
from fashion_nets.training.checkpoints import NOT_KEPT, Checkpoints
from fashion_nets.training.costs import check_weights
from fashion_nets.training.fit import EpochListener, fit_autoencoder, fit_classifier
from fashion_nets.training.greedy import GreedyTrainingParams, fit_greedily, list_phases
from fashion_nets.training.lines import EpochLines
from fashion_nets.training.memory import free_memory
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import (
    AutoencoderTrainingParams,
    ClassifierTrainingParams,
    TrainingParams,
    kept_epoch,
)
from fashion_nets.training.quiet import is_quiet

GROUPS = ("architecture", "optimizer", "training")
"""The groups of parameters that a recipe is made of; a network may have others, for other pipelines."""


LARGE_LAYER = 4096
"""Units or filters of a layer above which its weights may fill memory."""
WIDEST_LAYER = 2048
"""Filters of the widest published convolution, which ``width`` multiplies."""


class Recipe(NamedTuple):
    """How a network is built and fitted.

    Attributes:
        network: Its namespace in conf/, which names the model.
        architecture: Its layers.
        optimizer: Its optimizer.
        training: Its training, of the type that goes with the kind of network.
    """

    network: str
    architecture: ArchitectureParams
    optimizer: OptimizerParams
    training: TrainingParams

    def build(self, image_shape: tuple[int, ...], n_classes: int) -> KerasModel:
        """Build it, uncompiled.

        Args:
            image_shape: Shape of one image, (height, width).
            n_classes: Number of classes; an autoencoder needs none.

        Raises:
            UserError: If the architecture does not fit the images, or the loss the number of classes.
            MemoryNeededError: If its weights do not fit into memory, as far as that is known.
        """
        n_outputs = self.count_outputs(n_classes)
        build = partial(build_network, self.architecture, image_shape, n_outputs, self.network)
        if any(number > LARGE_LAYER for number in _numbers(self.architecture.model_dump())):
            check_weights(outline(build), free_memory())
        return build()

    def count_outputs(self, n_classes: int) -> int:
        """How many outputs it has: as many as its loss asks for if it is a classifier, else 0.

        Raises:
            UserError: If the loss does not fit the number of classes.
        """
        training = self.training
        try:
            return training.count_outputs(n_classes) if isinstance(training, ClassifierTrainingParams) else 0
        except UserError as error:
            raise UserError(f"{self.network}.{error}") from error

    def fit(
        self,
        train_set: LabelledImages,
        validation_set: LabelledImages,
        n_classes: int,
        seed: int,
        listener: EpochListener | None = None,
        callbacks: Sequence[Callback] = (),
        checkpoints: Checkpoints = NOT_KEPT,
    ) -> tuple[KerasModel, pd.DataFrame]:
        """Build and fit it, and say how far it is; see :func:`fashion_nets.training.fit.fit_network`.

        Args:
            train_set: Images to fit; an autoencoder does not use the labels.
            validation_set: Images to watch; never fitted.
            n_classes: Number of classes; an autoencoder needs none.
            seed: Seed of the weights, the order of the images and the dropout.
            listener: Called after each epoch with its number, from 1, and its metrics.
            callbacks: Called before this project's own; none for what is trained greedily.
            checkpoints: Where the training leaves its state while it lasts, and goes on from.

        Returns:
            The network, compiled, and its history, a row per epoch.
        """
        sets = (train_set, validation_set)
        if is_quiet():
            return self._fit(*sets, n_classes, seed, listener, callbacks, checkpoints)
        training = self.training
        lines = EpochLines(self.network, self.most_epochs, training.may_stop_early, listener)
        model, history = self._fit(*sets, n_classes, seed, lines, callbacks, checkpoints)
        lines.end(history, kept_epoch(history, training.early_stopping))
        return model, history

    def _fit(
        self,
        train_set: LabelledImages,
        validation_set: LabelledImages,
        n_classes: int,
        seed: int,
        listener: EpochListener | None,
        callbacks: Sequence[Callback],
        checkpoints: Checkpoints,
    ) -> tuple[KerasModel, pd.DataFrame]:
        sets, architecture, training = (train_set, validation_set), self.architecture, self.training
        checkpoints = checkpoints.about(architecture=architecture.model_dump(mode="json"))
        if isinstance(architecture, DenseAutoencoderParams) and isinstance(training, GreedyTrainingParams):
            return fit_greedily(
                architecture, self.network, *sets, self.optimizer, training, seed, listener, checkpoints
            )
        build = partial(self.build, train_set.images.shape[1:], n_classes)
        file = checkpoints.phase()
        if isinstance(training, AutoencoderTrainingParams):
            return fit_autoencoder(build, *sets, self.optimizer, training, seed, listener, callbacks, file)
        training = self.classifier_training
        return fit_classifier(
            build, *sets, n_classes, self.optimizer, training, seed, listener, callbacks, file
        )

    @property
    def most_epochs(self) -> int:
        """How many epochs it has, through all phases, if nothing stops it early."""
        architecture, training = self.architecture, self.training
        if isinstance(architecture, DenseAutoencoderParams) and isinstance(training, GreedyTrainingParams):
            return len(list(list_phases(architecture))) * training.epochs + training.fine_tuning_epochs
        return training.epochs

    @property
    def classifier_training(self) -> ClassifierTrainingParams:
        """Its training, which is that of a classifier.

        Raises:
            TypeError: If it is another one.
        """
        if not isinstance(self.training, ClassifierTrainingParams):
            raise TypeError(
                f"{self.network} is trained by {type(self.training).__name__}, as no classifier is"
            )
        return self.training

    def parameters(self) -> dict[str, Any]:
        """Its groups as plain values, which :func:`read_recipe` takes and JSON holds."""
        return {name: getattr(self, name).model_dump(mode="json") for name in GROUPS}


def read_recipe(network: str, parameters: Mapping[str, Any]) -> Recipe:
    """Make a recipe from plain parameters.

    Args:
        network: One of ``NETWORKS``.
        parameters: Its ``GROUPS`` as in conf/.

    Raises:
        UserError: Names the group and the field that is wrong.
    """
    if unknown := set(parameters) - set(GROUPS):
        raise UserError(
            f"{', '.join(map(repr, sorted(unknown)))} is no group of parameters of a network; "
            f"there are {', '.join(GROUPS)}"
        )
    types = zip(GROUPS, types_of(network), strict=True)
    return Recipe(network, *(_read(name, group, parameters) for name, group in types))


def choose_recipe(network: str, **networks: Mapping[str, Any]) -> Recipe:
    """Read the recipe of one of the networks of conf/, whose other groups are left alone.

    Args:
        network: Its name.
        networks: Networks by name, each with its groups of parameters.

    Raises:
        UserError: If a parameter is wrong, or there is no such network.
    """
    if network not in networks:
        raise UserError(f"there is no network {network!r} to choose; there are {', '.join(networks)}")
    groups = {name: group for name, group in networks[network].items() if name in GROUPS}
    try:
        return read_recipe(network, groups)
    except UserError as error:
        raise UserError(f"{network}.{error}. Change it in conf/.") from error


def types_of(network: str) -> tuple[type[ArchitectureParams], type[OptimizerParams], type[TrainingParams]]:
    """The types of the ``GROUPS`` of a network."""
    if NETWORKS[network].kind == "classifier":
        return ClassifierArchitectureParams, OptimizerParams, ClassifierTrainingParams
    if NETWORKS[network].is_greedy:
        return DenseAutoencoderParams, OptimizerParams, GreedyTrainingParams
    return AutoencoderArchitectureParams, OptimizerParams, AutoencoderTrainingParams


def complete_network(
    network: Mapping[str, Any], architectures: Mapping[str, Any], kind: Kind | None = None
) -> dict[str, Any]:
    """Fill in what a network leaves to its architecture.

    Args:
        network: Its groups as in conf/, ``architecture`` with the name of the architecture. What they state
            wins, down to single fields.
        architectures: The settings of each architecture that has any, by name: its ``GROUPS``.
        kind: What the network is for; None leaves that to what reads the groups.

    Returns:
        The groups of the network, complete.

    Raises:
        UserError: If there is no such architecture for this kind of network, or no name.
    """
    architecture = network["architecture"]
    if not isinstance(architecture, Mapping) or "name" not in architecture:
        raise UserError(f"expected a group of parameters with the field 'name', got {architecture!r}")
    name = architecture["name"]
    find_architecture(name, kind)
    return merge_groups(architectures.get(name, {}), network)


def _read(name: str, group: type[Parameters], parameters: Mapping[str, Any]) -> Any:
    try:
        return group.model_validate(parameters.get(name))
    except UserError as error:
        raise UserError(f"{name}: {error}") from error


def _numbers(parameters: Any) -> Iterator[float]:
    """All numbers in a group of parameters; a width counts as what it makes of the widest published layer."""
    if isinstance(parameters, Mapping):
        for name, value in parameters.items():
            yield from (number * WIDEST_LAYER if name == "width" else number for number in _numbers(value))
    elif isinstance(parameters, list | tuple):
        yield from chain.from_iterable(map(_numbers, parameters))
    elif isinstance(parameters, int | float):
        yield parameters
