"""A network as a table, a row per layer."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from fashion_nets.formatting import format_size
from fashion_nets.inspection.costs import count_own_weights, layer_costs
from fashion_nets.inspection.layer_calls import LayerCall, NetworkGraph, Values, trace
from fashion_nets.networks.layer_kinds import kernels_of
from fashion_nets.networks.types import KerasModel, Operation


def describe_layers(model: KerasModel, precision: str = "float32") -> pd.DataFrame:
    """List a model's layers in order, with what each of them costs and how they are connected.

    Args:
        model: A built model.
        precision: A dtype policy of Keras, which says how large the activations are.

    Returns:
        The columns of :func:`fashion_nets.inspection.costs.layer_costs`, and after ``parameters`` six more:
        ``trainable`` (how many of these are trained), ``activation`` (empty where a layer has none),
        ``settings`` (kernel, stride, padding and rate of dilation as ``"3 × 3, stride 2, same, rate 2"``, or
        the share that is dropped), ``takes`` (the layers whose outputs it takes, with spaces between),
        ``shares`` (the layer whose weights it shares, empty if it does not) and ``depth`` (how many layers
        with weights there are up to it along the longest path, as the literature counts layers).
    """
    table = layer_costs(model, precision)
    graph = trace(model)
    layers = {call.name: call.layer for call in graph.calls}
    trainable = count_own_weights(graph.calls, "trainable_weights")
    takes = _find_sources(graph)
    columns = {
        "trainable": [trainable[name] for name in layers],
        "activation": [
            layer.activation.__name__ if hasattr(layer, "activation") else "" for layer in layers.values()
        ],
        "settings": [_tell_settings(layer) for layer in layers.values()],
        "takes": [" ".join(takes[name]) for name in layers],
        "shares": _find_shared(graph.calls, list(layers)),
        "depth": _count_depths(layers, takes),
    }
    after = table.columns.get_loc("parameters") + 1
    for place, (name, values) in enumerate(columns.items()):
        table.insert(after + place, name, values)
    return table


def _find_sources(graph: NetworkGraph) -> dict[str, list[str]]:
    """The layers whose outputs each layer takes, by its name."""
    makers: dict[Values, str] = {}
    for call in graph.calls:
        makers.update(dict.fromkeys(call.outputs, call.name))
        if not call.inputs:  # an input layer hands on what goes into the network
            makers.update({each.source: call.name for each in call.outputs if each.source is not None})
    sources: dict[str, list[str]] = {}
    for call in graph.calls:
        known = sources.setdefault(call.name, [])
        known += [makers[each] for each in call.inputs if each in makers and makers[each] not in known]
    return sources


def _find_shared(calls: Sequence[LayerCall], names: Sequence[str]) -> list[str]:
    """For each layer the one that has used its kernel before; empty where its kernel is its own."""
    owners: dict[int, str] = {}
    shared = dict.fromkeys(names, "")
    for call in calls:
        for kernel in kernels_of(call.layer):
            owner = owners.setdefault(id(kernel), call.name)
            if owner != call.name:
                shared[call.name] = owner
    return list(shared.values())


def _count_depths(layers: dict[str, Operation], takes: dict[str, list[str]]) -> list[int]:
    """How many layers with weights there are up to each layer, along the longest path to it."""
    depths: dict[str, int] = {}
    for name, layer in layers.items():
        before = max((depths.get(source, 0) for source in takes[name]), default=0)
        depths[name] = before + bool(kernels_of(layer))
    return list(depths.values())


def _tell_settings(layer: Any) -> str:  # of a class of Keras, each with settings of its own
    """What a layer of its kind may have otherwise, such as ``"3 × 3, stride 2, same"``."""
    kernel = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    told = []
    if kernel is not None:
        told.append(format_size(_sides(kernel), "×"))
        strides = _sides(getattr(layer, "strides", 1))
        told += [f"stride {_one_or_all(strides)}"] if set(strides) != {1} else []
        told += [layer.padding] if hasattr(layer, "padding") else []
        rates = _sides(getattr(layer, "dilation_rate", 1))
        told += [f"rate {_one_or_all(rates)}"] if set(rates) != {1} else []
    elif type(layer).__name__.startswith("UpSampling"):
        told.append(f"times {_one_or_all(_sides(layer.size))}")
    elif "Dropout" in type(layer).__name__:
        told.append(f"{layer.rate:g} dropped")
    elif type(layer).__name__ == "GaussianNoise":
        told.append(f"deviation {layer.stddev:g}")
    if getattr(layer, "activity_regularizer", None) is not None:
        told.append("penalty on its outputs")
    return ", ".join(told)


def _sides(value: int | Sequence[int]) -> tuple[int, ...]:
    return (value,) if isinstance(value, int) else tuple(value)


def _one_or_all(sides: tuple[int, ...]) -> str:
    """``"2"`` for equal sides, else ``"1 × 2"``."""
    return str(sides[0]) if len(set(sides)) == 1 else format_size(sides, "×")
