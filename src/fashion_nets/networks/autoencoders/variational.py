"""Variational autoencoders, whose decoder makes new images; beyond the lecture's "Autoencoders (AEs)"."""

import math
from typing import Literal

from pydantic import NonNegativeFloat

from fashion_nets.networks.autoencoders.mirrored import (
    MirroredParams,
    add_encoder,
    begin_with_flat_images,
    end_with_decoder,
)
from fashion_nets.networks.autoencoders.parts import CODINGS_LAYER, SAMPLING_LAYER
from fashion_nets.networks.types import KerasModel


class VariationalAutoencoderParams(MirroredParams):
    """What a variational autoencoder looks like; its codings have no activation.

    Attributes:
        kl_weight: Weight of the Kullback-Leibler divergence, in nats per pixel, beside the reconstruction
            loss, which is a mean over the pixels. With 1 and binary cross-entropy the two are the bound on
            the likelihood; 0 lets the distributions of the codings be anything.
    """

    name: Literal["variational"]
    kl_weight: NonNegativeFloat


def build_variational_autoencoder(
    architecture: VariationalAutoencoderParams, image_shape: tuple[int, ...], name: str
) -> KerasModel:
    """Build an autoencoder that gives an image a normal distribution of codings.

    In training the decoder is shown a draw from it. The layer ``codings`` puts out its mean.
    """
    import keras

    from fashion_nets.layers.sampling import Sampling

    images, x = begin_with_flat_images(image_shape)
    x = add_encoder(x, architecture)
    # What the loss is made of stays float32 in mixed precision.
    mean = keras.layers.Dense(architecture.codings_size, dtype="float32", name=CODINGS_LAYER)(x)
    log_variance = keras.layers.Dense(architecture.codings_size, dtype="float32", name="log_variance")(x)
    kl_weight = architecture.kl_weight / math.prod(image_shape)
    x = Sampling(kl_weight, dtype="float32", name=SAMPLING_LAYER)([mean, log_variance])
    return end_with_decoder(images, x, architecture, name)
