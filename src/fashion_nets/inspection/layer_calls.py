"""A network as the calls of its layers, in the order in which they run."""

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fashion_nets.networks.types import KerasModel

if TYPE_CHECKING:
    import keras


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
    layer: "keras.Operation"
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

    inputs = [Values(_shape(tensor)) for tensor in model.inputs]
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

    # A function over the same tensors, whose nodes are in the order in which Keras runs them.
    nodes_by_depth = keras.Function(model.inputs, model.outputs)._nodes_by_depth
    known = {id(tensor): values for tensor, values in zip(model.inputs, inputs, strict=True)}
    for node in (node for depth in sorted(nodes_by_depth, reverse=True) for node in nodes_by_depth[depth]):
        if node.is_input:
            continue
        layer, name = node.operation, f"{prefix}{node.operation.name}"
        taken = [known[id(tensor)] for tensor in node.input_tensors]
        if hasattr(layer, "inputs"):  # a model
            given = _follow(layer, taken, f"{name}/", calls)
        else:
            source = taken[0].held if isinstance(layer, _views()) else None
            given = [Values(_shape(tensor), source) for tensor in node.outputs]
            calls.append(LayerCall(name, layer, tuple(taken), tuple(given)))
        known.update((id(tensor), values) for tensor, values in zip(node.outputs, given, strict=True))
    return [known[id(tensor)] for tensor in model.outputs]


@cache
def _views() -> "tuple[type[keras.Layer], ...]":
    """Layers that give the values that they take, in another shape."""
    import keras

    return keras.layers.Flatten, keras.layers.Reshape


def _shape(tensor: "keras.KerasTensor") -> tuple[int, ...]:
    shape = tuple(tensor.shape[1:])
    if None in shape:
        raise ValueError(
            f"The costs of one instance depend on its size, but {tensor.name} has the shape {shape}. "
            "Give the inputs of the network a fixed shape."
        )
    return shape
