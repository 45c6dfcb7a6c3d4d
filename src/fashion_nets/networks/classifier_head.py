"""The dense layers that end in a probability for each class."""

from typing import TYPE_CHECKING

from fashion_nets.networks.hidden_layers import add_dense_layers
from fashion_nets.networks.parameters import HiddenLayerParams

if TYPE_CHECKING:
    import keras


def add_classifier_head(
    model: "keras.Sequential", units: tuple[int, ...], architecture: HiddenLayerParams, n_classes: int
) -> None:
    """Add hidden dense layers and a softmax layer named ``probabilities``.

    Args:
        model: The model to add to; its output so far is flat.
        units: Sizes of the hidden layers, in order.
        architecture: What the hidden layers have in common.
        n_classes: Number of classes.
    """
    import keras

    add_dense_layers(model, units, architecture)
    # Probabilities stay float32 in mixed precision: a loss near 0 needs the digits.
    model.add(keras.layers.Dense(n_classes, activation="softmax", dtype="float32", name="probabilities"))
