"""The layers that stand between the input of a network and its output."""

from collections.abc import Callable
from functools import partial

from fashion_nets.networks import keras_objects
from fashion_nets.networks.parameters import HiddenLayerParams
from fashion_nets.networks.types import KerasTensor, Layer


def add_input_layers(x: KerasTensor, architecture: HiddenLayerParams) -> KerasTensor:
    """Add the batch normalization and the dropout of the inputs, where the architecture has them."""
    import keras

    if architecture.normalize_inputs:
        x = keras.layers.BatchNormalization(name="input_normalization")(x)
    if architecture.input_dropout:
        x = keras.layers.Dropout(architecture.input_dropout, name="input_dropout")(x)
    return x


def add_convolution(
    x: KerasTensor,
    filters: int,
    kernel_size: int,
    architecture: HiddenLayerParams,
    name: str,
    strides: int = 1,
) -> KerasTensor:
    """Add a convolution that keeps height and width, with its activation and batch normalization.

    A parametric ReLU learns one slope per channel (He et al., 2015). With strides it divides height and
    width by them, rounded up.
    """
    import keras

    convolution = partial(keras.layers.Conv2D, filters, kernel_size, strides, padding="same")
    return _add_weighted(x, convolution, architecture, name, incoming_axes=(0, 1, 2), shared_axes=(1, 2))


def add_dense_layers(x: KerasTensor, units: tuple[int, ...], architecture: HiddenLayerParams) -> KerasTensor:
    """Add dense layers, each with its activation, batch normalization and dropout.

    Args:
        x: What they take, shape (n, values).
        units: Sizes of the layers, in order.
        architecture: What the layers have in common.
    """
    import keras

    dropout = keras.layers.AlphaDropout if architecture.uses_alpha_dropout else keras.layers.Dropout
    for number, size in enumerate(units, start=1):
        dense = partial(keras.layers.Dense, size)
        x = _add_weighted(x, dense, architecture, f"hidden_{number}", incoming_axes=(0,))
        if architecture.dropout and (architecture.dropout_place == "hidden" or number == len(units)):
            x = dropout(architecture.dropout, name=f"dropout_{number}")(x)
    return x


def _add_weighted(
    x: KerasTensor,
    make_layer: Callable[..., Layer],
    architecture: HiddenLayerParams,
    name: str,
    incoming_axes: tuple[int, ...],
    shared_axes: tuple[int, ...] | None = None,
) -> KerasTensor:
    """Add a layer with weights, its activation and its batch normalization.

    The activation is part of the layer where it can be, and else a layer behind it.

    Args:
        x: What the layer takes.
        make_layer: Makes the layer, given its activation and what its weights are subject to.
        architecture: What hidden layers have in common.
        name: Name of the layer; begins those of the layers behind it.
        incoming_axes: The axes of the kernel along which the weights into one unit lie.
        shared_axes: The axes of the output along which a parametric ReLU has the same slope.
    """
    import keras

    activation = keras_objects.hidden_activation(architecture.activation, f"{name}_activation", shared_axes)
    normalization = architecture.batch_normalization
    is_before = normalization == "before_activation"
    is_within = isinstance(activation, str) and not is_before
    penalty, max_norm = architecture.kernel_regularizer, architecture.max_norm
    x = make_layer(
        activation=activation if is_within else None,
        use_bias=not is_before,  # batch normalization has a shift of its own
        kernel_initializer=keras_objects.initializer(architecture.initializer),
        kernel_regularizer=None if penalty is None else keras_objects.regularizer(penalty),
        kernel_constraint=None if max_norm is None else keras.constraints.MaxNorm(max_norm, incoming_axes),
        name=name,
    )(x)
    if is_before:
        x = keras.layers.BatchNormalization(name=f"{name}_normalization")(x)
    if not is_within:
        if isinstance(activation, str):
            activation = keras.layers.Activation(activation, name=f"{name}_activation")
        x = activation(x)
    if normalization == "after_activation":
        x = keras.layers.BatchNormalization(name=f"{name}_normalization")(x)
    return x
