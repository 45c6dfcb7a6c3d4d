"""Nodes of the pipelines that train networks."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError
from fashion_nets.inspection.description import describe_layers
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams
from fashion_nets.networks.parameters import ArchitectureParams
from fashion_nets.networks.registry import AutoencoderArchitectureParams, ClassifierArchitectureParams
from fashion_nets.networks.types import KerasModel
from fashion_nets.parameters import RefusedValueError
from fashion_nets.pipelines.wiring import checked_by
from fashion_nets.plotting.costs import plot_costs
from fashion_nets.plotting.diagram import plot_diagram
from fashion_nets.plotting.learning_curves import plot_learning_curves
from fashion_nets.plotting.style import name_network
from fashion_nets.tracking import TrainingLog
from fashion_nets.training.checkpoints import NOT_KEPT, Checkpoints
from fashion_nets.training.costs import MemoryNeededError, training_costs
from fashion_nets.training.feasibility import check_recipe, outline_network
from fashion_nets.training.greedy import GreedyTrainingParams
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import (
    AutoencoderTrainingParams,
    ClassifierTrainingParams,
    TrainingParams,
    kept_epoch,
)
from fashion_nets.training.precision import Precision
from fashion_nets.training.recipe import Recipe

NO_CLASSES: Sequence[str] = ()  # an autoencoder needs none
Trained = tuple[KerasModel, pd.DataFrame]


def check_loss(training: ClassifierTrainingParams, class_names: list[str]) -> None:
    """Refuse a loss that does not go with the number of classes."""
    try:
        training.count_outputs(len(class_names))
    except UserError as error:
        raise RefusedValueError("training", "loss", str(error).removeprefix("training.loss: ")) from error


def check_network(
    self: "TrainingNodes",
    train_set: LabelledImages,
    architecture: ArchitectureParams,
    optimizer: OptimizerParams,
    training: TrainingParams,
    class_names: Sequence[str] = (),
) -> None:
    """Refuse a network that cannot be built for these images, or not be trained."""
    recipe = Recipe(self.network, architecture, optimizer, training)
    try:
        model = outline_network(recipe, train_set.images.shape[1:], len(class_names))
    except UserError as error:
        raise RefusedValueError("architecture", "", str(error)) from error
    try:
        check_recipe(recipe, model, len(train_set.labels))
    except MemoryNeededError:
        raise  # with the options that help
    except UserError as error:
        raise RefusedValueError("training", "", str(error)) from error


class TrainingNodes(NamedTuple):
    """The nodes of one network, which know its name: Kedro tells a function nothing of its namespace.

    Attributes:
        network: Its namespace, which names the model, its metrics and its figures.
    """

    network: str

    @checked_by(check_loss, check_network)
    def train_classifier(
        self,
        seed: int,
        train_set: LabelledImages,
        validation_set: LabelledImages,
        architecture: ClassifierArchitectureParams,
        optimizer: OptimizerParams,
        training: ClassifierTrainingParams,
        class_names: list[str],
        checkpoints: Checkpoints = NOT_KEPT,
    ) -> Trained:
        """Build, compile and fit a classifier; return it with its history, a row per epoch.

        Raises:
            UserError: If the sets have another number of classes than there are names.
        """
        _check_classes(self.network, train_set, validation_set, class_names)
        recipe = Recipe(self.network, architecture, optimizer, training)
        return self._fit(recipe, train_set, validation_set, class_names, seed, checkpoints)

    @checked_by(check_network)
    def train_autoencoder(
        self,
        seed: int,
        train_set: LabelledImages,
        validation_set: LabelledImages,
        architecture: AutoencoderArchitectureParams,
        optimizer: OptimizerParams,
        training: AutoencoderTrainingParams,
        checkpoints: Checkpoints = NOT_KEPT,
    ) -> Trained:
        """Build, compile and fit an autoencoder; return it with its history, a row per epoch."""
        recipe = Recipe(self.network, architecture, optimizer, training)
        return self._fit(recipe, train_set, validation_set, NO_CLASSES, seed, checkpoints)

    @checked_by(check_network)
    def train_greedily(
        self,
        seed: int,
        train_set: LabelledImages,
        validation_set: LabelledImages,
        architecture: DenseAutoencoderParams,
        optimizer: OptimizerParams,
        training: GreedyTrainingParams,
        checkpoints: Checkpoints = NOT_KEPT,
    ) -> Trained:
        """Fit one shallow autoencoder after another and stack them; return the stack, the history of all."""
        recipe = Recipe(self.network, architecture, optimizer, training)
        return self._fit(recipe, train_set, validation_set, NO_CLASSES, seed, checkpoints)

    def _fit(
        self,
        recipe: Recipe,
        train_set: LabelledImages,
        validation_set: LabelledImages,
        class_names: Sequence[str],
        seed: int,
        checkpoints: Checkpoints,
    ) -> Trained:
        """Fit, and forget what Keras and TensorFlow keep of it: in a run of many networks that adds up."""
        import keras

        log = TrainingLog(self.network, class_names)
        try:
            own = checkpoints.of(self.network, self.network).for_account(log)
            model, history = recipe.fit(
                train_set, validation_set, len(class_names), seed, log, checkpoints=own
            )
        finally:
            keras.utils.clear_session()
        log.keep_best(history, kept_epoch(history, recipe.training.early_stopping))
        return model, history

    def plot_learning_curves(
        self, history: pd.DataFrame, about: dict[str, Any], layers: pd.DataFrame
    ) -> Figure:
        """Draw how loss and accuracy went from epoch to epoch."""
        return plot_learning_curves(history, name_network(self.network, about), about, layers)

    def plot_diagram(self, layers: pd.DataFrame, about: dict[str, Any]) -> Figure:
        """Draw the layers as a diagram."""
        return plot_diagram(layers, name_network(self.network, about))

    def plot_costs(self, layers: pd.DataFrame, costs: dict[str, Any], about: dict[str, Any]) -> Figure:
        """Draw what each layer costs."""
        return plot_costs(layers, costs, name_network(self.network, about))


def _check_classes(
    network: str, train_set: LabelledImages, validation_set: LabelledImages, class_names: list[str]
) -> None:
    n_classes = 1 + max(int(each.labels.max()) for each in (train_set, validation_set))
    if n_classes != len(class_names):
        raise UserError(
            f"{network}: the sets have images of {n_classes} classes, but there are {len(class_names)} class "
            "names, so that they come from different image sets. Make the sets again: "
            "kedro run --pipelines=preprocessing"
        )


def estimate_costs(
    model: KerasModel,
    train_set: LabelledImages,
    batch_size: Any,  # int | Literal["full"], but Kedro warns of unions in every run
    precision: Precision,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """List what each layer costs, and what the whole network costs in training."""
    costs = training_costs(model, len(train_set.labels), batch_size, precision)
    return describe_layers(model, costs["precision"]), costs
