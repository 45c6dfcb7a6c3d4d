"""What a linear decoder makes of codings (lecture, "Autoencoder vs PCA")."""

import numpy as np

from fashion_nets.inspection.prediction import predict
from fashion_nets.networks.types import KerasModel

_TOLERANCE = 1e-3  # of the largest intensity; float32 sums over hundreds of codings are nearer than that


def linear_directions(decoder: KerasModel, codings: np.ndarray) -> np.ndarray | None:
    """What each coding adds to the pixels of an image, if the decoder does nothing but add.

    However many layers a decoder has, if they are all linear, an image is a fixed one and a sum of such
    directions, times the codings. This is tried on codings rather than read from the layers.

    Args:
        decoder: (n, n_codings) to (n, height, width), as by ``decoder_of``.
        codings: Those of some images, shape (n, n_codings).

    Returns:
        Shape (n_codings, n_pixels), or None if the decoder is not linear.
    """
    n_codings = codings.shape[1]
    probes = np.concatenate([np.zeros((1, n_codings)), np.eye(n_codings)]).astype("float32")
    origin, *ends = predict(decoder, probes).reshape(n_codings + 1, -1)
    directions = np.stack(ends) - origin
    images = predict(decoder, codings).reshape(len(codings), -1)
    error = np.abs(origin + codings @ directions - images).max()
    return directions if error <= _TOLERANCE * np.abs(images).max() else None
