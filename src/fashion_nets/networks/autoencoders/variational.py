"""Variational autoencoders, whose decoder makes new images; beyond the lecture's "Autoencoders (AEs)"."""

import math
from typing import Literal

from pydantic import NonNegativeFloat, PositiveInt

from fashion_nets.networks.autoencoders.parts import CODINGS_LAYER, SAMPLING_LAYER
from fashion_nets.networks.parameters import Activation, ArchitectureParams, Units
from fashion_nets.networks.types import KerasModel


class VariationalAutoencoderParams(ArchitectureParams):
    """What a variational autoencoder looks like: its encoder, which the decoder mirrors.

    Attributes:
        hidden_units: Sizes of the encoder's hidden layers.
        codings_size: Number of codings.
        activation: Of the hidden layers.
        output_activation: Of the last layer.
        kl_weight: Weight of the Kullback-Leibler divergence, in nats per pixel, beside the reconstruction
            loss, which is a mean over the pixels. With 1 and binary cross-entropy the two are the bound on
            the likelihood; 0 lets the distributions of the codings be anything.
    """

    name: Literal["variational"] = "variational"
    hidden_units: Units
    codings_size: PositiveInt
    activation: Activation
    output_activation: Activation
    kl_weight: NonNegativeFloat


def build_variational_autoencoder(
    architecture: VariationalAutoencoderParams, image_shape: tuple[int, ...], name: str
) -> KerasModel:
    """Build an autoencoder that gives an image a normal distribution of codings.

    In training the decoder is shown a draw from it. The layer ``codings`` puts out its mean.

    Args:
        architecture: Encoder's hidden layers, size of the codings, activations, weight of the divergence.
        image_shape: Shape of one image, (height, width).
        name: Name of the model.

    Returns:
        An uncompiled model, (n, height, width) in and out.
    """
    import keras

    from fashion_nets.layers.sampling import Sampling

    layers = keras.layers
    activation, n_pixels = architecture.activation, math.prod(image_shape)
    images = keras.Input(image_shape, name="images")
    x = layers.Flatten(name="flatten")(images)
    for number, units in enumerate(architecture.hidden_units, start=1):
        x = layers.Dense(units, activation=activation, name=f"encoder_{number}")(x)
    # What the loss is made of stays float32 in mixed precision.
    mean = layers.Dense(architecture.codings_size, dtype="float32", name=CODINGS_LAYER)(x)
    log_variance = layers.Dense(architecture.codings_size, dtype="float32", name="log_variance")(x)
    x = Sampling(architecture.kl_weight / n_pixels, dtype="float32", name=SAMPLING_LAYER)(
        [mean, log_variance]
    )
    for number, units in enumerate(reversed(architecture.hidden_units), start=1):
        x = layers.Dense(units, activation=activation, name=f"decoder_{number}")(x)
    x = layers.Dense(
        n_pixels, activation=architecture.output_activation, dtype="float32", name="intensities"
    )(x)
    reconstructions = layers.Reshape(image_shape, dtype="float32", name="reconstructions")(x)
    return keras.Model(images, reconstructions, name=name)
