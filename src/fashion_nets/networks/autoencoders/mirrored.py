"""What autoencoders of dense layers have in common: a decoder that mirrors the encoder."""

import math

from pydantic import PositiveInt

from fashion_nets.networks.parameters import Activation, ArchitectureParams, Units
from fashion_nets.networks.types import KerasModel, KerasTensor


class MirroredParams(ArchitectureParams):
    """What an autoencoder of dense layers looks like: its encoder, which the decoder mirrors.

    Attributes:
        hidden_units: Sizes of the encoder's hidden layers.
        codings_size: Number of codings; as large as the input or larger makes the autoencoder overcomplete.
        activation: Of every layer but the last one.
        output_activation: Of the last layer.
    """

    hidden_units: Units
    codings_size: PositiveInt
    activation: Activation
    output_activation: Activation


def begin_with_flat_images(image_shape: tuple[int, ...]) -> tuple[KerasTensor, KerasTensor]:
    """The input of a network, shape (n, height, width), and the same as (n, pixels)."""
    import keras

    images = keras.Input(image_shape, name="images")
    return images, keras.layers.Flatten(name="flatten")(images)


def add_encoder(x: KerasTensor, architecture: MirroredParams) -> KerasTensor:
    """Add the hidden layers of the encoder, ``encoder_1`` and so on."""
    return _add_dense_layers(x, architecture.hidden_units, architecture.activation, "encoder")


def end_with_decoder(
    images: KerasTensor, codings: KerasTensor, architecture: MirroredParams, name: str
) -> KerasModel:
    """The uncompiled network with these inputs and codings, and the mirrored layers behind them."""
    import keras

    units = architecture.hidden_units[::-1]
    x = _add_dense_layers(codings, units, architecture.activation, "decoder")
    # Intensities stay float32 in mixed precision: 8 bits of mantissa would show in the pictures.
    pixels = keras.layers.Dense(
        math.prod(images.shape[1:]),
        activation=architecture.output_activation,
        dtype="float32",
        name="intensities",
    )(x)
    return end_with_images(images, pixels, name)


def end_with_images(images: KerasTensor, pixels: KerasTensor, name: str) -> KerasModel:
    """The uncompiled network with these inputs and flat outputs, which become images like the inputs."""
    import keras

    shape = images.shape[1:]
    outputs = keras.layers.Reshape(shape, dtype="float32", name="reconstructions")(pixels)
    return keras.Model(images, outputs, name=name)


def _add_dense_layers(x: KerasTensor, units: tuple[int, ...], activation: str, part: str) -> KerasTensor:
    import keras

    for number, size in enumerate(units, start=1):
        x = keras.layers.Dense(size, activation=activation, name=f"{part}_{number}")(x)
    return x
