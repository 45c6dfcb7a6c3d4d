"""Autoencoders of convolutions (lecture, "Convolutional Autoencoders")."""

import math
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from fashion_nets.errors import UserError
from fashion_nets.networks.autoencoders.parts import CODINGS_LAYER
from fashion_nets.networks.parameters import Activation, ArchitectureParams
from fashion_nets.networks.types import KerasModel

POOL_SIZE = 2


class ConvolutionalAutoencoderParams(ArchitectureParams):
    """What a convolutional autoencoder looks like: its encoder, which the decoder reverses.

    Attributes:
        filters: Of each convolution of the encoder; a pooling that halves the sides follows each.
        kernel_size: Side of all kernels, at least 3: transposed ones then reach every pixel of odd sides.
        codings_size: Makes a dense layer of so many units out of the last feature maps, and another one
            makes feature maps out of them; None leaves these maps as the codings, as in the lecture.
        activation: Of every layer but the last one.
        output_activation: Of the last layer.
    """

    name: Literal["convolutional"]
    filters: Annotated[tuple[PositiveInt, ...], Field(min_length=1)]
    kernel_size: Annotated[int, Field(ge=3)]
    codings_size: PositiveInt | None
    activation: Activation
    output_activation: Activation


def build_convolutional_autoencoder(
    architecture: ConvolutionalAutoencoderParams, image_shape: tuple[int, ...], name: str
) -> KerasModel:
    """Build an autoencoder of convolutions and poolings, reversed by transposed convolutions.

    With filters (16, 32, 64) and no ``codings_size`` it has the layers of the lecture; 28 x 28 pixels
    then have 3 x 3 x 64 = 576 codings.
    """
    import keras

    layers = keras.layers
    activation, kernel_size = architecture.activation, architecture.kernel_size
    sizes = _halve(image_shape, len(architecture.filters))
    images = keras.Input(image_shape, name="images")
    x = layers.Reshape((*image_shape, 1), name="channels")(images)
    for number, filters in enumerate(architecture.filters, start=1):
        x = layers.Conv2D(
            filters, kernel_size, padding="same", activation=activation, name=f"encoder_{number}"
        )(x)
        x = layers.MaxPooling2D(POOL_SIZE, name=f"pooling_{number}")(x)
    maps_shape = (*sizes[-1], architecture.filters[-1])
    if architecture.codings_size is None:
        x = layers.Flatten(name=CODINGS_LAYER)(x)
    else:
        x = layers.Flatten(name="flatten")(x)
        x = layers.Dense(architecture.codings_size, activation=activation, name=CODINGS_LAYER)(x)
        x = layers.Dense(math.prod(maps_shape), activation=activation, name="decoder_dense")(x)
    x = layers.Reshape(maps_shape, name="feature_maps")(x)
    steps = pairwise(reversed(sizes))
    outputs = (*reversed(architecture.filters[:-1]), 1)
    for number, (filters, (before, after)) in enumerate(zip(outputs, steps, strict=True), start=1):
        is_last = number == len(outputs)
        name_of_layer = "intensities" if is_last else f"decoder_{number}"
        doubles = after == tuple(POOL_SIZE * side for side in before)
        x = layers.Conv2DTranspose(
            filters,
            kernel_size,
            strides=POOL_SIZE,
            padding="same" if doubles else "valid",
            activation=architecture.output_activation if is_last else activation,
            # Intensities stay float32 in mixed precision: 8 bits of mantissa would show in the pictures.
            dtype="float32" if is_last else None,
            name=name_of_layer,
        )(x)
        surplus = [have - wanted for have, wanted in zip(x.shape[1:3], after, strict=True)]
        if any(surplus):
            crop = [(more // 2, more - more // 2) for more in surplus]
            x = layers.Cropping2D(crop, dtype="float32" if is_last else None, name=f"{name_of_layer}_crop")(x)
    reconstructions = layers.Reshape(image_shape, dtype="float32", name="reconstructions")(x)
    return keras.Model(images, reconstructions, name=name)


def _halve(image_shape: tuple[int, ...], times: int) -> list[tuple[int, ...]]:
    """The sizes of the image and of what each pooling leaves of it; an odd side loses its last pixel."""
    sizes = [tuple(image_shape)]
    for _ in range(times):
        sizes.append(tuple(side // POOL_SIZE for side in sizes[-1]))
    if min(sizes[-1]) == 0:
        raise UserError(
            f"{times} poolings leave nothing of images of {image_shape[0]} x {image_shape[1]} pixels; give "
            f"'filters' fewer entries."
        )
    return sizes
