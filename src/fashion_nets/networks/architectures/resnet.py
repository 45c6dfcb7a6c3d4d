"""Residual networks of 18 to 152 layers (lecture, "ResNet (2015)")."""

from typing import Literal

from fashion_nets.networks.architectures.blocks import (
    Width,
    add_skip_connection,
    begin_with_grey_images,
    convolve,
    end_with_probabilities,
    scale_filters,
)
from fashion_nets.networks.parameters import ArchitectureParams
from fashion_nets.networks.types import KerasModel, KerasTensor

UNITS = {
    "resnet18": (2, 2, 2, 2),
    "resnet34": (3, 4, 6, 3),
    "resnet50": (3, 4, 6, 3),
    "resnet101": (3, 4, 23, 3),
    "resnet152": (3, 8, 36, 3),
}
"""The number of residual units in each stage."""

BOTTLENECKS = frozenset({"resnet50", "resnet101", "resnet152"})
"""Those whose units have three convolutions, the outer ones of 1 x 1."""

FILTERS = (64, 128, 256, 512)
EXPANSION = 4  # times as many feature maps leave a bottleneck unit as are within it


class ResNetParams(ArchitectureParams):
    """What a small residual network looks like.

    Attributes:
        width: Multiplies the numbers of filters.
        skip_connections: Whether the input of each unit is added to what its layers make of it. Without
            them the network is as deep, and plain.
    """

    name: Literal["resnet18", "resnet34", "resnet50", "resnet101", "resnet152"]
    width: Width
    skip_connections: bool


def build_resnet(
    architecture: ResNetParams, image_shape: tuple[int, ...], n_outputs: int, name: str
) -> KerasModel:
    """Build a residual network for small images.

    As in the form that the paper has for CIFAR-10, it starts with one convolution of 3 x 3 filters and stride
    1, without pooling; at width 0.25 that has 16 filters, as there.

    Reference:
        He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", 2015, section 4.2.
    """
    images, x = begin_with_grey_images(image_shape)
    x = convolve(x, scale_filters(FILTERS[0], architecture.width), 3, "stem_1")
    x = _add_stages(x, architecture.name, architecture.width, architecture.skip_connections)
    return end_with_probabilities(images, x, n_outputs, name)


def build_original_resnet(name: str, n_classes: int) -> KerasModel:
    """Build a residual network as published, table 1, for images (n, 224, 224, 3)."""
    import keras

    ready = {
        "resnet50": keras.applications.ResNet50,
        "resnet101": keras.applications.ResNet101,
        "resnet152": keras.applications.ResNet152,
    }
    if name in ready:
        return ready[name](weights=None, classes=n_classes)
    images = keras.Input((224, 224, 3), name="images")
    x = convolve(images, FILTERS[0], 7, "stem_1", strides=2)
    x = keras.layers.MaxPooling2D(3, 2, padding="same", name="stem_1_pooling")(x)
    x = _add_stages(x, name, width=1.0, skip_connections=True)
    return end_with_probabilities(images, x, n_classes, name)


def add_residual_unit(
    x: KerasTensor,
    filters: int,
    name: str,
    strides: int = 1,
    bottleneck: bool = False,
    skip_connection: bool = True,
) -> KerasTensor:
    """Two or three convolutions, to whose output the input is added before the last relu.

    Where they change the shape, the input passes a convolution of 1 x 1 filters on its way.

    Args:
        x: Feature maps, shape (n, height, width, channels).
        filters: Filters of each convolution; the last one of a bottleneck has four times as many.
        name: Begins the names of the layers.
        strides: Of the first convolution and of the skip connection.
        bottleneck: Three convolutions of 1 x 1, 3 x 3 and 1 x 1, rather than two of 3 x 3.
        skip_connection: Whether the input is added.

    Returns:
        Shape (n, height / strides, width / strides, filters), times four for a bottleneck.
    """
    import keras

    sizes = (1, 3, 1) if bottleneck else (3, 3)
    n_maps = filters * EXPANSION if bottleneck else filters
    residual = x
    for number, size in enumerate(sizes, start=1):
        is_first, is_last = number == 1, number == len(sizes)
        residual = convolve(
            residual,
            n_maps if is_last else filters,
            size,
            f"{name}_layer_{number}",
            strides=strides if is_first else 1,
            relu=not is_last,
        )
    if skip_connection:
        residual = add_skip_connection(residual, x, name, strides)
    return keras.layers.Activation("relu", name=f"{name}_activation")(residual)


def _add_stages(x: KerasTensor, name: str, width: float, skip_connections: bool) -> KerasTensor:
    """All units; each stage but the first halves height and width."""
    for stage, (n_units, filters) in enumerate(zip(UNITS[name], FILTERS, strict=True), start=1):
        for unit in range(1, n_units + 1):
            x = add_residual_unit(
                x,
                scale_filters(filters, width),
                f"stage_{stage}_unit_{unit}",
                strides=2 if stage > 1 and unit == 1 else 1,
                bottleneck=name in BOTTLENECKS,
                skip_connection=skip_connections,
            )
    return x
