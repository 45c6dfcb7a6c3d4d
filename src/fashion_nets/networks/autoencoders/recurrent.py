"""Autoencoders that read an image row by row (lecture, "Training One Autoencoder at a Time")."""

from typing import Literal

from pydantic import PositiveInt

from fashion_nets.networks.autoencoders.parts import CODINGS_LAYER
from fashion_nets.networks.parameters import Activation, ArchitectureParams, Units
from fashion_nets.networks.types import KerasModel


class RecurrentAutoencoderParams(ArchitectureParams):
    """What a recurrent autoencoder looks like: its encoder, which the decoder mirrors.

    Attributes:
        hidden_units: Of the LSTM layers of the encoder that pass on a sequence.
        codings_size: Units of the LSTM layer that puts out the codings, once it has read the last row.
        output_activation: Of the dense layer that makes a row of pixels at each time step.
    """

    name: Literal["recurrent"]
    hidden_units: Units
    codings_size: PositiveInt
    output_activation: Activation


def build_recurrent_autoencoder(
    architecture: RecurrentAutoencoderParams, image_shape: tuple[int, ...], name: str
) -> KerasModel:
    """Build an autoencoder for which an image is a sequence of its rows.

    The encoder reads the rows from the top; the decoder is shown the codings at each of its time steps
    and writes a row.
    """
    import keras

    layers = keras.layers
    height, width = image_shape
    images = keras.Input(image_shape, name="images")
    x = images
    for number, units in enumerate(architecture.hidden_units, start=1):
        x = layers.LSTM(units, return_sequences=True, name=f"encoder_{number}")(x)
    x = layers.LSTM(architecture.codings_size, name=CODINGS_LAYER)(x)
    x = layers.RepeatVector(height, name="rows")(x)
    for number, units in enumerate(reversed(architecture.hidden_units), start=1):
        x = layers.LSTM(units, return_sequences=True, name=f"decoder_{number}")(x)
    # Intensities stay float32 in mixed precision: 8 bits of mantissa would show in the pictures.
    reconstructions = layers.Dense(
        width, activation=architecture.output_activation, dtype="float32", name="reconstructions"
    )(x)
    return keras.Model(images, reconstructions, name=name)
