"""AlexNet (lecture, "AlexNet (2012)")."""

from typing import Literal

from fashion_nets.networks.architectures.blocks import (
    Width,
    begin_with_grey_images,
    check_smallest_side,
    scale_filters,
)
from fashion_nets.networks.head import add_head
from fashion_nets.networks.parameters import ArchitectureParams, DropoutRate, Units
from fashion_nets.networks.types import KerasModel, KerasTensor

SMALLEST_SIDE = 15  # pixels, of which three poolings leave one


class AlexNetParams(ArchitectureParams):
    """What the small AlexNet looks like.

    Attributes:
        width: Multiplies the numbers of filters.
        dense_units: Sizes of the hidden dense layers.
        dropout: Fraction dropped behind each of them.
    """

    name: Literal["alexnet"]
    width: Width
    dense_units: Units
    dropout: DropoutRate


def build_alexnet(
    architecture: AlexNetParams, image_shape: tuple[int, ...], n_outputs: int, name: str
) -> KerasModel:
    """Build AlexNet for small images: its first convolution has 3 x 3 filters and stride 1."""
    import keras

    check_smallest_side(architecture.name, image_shape, SMALLEST_SIDE)
    images, x = begin_with_grey_images(image_shape)
    x = _convolve(x, scale_filters(96, architecture.width), 3, "c1")
    probabilities = _add_layers(
        x, n_outputs, architecture.width, architecture.dense_units, architecture.dropout
    )
    return keras.Model(images, probabilities, name=name)


def build_original_alexnet(name: str, n_classes: int) -> KerasModel:
    """Build the lecture's table, for images (n, 227, 227, 3).

    Like the table it leaves out the normalization by neighbouring maps, and lets each convolution see all
    maps: the paper splits three of them over two processors, which gives 60,965,224 parameters for 1,000
    classes in place of 62,378,344.
    """
    import keras

    images = keras.Input((227, 227, 3), name="images")
    x = _convolve(images, 96, 11, "c1", strides=4, padding="valid")
    return keras.Model(images, _add_layers(x, n_classes, 1.0, (4096, 4096), 0.5), name=name)


def _add_layers(
    x: KerasTensor, n_outputs: int, width: float, dense_units: tuple[int, ...], dropout: float
) -> KerasTensor:
    """The rows of the table from the second on, by the names that it gives them."""
    import keras

    layers = keras.layers
    x = layers.MaxPooling2D(3, 2, name="s2")(x)
    x = _convolve(x, scale_filters(256, width), 5, "c3")
    x = layers.MaxPooling2D(3, 2, name="s4")(x)
    for number, filters in enumerate((384, 384, 256), start=5):
        x = _convolve(x, scale_filters(filters, width), 3, f"c{number}")
    x = layers.MaxPooling2D(3, 2, name="s8")(x)
    x = layers.Flatten(name="flatten")(x)
    for number, units in enumerate(dense_units, start=9):
        x = layers.Dense(units, activation="relu", kernel_initializer="he_normal", name=f"f{number}")(x)
        if dropout:
            x = layers.Dropout(dropout, name=f"f{number}_dropout")(x)
    return add_head(x, n_outputs)


def _convolve(
    x: KerasTensor, filters: int, kernel_size: int, name: str, strides: int = 1, padding: str = "same"
) -> KerasTensor:
    import keras

    return keras.layers.Conv2D(
        filters,
        kernel_size,
        strides,
        padding,
        activation="relu",
        kernel_initializer="he_normal",  # suits relu
        name=name,
    )(x)
