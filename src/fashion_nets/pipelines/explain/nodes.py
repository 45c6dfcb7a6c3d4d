"""Nodes of the pipeline ``explain``."""

from collections.abc import Callable

import pandas as pd
from matplotlib.figure import Figure
from pydantic import NonNegativeInt, PositiveInt

from fashion_nets.data.image_set import LabelledImages, intensities
from fashion_nets.data.subsets import choose_image
from fashion_nets.errors import UserError
from fashion_nets.evaluation import classification
from fashion_nets.inspection.explanation import (
    check_classifier,
    class_heat_maps,
    feature_maps,
    first_kernels,
    heat_map_layer,
)
from fashion_nets.networks.types import KerasModel
from fashion_nets.parameters import Parameters
from fashion_nets.plotting import explanation as plots

StoredNetworks = dict[str, Callable[[], KerasModel]]


class ExplainParams(Parameters):
    """Which network is looked into, and how much of it is shown.

    Attributes:
        network: A stored network with convolutions.
        image_index: The test image whose feature maps are shown, counted from 0.
        n_maps: Feature maps of each layer, the strongest ones.
        n_right: Heat maps of right predictions, the most confident ones.
        n_wrong: Heat maps of mistakes, the most confident ones.
    """

    network: str
    image_index: NonNegativeInt
    n_maps: PositiveInt
    n_right: PositiveInt
    n_wrong: PositiveInt


def plot_kernels(stored_networks: StoredNetworks, explain: ExplainParams) -> Figure:
    """Draw the kernels that the first convolution has learned."""
    network = _load_network(stored_networks, explain)
    return plots.plot_kernels(first_kernels(network), explain.network)


def plot_feature_maps(
    stored_networks: StoredNetworks, test_set: LabelledImages, class_names: list[str], explain: ExplainParams
) -> Figure:
    """Draw what each convolution and each pooling makes of a test image."""
    image, label = choose_image(test_set, explain.image_index)
    network = _load_network(stored_networks, explain)
    check_classifier(network, image.shape, len(class_names))
    name = f"test image {explain.image_index} ({class_names[label]})"
    return plots.plot_feature_maps(image, feature_maps(network, image), explain.network, name, explain.n_maps)


def predict_classes(
    stored_networks: StoredNetworks, test_set: LabelledImages, class_names: list[str], explain: ExplainParams
) -> pd.DataFrame:
    """Predict the class of each test image, with a probability for each class."""
    network = _load_network(stored_networks, explain)
    check_classifier(network, test_set.images.shape[1:], len(class_names))
    return classification.predict_classes(network, test_set, class_names)


def plot_heat_maps(
    stored_networks: StoredNetworks,
    test_set: LabelledImages,
    predictions: pd.DataFrame,
    explain: ExplainParams,
) -> Figure:
    """Draw where the network finds what speaks for a class, in its surest predictions, by Grad-CAM."""
    network = _load_network(stored_networks, explain)
    chosen = classification.most_confident(predictions, explain.n_right, explain.n_wrong)
    images = intensities(test_set.images[chosen["image"].to_numpy()])
    heat_for_predicted, heat_for_true = (
        class_heat_maps(network, images, chosen[classes].to_numpy())
        for classes in ("predicted_label", "label")
    )
    return plots.plot_heat_maps(
        images,
        chosen,
        heat_for_predicted,
        heat_for_true,
        explain.network,
        heat_map_layer(network).name,
        predictions["correct"].mean(),
    )


def _load_network(stored_networks: StoredNetworks, explain: ExplainParams) -> KerasModel:
    if explain.network not in stored_networks:
        stored = ", ".join(stored_networks) or "none"
        raise UserError(
            f"explain.network: no network '{explain.network}' is stored; there are {stored}. Train it first, "
            "in the same environment: kedro run --pipelines=cnn makes the lecture's CNN."
        )
    return stored_networks[explain.network]()
