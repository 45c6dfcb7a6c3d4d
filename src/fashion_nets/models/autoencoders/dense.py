"""Autoencoders of dense layers (lecture, "Autoencoder vs PCA" and "Stacked Autoencoders")."""

import math

from pydantic import PositiveInt

from fashion_nets.models.autoencoders.parts import CODINGS_LAYER
from fashion_nets.models.parameters import Activation, Units
from fashion_nets.models.types import KerasModel
from fashion_nets.parameters import Parameters


class DenseAutoencoderParams(Parameters):
    """What a dense autoencoder looks like: its encoder, which the decoder mirrors."""

    hidden_units: Units
    codings_size: PositiveInt
    activation: Activation
    output_activation: Activation


def build_dense_autoencoder(
    architecture: DenseAutoencoderParams, image_shape: tuple[int, ...], name: str
) -> KerasModel:
    """Build an autoencoder whose decoder mirrors its encoder.

    Without hidden layers and with linear activations it spans the space of PCA; with hidden units
    (100,) and 30 codings it is the lecture's stacked autoencoder.

    Args:
        architecture: Encoder's hidden layers, size of the codings, activations.
        image_shape: Shape of one image, (height, width).
        name: Name of the model.

    Returns:
        An uncompiled model, (n, height, width) in and out.
    """
    import keras

    layers = keras.layers
    activation = architecture.activation
    images = keras.Input(image_shape, name="images")
    x = layers.Flatten(name="flatten")(images)
    for number, units in enumerate(architecture.hidden_units, start=1):
        x = layers.Dense(units, activation=activation, name=f"encoder_{number}")(x)
    x = layers.Dense(architecture.codings_size, activation=activation, name=CODINGS_LAYER)(x)
    for number, units in enumerate(reversed(architecture.hidden_units), start=1):
        x = layers.Dense(units, activation=activation, name=f"decoder_{number}")(x)
    # Intensities stay float32 in mixed precision: 8 bits of mantissa would show in the pictures.
    x = layers.Dense(
        math.prod(image_shape), activation=architecture.output_activation, dtype="float32", name="intensities"
    )(x)
    reconstructions = layers.Reshape(image_shape, dtype="float32", name="reconstructions")(x)
    return keras.Model(images, reconstructions, name=name)
