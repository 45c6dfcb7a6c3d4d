"""The convolutional network (lecture, "Building a CNN")."""

from typing import Literal

from pydantic import PositiveInt

from fashion_nets.errors import UserError
from fashion_nets.networks.classifier_head import add_classifier_head
from fashion_nets.networks.hidden_layers import add_convolution, add_input_layers
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

    name: Literal["lecture"] = "lecture"
    blocks: tuple[ConvolutionBlock, ...]
    pool_size: PositiveInt
    pooling: Literal["max", "average", "stride"] = "max"
    dense_units: Units


def build_cnn(architecture: CnnParams, image_shape: tuple[int, ...], n_classes: int, name: str) -> KerasModel:
    """Build a CNN that gives a probability for each class.

    Args:
        architecture: Blocks and dense layers, with whatever acts on them; dropout is behind dense layers.
        image_shape: Shape of one image, (height, width).
        n_classes: Number of classes.
        name: Name of the model.

    Returns:
        An uncompiled model, (n, height, width) in, (n, n_classes) out.

    Raises:
        UserError: If pooling leaves nothing of the image.
    """
    import keras

    _check_pooling(architecture, image_shape)
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input(image_shape), layers.Reshape((*image_shape, 1), name="one_channel")], name=name
    )
    add_input_layers(model, architecture)
    pooling = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}.get(architecture.pooling)
    for block_number, block in enumerate(architecture.blocks, start=1):
        for number in range(1, block.convolutions + 1):
            name = f"convolution_{block_number}_{number}"
            is_strided = pooling is None and number == block.convolutions
            strides = architecture.pool_size if is_strided else 1
            add_convolution(model, block.filters, block.kernel_size, architecture, name, strides)
        if pooling is not None:
            model.add(pooling(architecture.pool_size, name=f"pooling_{block_number}"))
    model.add(layers.Flatten(name="flatten"))
    add_classifier_head(model, architecture.dense_units, architecture, n_classes)
    return model


def _check_pooling(architecture: CnnParams, image_shape: tuple[int, ...]) -> None:
    reduction = architecture.pool_size ** len(architecture.blocks)
    if min(image_shape) < reduction:
        raise UserError(
            f"{len(architecture.blocks)} poolings by {architecture.pool_size} need images of at least "
            f"{reduction} x {reduction} pixels, got {image_shape[0]} x {image_shape[1]}. "
            "Use fewer blocks or a smaller pool_size."
        )
