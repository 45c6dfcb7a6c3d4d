"""VGG-16 and VGG-19 (lecture, "VGGNet (2014)")."""

from typing import Literal

from fashion_nets.networks.architectures.blocks import (
    Width,
    begin_with_grey_images,
    check_smallest_side,
    convolve,
    end_with_probabilities,
    scale_filters,
)
from fashion_nets.networks.parameters import ArchitectureParams, DropoutRate
from fashion_nets.networks.types import KerasModel

CONVOLUTIONS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
"""The number of convolutions in each stage."""

FILTERS = (64, 128, 256, 512, 512)
N_POOLINGS = 3  # of five: two more would leave nothing of 28 x 28 pixels but one
SMALLEST_SIDE = 2**N_POOLINGS


class VggParams(ArchitectureParams):
    """What a small VGG network looks like.

    Attributes:
        width: Multiplies the numbers of filters.
        batch_normalization: Whether each convolution has one, before its relu; the paper has none.
        dropout: Fraction of the averaged feature maps that is dropped.
    """

    name: Literal["vgg16", "vgg19"]
    width: Width
    batch_normalization: bool
    dropout: DropoutRate


def build_vgg(architecture: VggParams, image_shape: tuple[int, ...], n_outputs: int, name: str) -> KerasModel:
    """Build a VGG network for small images.

    The last two poolings are left out, and averages of the feature maps take the place of the two dense
    layers of 4,096, which hold nine tenths of the parameters.

    Reference:
        Liu and Deng, "Very deep convolutional neural network based image classification using small training
        sample size", 2015, has the small form with batch normalization.
    """
    import keras

    check_smallest_side(architecture.name, image_shape, SMALLEST_SIDE)
    images, x = begin_with_grey_images(image_shape)
    stages = zip(CONVOLUTIONS[architecture.name], FILTERS, strict=True)
    for stage, (n_convolutions, filters) in enumerate(stages, start=1):
        for number in range(1, n_convolutions + 1):
            x = convolve(
                x,
                scale_filters(filters, architecture.width),
                3,
                f"stage_{stage}_unit_{number}",
                batch_normalization=architecture.batch_normalization,
            )
        if stage <= N_POOLINGS:
            x = keras.layers.MaxPooling2D(2, name=f"stage_{stage}_pooling")(x)
    return end_with_probabilities(images, x, n_outputs, name, architecture.dropout)


def build_original_vgg(name: str, n_classes: int) -> KerasModel:
    """Build VGG-16 or VGG-19 as published, configurations D and E, for images (n, 224, 224, 3)."""
    import keras

    build = {"vgg16": keras.applications.VGG16, "vgg19": keras.applications.VGG19}[name]
    return build(weights=None, classes=n_classes)
