"""The convolutional network (lecture, "Building a CNN")."""

from typing import Literal

from pydantic import PositiveInt

from fashion_nets.errors import UserError
from fashion_nets.networks.architectures.blocks import begin_with_grey_images
from fashion_nets.networks.head import add_head
from fashion_nets.networks.hidden_layers import add_convolution, add_dense_layers, add_input_layers
from fashion_nets.networks.parameters import HiddenLayerParams, Units
from fashion_nets.networks.types import KerasModel
from fashion_nets.parameters import Parameters


class ConvolutionBlock(Parameters):
    """Convolutions of one size, which end in a smaller image."""

    filters: PositiveInt
    kernel_size: PositiveInt
    convolutions: PositiveInt


class CnnParams(HiddenLayerParams):
    """What a CNN looks like: blocks of convolutions and pooling, then dense layers.

    Attributes:
        blocks: In order.
        pool_size: By how much each block divides height and width.
        pooling: What does that: a pooling layer, or the stride of the block's last convolution.
        dense_units: Sizes of the dense layers.
    """

    name: Literal["lecture"]
    blocks: tuple[ConvolutionBlock, ...]
    pool_size: PositiveInt
    pooling: Literal["max", "average", "stride"]
    dense_units: Units


def build_cnn(architecture: CnnParams, image_shape: tuple[int, ...], n_outputs: int, name: str) -> KerasModel:
    """Build a CNN that gives a probability for each class."""
    import keras

    _check_pooling(architecture, image_shape)
    layers = keras.layers
    images, x = begin_with_grey_images(image_shape)
    x = add_input_layers(x, architecture)
    pooling = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}.get(architecture.pooling)
    for block_number, block in enumerate(architecture.blocks, start=1):
        for number in range(1, block.convolutions + 1):
            is_strided = pooling is None and number == block.convolutions
            strides = architecture.pool_size if is_strided else 1
            name_of_layer = f"convolution_{block_number}_{number}"
            x = add_convolution(x, block.filters, block.kernel_size, architecture, name_of_layer, strides)
        if pooling is not None:
            x = pooling(architecture.pool_size, name=f"pooling_{block_number}")(x)
    x = add_dense_layers(layers.Flatten(name="flatten")(x), architecture.dense_units, architecture)
    return keras.Model(images, add_head(x, n_outputs), name=name)


def _check_pooling(architecture: CnnParams, image_shape: tuple[int, ...]) -> None:
    reduction = architecture.pool_size ** len(architecture.blocks)
    if min(image_shape) < reduction:
        raise UserError(
            f"{len(architecture.blocks)} poolings by {architecture.pool_size} need images of at least "
            f"{reduction} x {reduction} pixels, got {image_shape[0]} x {image_shape[1]}. "
            "Use fewer blocks or a smaller pool_size."
        )
