"""A network as a table, a row per layer."""

import pandas as pd

from fashion_nets.inspection.costs import count_own_weights, layer_costs
from fashion_nets.inspection.layer_calls import trace
from fashion_nets.networks.types import KerasModel


def describe_layers(model: KerasModel, precision: str = "float32") -> pd.DataFrame:
    """List a model's layers in order, with what each of them costs.

    Args:
        model: A built model.
        precision: A dtype policy of Keras, which says how large the activations are.

    Returns:
        The columns of :func:`fashion_nets.inspection.costs.layer_costs`, and after ``parameters`` two more:
        ``trainable`` (how many of these are trained) and ``activation`` (empty where a layer has none).
    """
    table = layer_costs(model, precision)
    calls = trace(model).calls
    layers = {call.name: call.layer for call in calls}
    trainable = count_own_weights(calls, "trainable_weights")
    activations = [
        layer.activation.__name__ if hasattr(layer, "activation") else "" for layer in layers.values()
    ]
    after = table.columns.get_loc("parameters") + 1
    table.insert(after, "trainable", [trainable[name] for name in layers])
    table.insert(after + 1, "activation", activations)
    return table
