"""A network as the calls of its layers, in the order in which they run."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from fashion_nets.networks.types import KerasModel, Layer, Operation


@dataclass(frozen=True, eq=False)
class Values:
    """What flows between layers for one instance.

    Attributes:
        shape: Without the axis of the batch.
        source: The values of which these are another view, in the same memory; None where they have
            memory of their own.
    """

    shape: tuple[int, ...]
    source: "Values | None" = None

    @property
    def size(self) -> int:
        """How many numbers they are."""
        return math.prod(self.shape)

    @property
    def held(self) -> "Values":
        """The values that take the memory of these."""
        return self if self.source is None else self.source


class LayerCall(NamedTuple):
    """One use of a layer.

    Attributes:
        name: Of the layer, behind those of the models that it is nested in: ``encoder/dense``.
        layer: The layer, or another operation of Keras such as the addition in ``x + y``.
        inputs: What it takes.
        outputs: What it gives.
    """

    name: str
    layer: Operation
    inputs: tuple[Values, ...]
    outputs: tuple[Values, ...]

    @property
    def n_new_values(self) -> int:
        """How many numbers it puts into memory that were not there before, for one instance."""
        return sum(values.size for values in self.outputs if values.source is None)


class NetworkGraph(NamedTuple):
    """All calls of a network, each after those that it needs.

    Attributes:
        inputs: What goes into the network.
        calls: Its layers, those of nested models in place of these.
        outputs: What comes out.
    """

    inputs: list[Values]
    calls: list[LayerCall]
    outputs: list[Values]


def trace(model: KerasModel) -> NetworkGraph:
    """Follow one instance through a network.

    Args:
        model: A built model of Keras's sequential or functional kind; it may branch and contain others.

    Raises:
        ValueError: If the size of an input or an output is unknown.
    """
    import keras

    inputs = [Values(_shape(tensor.shape, tensor.name)) for tensor in model.inputs]
    # As the model lists them: a sequential one leaves its input out.
    input_layers = {
        id(layer.output): layer for layer in model.layers if isinstance(layer, keras.layers.InputLayer)
    }
    calls = [
        LayerCall(layer.name, layer, (), (Values(values.shape, source=values),))
        for tensor, values in zip(model.inputs, inputs, strict=True)
        if (layer := input_layers.get(id(tensor)))
    ]
    return NetworkGraph(inputs, calls, _follow(model, inputs, "", calls))


def _follow(model: KerasModel, inputs: list[Values], prefix: str, calls: list[LayerCall]) -> list[Values]:
    """Add the calls of a model to ``calls``, with ``prefix`` before their names; give its outputs."""
    import keras

    if isinstance(model, keras.Sequential):
        for layer in model.layers:
            shapes = [_shape(tensor.shape, layer.name) for tensor in keras.tree.flatten(layer.output)]
            inputs = _add_call(layer, inputs, shapes, prefix, calls)
        return inputs
    graph = _read_graph(model)
    known = dict(zip(graph.inputs, inputs, strict=True))
    pending = graph.uses
    while pending:  # a layer that is used again stands where it is used first
        waiting = []
        for use in pending:
            if not known.keys() >= set(use.takes):
                waiting.append(use)
                continue
            given = _add_call(use.layer, [known[place] for place in use.takes], use.shapes, prefix, calls)
            known.update(zip(use.gives, given, strict=True))
        pending = waiting
    return [known[place] for place in graph.outputs]


def _add_call(
    layer: Operation,
    taken: list[Values],
    shapes: list[tuple[int, ...]],
    prefix: str,
    calls: list[LayerCall],
) -> list[Values]:
    """Add a use of a layer, or the calls of a model in its place; give its outputs."""
    import keras

    name = f"{prefix}{layer.name}"
    if isinstance(layer, keras.Model):
        return _follow(layer, taken, f"{name}/", calls)
    source = taken[0].held if isinstance(layer, _views()) else None
    given = [Values(shape, source) for shape in shapes]
    calls.append(LayerCall(name, layer, tuple(taken), tuple(given)))
    return given


Place = tuple[str, int, int]
"""Where values come from: the name of a layer, which of its uses, which of the outputs of this use."""


class _Use(NamedTuple):
    """A use of a layer as the configuration of a model has it."""

    layer: Operation
    takes: list[Place]
    gives: list[Place]
    shapes: list[tuple[int, ...]]


class _Graph(NamedTuple):
    """A functional model: the places of its inputs and outputs, and the uses of its layers."""

    inputs: list[Place]
    uses: list[_Use]
    outputs: list[Place]


def _read_graph(model: KerasModel) -> _Graph:
    """Read how layers are connected from the configuration of a model, as it is stored in a file."""
    import keras

    config, layers = model.get_config(), {layer.name: layer for layer in model.operations}
    takes = {
        (layer["name"], number): list(_find_tensors(use))
        for layer in config["layers"]
        for number, use in enumerate(layer["inbound_nodes"])
    }
    shapes = {place: shape for tensors in takes.values() for place, shape in tensors}
    inputs, outputs = _places(config["input_layers"]), _places(config["output_layers"])
    # Of a model within a model, Keras counts the outputs here from 1, and elsewhere from 0.
    nested = {name for name, layer in layers.items() if _is_functional(layer)}
    outputs = [(name, use - (name in nested), index) for name, use, index in outputs]
    shapes.update(zip(outputs, (tensor.shape for tensor in model.outputs), strict=True))
    uses = []
    for (name, number), tensors in takes.items():
        own = [tensor.shape for tensor in keras.tree.flatten(layers[name].output)]  # of a first use
        gives = [(name, number, index) for index in range(len(own))]
        known = [_shape(shapes.get(place, shape), name) for place, shape in zip(gives, own, strict=True)]
        uses.append(_Use(layers[name], [place for place, _ in tensors], gives, known))
    return _Graph(inputs, uses, outputs)


def _find_tensors(entry: Any) -> Iterator[tuple[Place, tuple[int | None, ...]]]:
    """Places and shapes of the tensors among the arguments of a use, in order."""
    if isinstance(entry, dict):
        if entry.get("class_name") == "__keras_tensor__":
            name, use, index = entry["config"]["keras_history"]
            yield (name, use, index), tuple(entry["config"]["shape"])
            return
        entry = list(entry.values())
    if isinstance(entry, list | tuple):
        for each in entry:
            yield from _find_tensors(each)


def _places(entry: Any) -> list[Place]:
    """The places in a structure of lists and mappings."""
    if isinstance(entry, dict):
        entry = list(entry.values())
    if isinstance(entry[0], str):
        return [tuple(entry)]
    return [place for each in entry for place in _places(each)]


def _is_functional(layer: Operation) -> bool:
    import keras

    return isinstance(layer, keras.Model) and not isinstance(layer, keras.Sequential)


@cache
def _views() -> tuple[type[Layer], ...]:
    """Layers that give the values that they take, in another shape."""
    import keras

    return keras.layers.Flatten, keras.layers.Reshape


def _shape(shape: tuple[int | None, ...], name: str) -> tuple[int, ...]:
    """A shape without the axis of the batch."""
    known = tuple(side for side in shape[1:] if side is not None)
    if len(known) < len(shape) - 1:
        raise ValueError(
            f"The costs of one instance depend on its size, but {name} has the shape {shape[1:]}. "
            "Give the inputs of the network a fixed shape."
        )
    return known
