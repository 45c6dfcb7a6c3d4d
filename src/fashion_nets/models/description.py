"""A network as a table, a row per layer."""

import math

import pandas as pd

from fashion_nets.models.types import KerasModel


def describe_layers(model: KerasModel) -> pd.DataFrame:
    """List a model's layers in order.

    Args:
        model: A built model.

    Returns:
        Columns ``layer`` (name), ``type`` (class), ``output_shape`` (of one instance, as
        ``28 x 28 x 64``), ``parameters`` (weights, trainable or not), ``trainable`` (how many of them
        are trained) and ``activation`` (empty where a layer has none).
    """
    return pd.DataFrame(
        [
            {
                "layer": layer.name,
                "type": type(layer).__name__,
                "output_shape": " x ".join(str(size) for size in layer.output.shape[1:]),
                "parameters": layer.count_params(),
                "trainable": sum(math.prod(weights.shape) for weights in layer.trainable_weights),
                "activation": layer.activation.__name__ if hasattr(layer, "activation") else "",
            }
            for layer in model.layers
        ]
    )
