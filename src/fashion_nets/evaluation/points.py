"""What points are: images as rows of pixels, or the codings of images; and a sample of many of them."""

import numpy as np

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError


def flatten(images: np.ndarray) -> np.ndarray:
    """Images as rows of pixels, shape (n, n_pixels)."""
    return images.reshape(len(images), -1)


def check_codings(codings: np.ndarray, images: LabelledImages) -> None:
    """Refuse codings that are not those of the images, or of a training that failed.

    Args:
        codings: Shape (n, n_codings).
        images: Those that were encoded.

    Raises:
        ValueError: If they are not as many.
        UserError: If the codings are not finite.
    """
    if len(codings) != len(images.labels):
        raise ValueError(
            f"Codings should be a row for each image, got {len(codings)} rows for "
            f"{len(images.labels)} images. Encode the same set that is passed."
        )
    if not np.isfinite(codings).all():
        raise UserError(
            "The codings are not all finite numbers, so they cannot be projected: the autoencoder's training "
            "diverged. Train it again with a lower learning rate."
        )


def sample_points(n_points: int, max_points: int, seed: int) -> np.ndarray:
    """Choose at most so many of the points at random.

    Returns:
        Their places among the points, rising, shape (min(n_points, max_points),).
    """
    return np.sort(np.random.default_rng(seed).permutation(n_points)[:max_points])
