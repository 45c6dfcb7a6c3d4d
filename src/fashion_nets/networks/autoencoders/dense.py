"""Autoencoders of dense layers.

Lecture, "Autoencoder vs PCA", "Stacked Autoencoders" and "Denoising Autoencoders".
"""

from typing import Literal, Self

from pydantic import PositiveFloat, model_validator

from fashion_nets.networks import keras_objects
from fashion_nets.networks.autoencoders.mirrored import (
    MirroredParams,
    add_encoder,
    begin_with_flat_images,
    end_with_decoder,
)
from fashion_nets.networks.autoencoders.parts import CODINGS_LAYER
from fashion_nets.networks.parameters import Activation, Regularizer
from fashion_nets.networks.types import KerasModel, Layer
from fashion_nets.parameters import Parameters


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

    def layer(self) -> Layer:
        """The layer of Keras that adds it."""
        import keras

        kinds = {"dropout": keras.layers.Dropout, "gaussian": keras.layers.GaussianNoise}
        return kinds[self.kind](self.strength, name="noise")


class DenseAutoencoderParams(MirroredParams):
    """What a dense autoencoder looks like.

    Attributes:
        codings_activation: Of the codings, where that is another one.
        codings_regularizer: Penalty on the codings of each image, a part of the loss; l1 makes them sparse.
        noise: Makes it a denoising autoencoder, which learns to reconstruct images without the noise.
    """

    name: Literal["dense"]
    codings_activation: Activation | None
    codings_regularizer: Regularizer
    noise: InputNoiseParams | None


def build_dense_autoencoder(
    architecture: DenseAutoencoderParams, image_shape: tuple[int, ...], name: str
) -> KerasModel:
    """Build an autoencoder whose decoder mirrors its encoder.

    Without hidden layers and with linear activations it spans the space of PCA; with hidden units
    (100,) and 30 codings it is the lecture's stacked autoencoder.
    """
    import keras

    images, x = begin_with_flat_images(image_shape)
    if architecture.noise is not None:
        x = architecture.noise.layer()(x)
    x = add_encoder(x, architecture)
    penalty = architecture.codings_regularizer
    codings = keras.layers.Dense(
        architecture.codings_size,
        activation=architecture.codings_activation or architecture.activation,
        activity_regularizer=None if penalty is None else keras_objects.regularizer(penalty),
        name=CODINGS_LAYER,
    )(x)
    return end_with_decoder(images, codings, architecture, name)
