"""Nodes of the pipeline ``evaluate``."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from fashion_nets.data.image_set import LabelledImages, intensities
from fashion_nets.evaluation import comparison
from fashion_nets.evaluation.classification import classification_metrics, confusion_table, predict_classes
from fashion_nets.evaluation.generation import (
    GenerationParams,
    first_of_class,
    generate_images,
    walk_between,
)
from fashion_nets.evaluation.reconstruction import reconstruction_metrics
from fashion_nets.inspection.prediction import BATCH_SIZE, predict
from fashion_nets.networks.registry import NETWORKS
from fashion_nets.networks.types import KerasModel
from fashion_nets.pipelines.joints import Stored, results_of_all
from fashion_nets.plotting.classification import plot_confusion_matrix
from fashion_nets.plotting.images import (
    plot_generated_images,
    plot_mistakes,
    plot_reconstructions,
    plot_walk,
)
from fashion_nets.plotting.style import name_network

N_RECONSTRUCTIONS = 15  # as in the lecture's figure


def compare_networks(
    stored: Stored, collected: Mapping[str, Any] | None = None, **metrics: Mapping[str, float]
) -> pd.DataFrame:
    """Set the results of all networks side by side, those of this run and those stored before."""
    return comparison.compare_networks(**results_of_all("metrics", NETWORKS, metrics, stored, collected))


def evaluate_classifier(
    model: KerasModel,
    history: pd.DataFrame,
    predictions: pd.DataFrame,
    validation_set: LabelledImages,
    class_names: list[str],
    costs: dict[str, Any],
    about: dict[str, Any],
) -> dict[str, Any]:
    """Measure loss and accuracy on the test and the validation set, and what the network is and cost."""
    validation = predict_classes(model, validation_set, class_names)
    return {
        **_architecture(about),
        **_prefixed("test", classification_metrics(predictions)),
        **_prefixed("val", classification_metrics(validation)),
        **_cost(costs, history),
    }


def evaluate_autoencoder(
    model: KerasModel,
    history: pd.DataFrame,
    validation_set: LabelledImages,
    test_set: LabelledImages,
    costs: dict[str, Any],
    about: dict[str, Any],
) -> dict[str, Any]:
    """Measure the reconstruction errors on the test and the validation set; tell what it is and cost."""
    return {
        **_architecture(about),
        **_prefixed("test", _reconstruction_metrics(model, test_set)),
        **_prefixed("val", _reconstruction_metrics(model, validation_set)),
        **_cost(costs, history),
    }


class EvaluationNodes(NamedTuple):
    """The nodes of one network that write its name on figures.

    Attributes:
        network: Its namespace.
    """

    network: str

    def plot_confusion_matrix(
        self, predictions: pd.DataFrame, metrics: dict[str, Any], about: dict[str, Any]
    ) -> Figure:
        """Draw which classes of the test set are taken for which."""
        interval = (metrics["test_accuracy_low"], metrics["test_accuracy_high"])
        name = name_network(self.network, about)
        return plot_confusion_matrix(confusion_table(predictions), name, metrics["test_accuracy"], interval)

    def plot_mistakes(
        self, test_set: LabelledImages, predictions: pd.DataFrame, about: dict[str, Any]
    ) -> Figure:
        """Draw the test images that the network gets wrong with the most confidence."""
        return plot_mistakes(test_set.images, predictions, name_network(self.network, about))

    def plot_reconstructions(
        self,
        model: KerasModel,
        validation_set: LabelledImages,
        metrics: dict[str, Any],
        about: dict[str, Any],
    ) -> Figure:
        """Draw the first validation images over their reconstructions, as in the lecture."""
        images = validation_set.images[:N_RECONSTRUCTIONS]
        errors = {key.removeprefix("val_"): value for key, value in metrics.items() if key.startswith("val_")}
        name = name_network(self.network, about)
        return plot_reconstructions(images, predict(model, images), name, errors, part="validation")

    def plot_generated_images(
        self, model: KerasModel, generation: GenerationParams, seed: int, about: dict[str, Any]
    ) -> Figure:
        """Draw images that are decoded from random codings."""
        images = generate_images(model, generation.n_images, seed)
        return plot_generated_images(images, name_network(self.network, about))

    def plot_walk(
        self,
        model: KerasModel,
        test_set: LabelledImages,
        class_names: list[str],
        generation: GenerationParams,
        about: dict[str, Any],
    ) -> Figure:
        """Draw what lies between the codings of two garments, each the first test image of its class."""
        classes = (generation.walk_from, generation.walk_to)
        start, end = (first_of_class(test_set, class_name, class_names) for class_name in classes)
        steps = walk_between(model, start, end, generation.walk_steps)
        return plot_walk([start, end], steps, classes, name_network(self.network, about))


def _reconstruction_metrics(model: KerasModel, images: LabelledImages) -> dict[str, float]:
    originals = intensities(images.images)
    loss = model.evaluate(originals, originals, batch_size=BATCH_SIZE, verbose=0)
    return {"loss": loss, **reconstruction_metrics(originals, predict(model, originals))}


def _prefixed(prefix: str, metrics: dict[str, Any]) -> dict[str, float]:
    return {f"{prefix}_{name}": value for name, value in metrics.items()}


def _architecture(about: dict[str, Any]) -> dict[str, str]:
    return {"architecture": about["architecture"]} if "architecture" in about else {}


def _cost(costs: dict[str, Any], history: pd.DataFrame) -> dict[str, float]:
    return {
        **{name: costs[name] for name in ("parameters", "multiplications", "training_memory_mb")},
        "epochs": len(history),
        "training_seconds": float(history["seconds"].sum()),
    }
