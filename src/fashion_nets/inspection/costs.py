"""What a network costs, known before it is trained (lecture, "Memory Requirements").

Multiplications are those of kernels, for one instance, forward: what pooling, normalization,
activations and biases compute is left out, as in the lecture. A layer's activations are what it puts
out; flattening and reshaping put out the same memory in another shape, and so take none.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import pandas as pd

from fashion_nets.formatting import format_size
from fashion_nets.inspection.layer_calls import LayerCall, NetworkGraph, Values, trace
from fashion_nets.networks.layer_kinds import kernels_of
from fashion_nets.networks.types import KerasModel, Layer, Optimizer, Variable


class BatchMemory(NamedTuple):
    """The memory that a batch takes, in bytes, by what it is for.

    It is the lecture's estimate. A library takes more, above all for the errors that are propagated back
    through the layers and for the working memory of convolutions; it can do with less of the activations
    where a layer that only activates writes over what it takes.

    Attributes:
        inputs: The instances themselves.
        activations: The outputs of all layers, which training keeps for backpropagation.
        weights: All weights.
        gradients: One number for each trainable weight.
        optimizer: What the optimizer remembers of each trainable weight; 0 for a model not compiled.
        inference: Inputs and outputs that are needed at one time where nothing is kept for backpropagation:
            in a chain the largest two consecutive layers, in a graph with branches the most that is still to
            be used, layer by layer in the order of Keras.
    """

    inputs: int
    activations: int
    weights: int
    gradients: int
    optimizer: int
    inference: int

    @property
    def training(self) -> int:
        """All that training needs at one time."""
        return self.inputs + self.activations + self.weights + self.gradients + self.optimizer


def layer_costs(model: KerasModel, precision: str = "float32") -> pd.DataFrame:
    """List what each layer costs, in the order in which layers run.

    Args:
        model: A built model; those inside it are listed layer by layer.
        precision: A dtype policy of Keras, which says how large the activations are.

    Returns:
        A row for each layer: ``layer`` (name), ``type`` (class), ``output_shape`` (of one instance, as
        ``28 x 28 x 64``), ``parameters`` (weights, trainable or not;
        tied ones where they are used first), ``multiplications`` (of one instance)
        and ``activation_bytes`` (of one instance). A layer that is used several times has the costs of all
        its uses.

    Raises:
        ValueError: If the size of a layer is unknown, or there is no such precision.
    """
    rows: dict[str, dict[str, Any]] = {}
    bytes_per_value = _bytes_per_value(precision)
    calls = trace(model).calls
    parameters = count_own_weights(calls, "weights")
    for call in calls:
        unused = {
            "layer": call.name,
            "type": type(call.layer).__name__,
            "output_shape": " and ".join(format_size(values.shape) for values in call.outputs),
            "parameters": parameters[call.name],
            "multiplications": 0,
            "activation_bytes": 0,
        }
        row = rows.setdefault(call.name, unused)
        row["multiplications"] += _multiplications(call)
        row["activation_bytes"] += call.n_new_values * bytes_per_value
    return pd.DataFrame(rows.values())


def count_own_weights(calls: Sequence[LayerCall], kind: str) -> dict[str, int]:
    """How many weights each layer has, by its name; tied ones count where they are used first.

    Args:
        calls: The uses of the layers, in order.
        kind: ``weights`` or ``trainable_weights``.
    """
    counted: set[int] = set()
    numbers: dict[str, int] = {}
    for call in calls:
        own = [weights for weights in getattr(call.layer, kind, ()) if id(weights) not in counted]
        counted.update(map(id, own))
        numbers[call.name] = numbers.get(call.name, 0) + sum(math.prod(weights.shape) for weights in own)
    return numbers


def count_multiplications(model: KerasModel) -> int:
    """The multiplications of all layers for one instance."""
    return sum(_multiplications(call) for call in trace(model).calls)


def estimate_memory(model: KerasModel, batch_size: int, precision: str = "float32") -> BatchMemory:
    """Estimate the memory that a batch needs.

    Args:
        model: A built model, compiled where the optimizer is to be counted.
        batch_size: Instances.
        precision: A dtype policy of Keras, which says how large inputs and activations are; weights and
            what belongs to them have types of their own, float32 in mixed precision.
    """
    graph = trace(model)
    bytes_per_row = batch_size * _bytes_per_value(precision)
    gradients = sum(map(_bytes, model.trainable_weights))
    return BatchMemory(
        inputs=bytes_per_row * sum(values.size for values in graph.inputs),
        activations=bytes_per_row * sum(call.n_new_values for call in graph.calls),
        weights=sum(map(_bytes, model.weights)),
        gradients=gradients,
        optimizer=gradients * _numbers_per_weight(getattr(model, "optimizer", None)),
        inference=bytes_per_row * _most_live_values(graph),
    )


def _multiplications(call: LayerCall) -> int:
    """Each number of a kernel takes part once at each of the positions where the kernel is applied."""
    rules = _position_rules()
    count_positions = next((rules[kind] for kind in type(call.layer).__mro__ if kind in rules), None)
    if count_positions is None:
        return 0
    return count_positions(call) * sum(math.prod(kernel.shape) for kernel in kernels_of(call.layer))


@cache
def _position_rules() -> dict[type[Layer], Callable[[LayerCall], int]]:
    """How often the kernel of a layer is applied to one instance, by class; no other layer multiplies."""
    from keras import layers

    from fashion_nets.layers.dense_transpose import DenseTranspose

    convolutions = (
        *(layers.Conv1D, layers.Conv2D, layers.Conv3D),
        *(layers.DepthwiseConv1D, layers.DepthwiseConv2D),
        *(layers.SeparableConv1D, layers.SeparableConv2D),
    )
    transposed = (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose)
    recurrent = (layers.SimpleRNN, layers.GRU, layers.LSTM)
    dense = (layers.Dense, DenseTranspose)
    return {
        **dict.fromkeys(dense, lambda call: math.prod(call.outputs[0].shape[:-1])),
        **dict.fromkeys(convolutions, lambda call: _pixels(call.layer, call.outputs[0])),
        **dict.fromkeys(transposed, lambda call: _pixels(call.layer, call.inputs[0])),
        **dict.fromkeys(recurrent, lambda call: call.inputs[0].shape[0]),  # time steps
    }


def _pixels(convolution: Any, image: Values) -> int:
    """The number of pixels, whatever the channels."""
    return math.prod(image.shape[1:] if convolution.data_format == "channels_first" else image.shape[:-1])


def _most_live_values(graph: NetworkGraph) -> int:
    """The most numbers of one instance that are needed at one time, each until its last use."""
    last_use = {
        values.held: step for step, call in enumerate(graph.calls) for values in (*call.inputs, *call.outputs)
    }
    last_use.update((values.held, len(graph.calls)) for values in graph.outputs)
    live = most = sum(values.size for values in graph.inputs)
    for step, call in enumerate(graph.calls):
        live += call.n_new_values
        most = max(most, live)
        used = {values.held for values in (*call.inputs, *call.outputs)}
        live -= sum(values.size for values in used if last_use[values] == step)
    return most


def _numbers_per_weight(optimizer: Optimizer | None) -> int:
    """How many numbers an optimizer remembers of each weight: 0 for plain SGD, 2 for Adam."""
    import keras

    if optimizer is None:
        return 0
    probe = type(optimizer).from_config(optimizer.get_config())
    weight = keras.Variable([0.0])
    probe.build([weight])
    return sum(variable.shape == weight.shape for variable in probe.variables)


def _bytes_per_value(precision: str) -> int:
    import keras
    import tensorflow as tf

    return tf.as_dtype(keras.dtype_policies.get(precision).compute_dtype).size


def _bytes(weights: Variable) -> int:
    import tensorflow as tf

    return math.prod(weights.shape) * tf.as_dtype(weights.dtype).size
