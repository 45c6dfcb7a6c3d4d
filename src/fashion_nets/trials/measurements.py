"""What may be measured of each trial beyond losses and accuracies, by name."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pandas as pd

from fashion_nets.evaluation.differences import find_mistakes
from fashion_nets.evaluation.pruning import pruning_curve, weight_sparsity
from fashion_nets.networks.types import Callback, KerasModel
from fashion_nets.training.fit import make_targets
from fashion_nets.training.recipe import Recipe
from fashion_nets.trials.images import ChosenImages

N_PROBED_IMAGES = 500
SPARSITIES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99)
ZERO_TOLERANCE = 0.001  # initial weights of the MLP have a deviation of 0.04 and more


class Measurement(NamedTuple):
    """A measurement of one trial.

    Attributes:
        table: Gives what was measured, from the trained network.
        callbacks: Look at the network while it is trained.
    """

    table: Callable[[KerasModel], pd.DataFrame]
    callbacks: Sequence[Callback] = ()


def measure_layers(recipe: Recipe, images: ChosenImages) -> Measurement:
    """Gradients and activations of each hidden layer, epoch by epoch, on the first training images."""
    from fashion_nets.training.layer_statistics import LayerStatistics

    probed, labels = (part[:N_PROBED_IMAGES] for part in images.fitted)
    training = recipe.classifier_training
    is_sparse = training.loss == "sparse_categorical_crossentropy"
    loss = "categorical_crossentropy" if is_sparse and training.label_smoothing else training.loss
    statistics = LayerStatistics(probed, make_targets(labels, len(images.class_names), loss))
    return Measurement(table=lambda _: statistics.table(), callbacks=[statistics])


def measure_pruning(recipe: Recipe, images: ChosenImages) -> Measurement:  # noqa: ARG001
    """Validation accuracy with ever fewer weights."""
    return Measurement(lambda model: pruning_curve(model, images.validation, images.class_names, SPARSITIES))


def measure_sparsity(recipe: Recipe, images: ChosenImages) -> Measurement:  # noqa: ARG001
    """The share of the weights of each layer that the training has driven to zero."""
    return Measurement(lambda model: weight_sparsity(model, ZERO_TOLERANCE))


def measure_mistakes(recipe: Recipe, images: ChosenImages) -> Measurement:  # noqa: ARG001
    """The validation images, and as many training images, that the final network gets wrong.

    What two networks have in common in their mistakes says how sure one can be of their difference.
    """
    n_images = len(images.validation.labels)
    parts = {"train": images.drawn, "val": images.validation}

    def list_mistakes(model: KerasModel) -> pd.DataFrame:
        found = {
            part: find_mistakes(model, chosen[:n_images], labels[:n_images])
            for part, (chosen, labels) in parts.items()
        }
        rows = [(part, int(image)) for part, indices in found.items() for image in indices]
        return pd.DataFrame(rows, columns=["part", "image"])

    return Measurement(list_mistakes)


MEASUREMENTS: dict[str, Callable[..., Measurement]] = {
    "layer_statistics": measure_layers,
    "mistakes": measure_mistakes,
    "pruning": measure_pruning,
    "sparsity": measure_sparsity,
}
"""Each starts a measurement of one trial, given its recipe and its images."""
