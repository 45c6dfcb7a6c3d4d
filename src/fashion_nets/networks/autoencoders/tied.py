"""Autoencoders whose decoder has the weights of the encoder (lecture, "Tying Weights")."""

from typing import Literal

from fashion_nets.networks.autoencoders.mirrored import (
    MirroredParams,
    begin_with_flat_images,
    end_with_images,
)
from fashion_nets.networks.autoencoders.parts import CODINGS_LAYER
from fashion_nets.networks.types import KerasModel


class TiedAutoencoderParams(MirroredParams):
    """What a tied autoencoder looks like: its encoder, which the decoder uses backwards."""

    name: Literal["tied"]


def build_tied_autoencoder(
    architecture: TiedAutoencoderParams, image_shape: tuple[int, ...], name: str
) -> KerasModel:
    """Build an autoencoder whose decoder layers share the kernels of the encoder layers that they mirror."""
    import keras

    from fashion_nets.layers.dense_transpose import DenseTranspose

    activation = architecture.activation
    images, x = begin_with_flat_images(image_shape)
    encoder: list[keras.layers.Dense] = []
    for number, units in enumerate((*architecture.hidden_units, architecture.codings_size), start=1):
        is_last = number > len(architecture.hidden_units)
        layer = CODINGS_LAYER if is_last else f"encoder_{number}"
        encoder.append(keras.layers.Dense(units, activation=activation, name=layer))
        x = encoder[-1](x)
    for number, dense in enumerate(reversed(encoder[1:]), start=1):
        x = DenseTranspose(dense, activation=activation, name=f"decoder_{number}")(x)
    # Intensities stay float32 in mixed precision: 8 bits of mantissa would show in the pictures.
    x = DenseTranspose(
        encoder[0], activation=architecture.output_activation, dtype="float32", name="intensities"
    )(x)
    return end_with_images(images, x, name)
