"""Autoencoders whose decoder has the weights of the encoder (lecture, "Tying Weights")."""

from typing import Literal

from pydantic import PositiveInt

from fashion_nets.networks.autoencoders.parts import CODINGS_LAYER
from fashion_nets.networks.parameters import Activation, ArchitectureParams, Units
from fashion_nets.networks.types import KerasModel


class TiedAutoencoderParams(ArchitectureParams):
    """What a tied autoencoder looks like: its encoder, which the decoder uses backwards."""

    name: Literal["tied"] = "tied"
    hidden_units: Units
    codings_size: PositiveInt
    activation: Activation
    output_activation: Activation


def build_tied_autoencoder(
    architecture: TiedAutoencoderParams, image_shape: tuple[int, ...], name: str
) -> KerasModel:
    """Build an autoencoder whose decoder layers share the kernels of the encoder layers that they mirror.

    Args:
        architecture: Encoder's hidden layers, size of the codings, activations.
        image_shape: Shape of one image, (height, width).
        name: Name of the model.

    Returns:
        An uncompiled model, (n, height, width) in and out.
    """
    import keras

    from fashion_nets.layers.dense_transpose import DenseTranspose

    layers = keras.layers
    activation = architecture.activation
    images = keras.Input(image_shape, name="images")
    x = layers.Flatten(name="flatten")(images)
    encoder: list[keras.layers.Dense] = []
    for number, units in enumerate((*architecture.hidden_units, architecture.codings_size), start=1):
        is_last = number > len(architecture.hidden_units)
        encoder.append(
            layers.Dense(units, activation=activation, name=CODINGS_LAYER if is_last else f"encoder_{number}")
        )
        x = encoder[-1](x)
    for number, dense in enumerate(reversed(encoder[1:]), start=1):
        x = DenseTranspose(dense, activation=activation, name=f"decoder_{number}")(x)
    # Intensities stay float32 in mixed precision: 8 bits of mantissa would show in the pictures.
    x = DenseTranspose(
        encoder[0], activation=architecture.output_activation, dtype="float32", name="intensities"
    )(x)
    reconstructions = layers.Reshape(image_shape, dtype="float32", name="reconstructions")(x)
    return keras.Model(images, reconstructions, name=name)
