"""Autoencoders of dense layers.

Lecture, "Autoencoder vs PCA", "Stacked Autoencoders" and "Denoising Autoencoders".
"""

import math
from typing import TYPE_CHECKING, Literal, Self

from pydantic import PositiveFloat, PositiveInt, model_validator

from fashion_nets.networks import keras_objects
from fashion_nets.networks.autoencoders.parts import CODINGS_LAYER
from fashion_nets.networks.parameters import Activation, ArchitectureParams, Regularizer, Units
from fashion_nets.networks.types import KerasModel
from fashion_nets.parameters import Parameters

if TYPE_CHECKING:
    import keras


class NoiseParams(Parameters):
    """Noise on images.

    Attributes:
        kind: ``dropout`` switches pixels off, ``gaussian`` adds normal noise to them.
        strength: The fraction of pixels that is switched off, less than 1, or the standard deviation of the
            noise, for intensities in [0, 1].
    """

    kind: Literal["dropout", "gaussian"]
    strength: PositiveFloat

    @model_validator(mode="after")
    def _check_strength(self) -> Self:
        if self.kind == "dropout" and self.strength >= 1:
            raise ValueError(f"'strength' of dropout is a fraction, less than 1, got {self.strength:g}")
        return self


class InputNoiseParams(NoiseParams):
    """Noise that a network adds to its inputs, in training only."""

    @model_validator(mode="after")
    def _check_limit_of_keras(self) -> Self:
        if self.strength > 1:
            raise ValueError(
                f"'strength' of gaussian noise in training is at most 1, Keras's limit, got {self.strength:g}"
            )
        return self

    def layer(self) -> "keras.Layer":
        """The layer of Keras that adds it."""
        import keras

        kinds = {"dropout": keras.layers.Dropout, "gaussian": keras.layers.GaussianNoise}
        return kinds[self.kind](self.strength, name="noise")


class DenseAutoencoderParams(ArchitectureParams):
    """What a dense autoencoder looks like: its encoder, which the decoder mirrors.

    Attributes:
        hidden_units: Sizes of the encoder's hidden layers.
        codings_size: Number of codings; as large as the input or larger makes the autoencoder overcomplete.
        activation: Of every layer but the last one.
        output_activation: Of the last layer.
        codings_activation: Of the codings, where that is another one.
        codings_regularizer: Penalty on the codings of each image, a part of the loss; l1 makes them sparse.
        noise: Makes it a denoising autoencoder, which learns to reconstruct images without the noise.
    """

    name: Literal["dense"] = "dense"
    hidden_units: Units
    codings_size: PositiveInt
    activation: Activation
    output_activation: Activation
    codings_activation: Activation | None = None
    codings_regularizer: Regularizer = None
    noise: InputNoiseParams | None = None


def build_dense_autoencoder(
    architecture: DenseAutoencoderParams, image_shape: tuple[int, ...], name: str
) -> KerasModel:
    """Build an autoencoder whose decoder mirrors its encoder.

    Without hidden layers and with linear activations it spans the space of PCA; with hidden units
    (100,) and 30 codings it is the lecture's stacked autoencoder.

    Args:
        architecture: Encoder's hidden layers, size of the codings, activations, penalty, noise.
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
    if architecture.noise is not None:
        x = architecture.noise.layer()(x)
    for number, units in enumerate(architecture.hidden_units, start=1):
        x = layers.Dense(units, activation=activation, name=f"encoder_{number}")(x)
    penalty = architecture.codings_regularizer
    x = layers.Dense(
        architecture.codings_size,
        activation=architecture.codings_activation or activation,
        activity_regularizer=None if penalty is None else keras_objects.regularizer(penalty),
        name=CODINGS_LAYER,
    )(x)
    for number, units in enumerate(reversed(architecture.hidden_units), start=1):
        x = layers.Dense(units, activation=activation, name=f"decoder_{number}")(x)
    # Intensities stay float32 in mixed precision: 8 bits of mantissa would show in the pictures.
    x = layers.Dense(
        math.prod(image_shape), activation=architecture.output_activation, dtype="float32", name="intensities"
    )(x)
    reconstructions = layers.Reshape(image_shape, dtype="float32", name="reconstructions")(x)
    return keras.Model(images, reconstructions, name=name)
