"""Nodes of the pipeline ``explain``."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from pydantic import NonNegativeInt, PositiveInt

from fashion_nets.data.image_set import ImageSetError, LabelledImages, intensities
from fashion_nets.data.subsets import choose_image
from fashion_nets.evaluation.classification import most_confident
from fashion_nets.inspection.explanation import (
    check_classifier,
    class_heat_maps,
    feature_maps,
    first_kernels,
    heat_map_layer,
)
from fashion_nets.networks.types import KerasModel
from fashion_nets.parameters import Parameters, RefusedValueError, Text
from fashion_nets.pipelines.wiring import checked_by, refuse_autoencoder
from fashion_nets.plotting import explanation as plots
from fashion_nets.plotting.style import name_network


class ExplainParams(Parameters):
    """Which network is looked into, and how much of it is shown.

    Attributes:
        network: A network with convolutions: one that this run makes or a stored one by its name, or one in
            MLflow, as for ``predict.network``.
        image_index: The test image whose feature maps are shown, counted from 0.
        n_maps: Feature maps of each layer, the strongest ones.
        n_right: Heat maps of right predictions, the most confident ones.
        n_wrong: Heat maps of mistakes, the most confident ones.
    """

    network: Text
    image_index: NonNegativeInt
    n_maps: PositiveInt
    n_right: PositiveInt
    n_wrong: PositiveInt


def plot_kernels(model: KerasModel, explain: ExplainParams, about: dict[str, Any]) -> Figure:
    """Draw the kernels that the first convolution has learned."""
    return plots.plot_kernels(first_kernels(model), name_network(explain.network, about))


def check_index(explain: ExplainParams, test_set: LabelledImages) -> None:
    """Refuse a test image that there is not."""
    try:
        choose_image(test_set, explain.image_index)
    except ImageSetError as error:
        raise RefusedValueError("explain", "image_index", str(error)) from error


def check_network(explain: ExplainParams) -> None:
    """Refuse an autoencoder, by its name."""
    refuse_autoencoder("explain", explain.network)


@checked_by(check_index, check_network)
def plot_feature_maps(
    model: KerasModel,
    test_set: LabelledImages,
    class_names: list[str],
    explain: ExplainParams,
    about: dict[str, Any],
) -> Figure:
    """Draw what each convolution and each pooling makes of a test image."""
    image, label = choose_image(test_set, explain.image_index)
    check_classifier(model, image.shape, len(class_names))
    name = f"test image {explain.image_index} ({class_names[label]})"
    network = name_network(explain.network, about)
    return plots.plot_feature_maps(image, feature_maps(model, image), network, name, explain.n_maps)


def plot_heat_maps(
    model: KerasModel,
    test_set: LabelledImages,
    predictions: pd.DataFrame,
    explain: ExplainParams,
    about: dict[str, Any],
) -> Figure:
    """Draw where the network finds what speaks for a class, in its surest predictions, by Grad-CAM."""
    chosen = most_confident(predictions, explain.n_right, explain.n_wrong)
    images = intensities(test_set.images[chosen["image"].to_numpy()])
    heat_for_predicted, heat_for_true = (
        class_heat_maps(model, images, chosen[classes].to_numpy()) for classes in ("predicted_label", "label")
    )
    return plots.plot_heat_maps(
        images,
        chosen,
        heat_for_predicted,
        heat_for_true,
        name_network(explain.network, about),
        heat_map_layer(model).name,
        predictions["correct"].mean(),
    )
