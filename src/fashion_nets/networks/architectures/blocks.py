"""What the architectures have in common: how they begin and end, and convolutions with what follows them.

Names of layers tell their place: ``stage_3_unit_2_layer_1_convolution`` is in the second unit of the third
stage. The diagram of a network draws such a unit, or ``module``, as one.
"""

from typing import Annotated, Literal

from pydantic import Field

from fashion_nets.errors import UserError
from fashion_nets.networks.head import add_head
from fashion_nets.networks.types import KerasModel, KerasTensor

Width = Annotated[float, Field(gt=0, le=2)]
"""By which all numbers of filters of an architecture are multiplied: 1 is as published."""

BATCH_NORMALIZATION = {"momentum": 0.9, "epsilon": 1e-5}
"""As torchvision has it. Keras's momentum of 0.99 forgets too slowly for a few hundred steps."""


def scale_filters(filters: int, width: float) -> int:
    """A published number of filters at a width, one filter or more."""
    return max(1, round(width * filters))


def check_smallest_side(architecture: str, image_shape: tuple[int, ...], smallest: int) -> None:
    """Refuse images of which pooling would leave nothing.

    Raises:
        UserError: If a side has fewer than ``smallest`` pixels.
    """
    if min(image_shape) < smallest:
        raise UserError(
            f"{architecture} needs images of at least {smallest} x {smallest} pixels, got "
            f"{image_shape[0]} x {image_shape[1]}. Choose another cnn.architecture.name, such as resnet18."
        )


def begin_with_grey_images(
    image_shape: tuple[int, ...],
) -> tuple[KerasTensor, KerasTensor]:
    """The input of a network, shape (n, height, width), and the same with one channel."""
    import keras

    images = keras.Input(image_shape, name="images")
    return images, keras.layers.Reshape((*image_shape, 1), name="one_channel")(images)


def convolve(
    x: KerasTensor,
    filters: int,
    kernel_size: int,
    name: str,
    strides: int = 1,
    padding: Literal["same", "valid"] = "same",
    batch_normalization: bool = True,
    relu: bool = True,
) -> KerasTensor:
    """A convolution, its batch normalization and its relu.

    Args:
        x: What to convolve, shape (n, height, width, channels).
        filters: Number of filters.
        kernel_size: Height and width of each.
        name: Begins the names of the layers.
        strides: Pixels from one place of a filter to the next.
        padding: ``same`` keeps height and width, but for the strides.
        batch_normalization: Whether there is one; the convolution then has no bias.
        relu: Whether there is one.
    """
    import keras

    x = keras.layers.Conv2D(
        filters,
        kernel_size,
        strides,
        padding,
        activation="relu" if relu and not batch_normalization else None,
        use_bias=not batch_normalization,  # batch normalization has a shift of its own
        kernel_initializer="he_normal",  # suits relu
        name=f"{name}_convolution",
    )(x)
    if not batch_normalization:
        return x
    x = keras.layers.BatchNormalization(**BATCH_NORMALIZATION, name=f"{name}_normalization")(x)
    return keras.layers.Activation("relu", name=f"{name}_activation")(x) if relu else x


def add_skip_connection(residual: KerasTensor, x: KerasTensor, name: str, strides: int) -> KerasTensor:
    """Add the input of a unit to the output of its layers.

    Where they changed the shape, the input passes a convolution of 1 x 1 filters on its way.

    Args:
        residual: What the layers put out, shape (n, height, width, maps).
        x: What went in.
        name: Begins the names of the layers.
        strides: By which the unit shrinks height and width.
    """
    import keras

    n_maps = residual.shape[-1]
    if strides != 1 or x.shape[-1] != n_maps:
        x = convolve(x, n_maps, 1, f"{name}_skip", strides=strides, relu=False)
    return keras.layers.Add(name=f"{name}_sum")([residual, x])


def end_with_probabilities(
    inputs: KerasTensor, x: KerasTensor, n_outputs: int, name: str, dropout: float = 0.0
) -> KerasModel:
    """Average each feature map, drop out, and give a probability for each class.

    Args:
        inputs: The input of the network.
        x: Its feature maps, shape (n, height, width, channels).
        n_outputs: One for each class, or 1 for two classes.
        name: Name of the network.
        dropout: Fraction of the averages that is dropped.

    Returns:
        The network, uncompiled.
    """
    import keras

    x = keras.layers.GlobalAveragePooling2D(name="average")(x)
    return keras.Model(inputs, add_head(x, n_outputs, dropout), name=name)
