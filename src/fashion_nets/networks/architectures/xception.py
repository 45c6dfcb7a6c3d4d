"""Xception (lecture, "Xception (2016)")."""

from collections.abc import Sequence
from typing import Literal

from fashion_nets.networks.architectures.blocks import (
    BATCH_NORMALIZATION,
    Width,
    add_skip_connection,
    begin_with_grey_images,
    convolve,
    end_with_probabilities,
    scale_filters,
)
from fashion_nets.networks.parameters import ArchitectureParams
from fashion_nets.networks.types import KerasModel, KerasTensor

N_MIDDLE_UNITS = 8


class XceptionParams(ArchitectureParams):
    """What the small Xception looks like.

    Attributes:
        width: Multiplies the numbers of filters.
        skip_connections: Whether the input of each unit is added to what its layers make of it.
    """

    name: Literal["xception"]
    width: Width
    skip_connections: bool


def build_xception(
    architecture: XceptionParams, image_shape: tuple[int, ...], n_outputs: int, name: str
) -> KerasModel:
    """Build Xception for small images.

    Of its five strides of 2 three are left, in the second and the third unit and in the last one.
    """
    width, skips = architecture.width, architecture.skip_connections

    def scale(*filters: int) -> list[int]:
        return [scale_filters(each, width) for each in filters]

    images, x = begin_with_grey_images(image_shape)
    for number, filters in enumerate(scale(32, 64), start=1):
        x = convolve(x, filters, 3, f"stem_{number}")
    for unit, (filters, strides) in enumerate(zip(scale(128, 256, 728), (1, 2, 2), strict=True), start=1):
        x = add_separable_unit(
            x, [filters, filters], f"stage_1_unit_{unit}", strides, skips, starts_with_relu=unit > 1
        )
    for unit in range(1, N_MIDDLE_UNITS + 1):
        x = add_separable_unit(x, scale(728, 728, 728), f"stage_2_unit_{unit}", skip_connection=skips)
    x = add_separable_unit(x, scale(728, 1024), "stage_3_unit_1", strides=2, skip_connection=skips)
    for unit, filters in enumerate(scale(1536, 2048), start=2):
        x = _convolve_separably(x, filters, f"stage_3_unit_{unit}")
        x = _relu(x, f"stage_3_unit_{unit}_activation")
    return end_with_probabilities(images, x, n_outputs, name)


def build_original_xception(name: str, n_classes: int) -> KerasModel:
    """Build Xception as published, for images (n, 299, 299, 3)."""
    import keras

    return keras.applications.Xception(weights=None, classes=n_classes, name=name)


def add_separable_unit(
    x: KerasTensor,
    filters: Sequence[int],
    name: str,
    strides: int = 1,
    skip_connection: bool = True,
    starts_with_relu: bool = True,
) -> KerasTensor:
    """Depthwise separable convolutions, each behind a relu, to whose output the input is added.

    Where they change the shape, the input passes a convolution of 1 x 1 filters on its way.

    Args:
        x: Feature maps, shape (n, height, width, channels).
        filters: Of each convolution.
        name: Begins the names of the layers.
        strides: Of the pooling that ends the unit, and of the skip connection; 1 for no pooling.
        skip_connection: Whether the input is added.
        starts_with_relu: Whether the first convolution has a relu before it.

    Returns:
        Shape (n, height / strides, width / strides, filters of the last convolution).
    """
    import keras

    residual = x
    for number, n_maps in enumerate(filters, start=1):
        layer = f"{name}_layer_{number}"
        if starts_with_relu or number > 1:
            residual = _relu(residual, f"{layer}_activation")
        residual = _convolve_separably(residual, n_maps, layer)
    if strides > 1:
        residual = keras.layers.MaxPooling2D(3, strides, padding="same", name=f"{name}_pooling")(residual)
    if not skip_connection:
        return residual
    return add_skip_connection(residual, x, name, strides)


def _convolve_separably(x: KerasTensor, filters: int, name: str) -> KerasTensor:
    import keras

    x = keras.layers.SeparableConv2D(
        filters, 3, padding="same", use_bias=False, name=f"{name}_separable_convolution"
    )(x)
    return keras.layers.BatchNormalization(**BATCH_NORMALIZATION, name=f"{name}_normalization")(x)


def _relu(x: KerasTensor, name: str) -> KerasTensor:
    import keras

    return keras.layers.Activation("relu", name=name)(x)
