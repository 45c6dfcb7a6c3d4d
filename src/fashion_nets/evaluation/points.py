"""What points are: images as rows of pixels, or the codings of images; and a sample of many of them."""

from typing import Any

import numpy as np

from fashion_nets.data.image_set import LabelledImages, intensities
from fashion_nets.errors import UserError

CHUNK = 5_000  # points at a time, where no copy of all of them is to be made


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


def place_in_chunks(projection: Any, points: np.ndarray) -> np.ndarray:
    """Apply a fitted projection to points, or to pixels as grey levels, without a copy of all of them.

    Args:
        projection: Has a method ``transform``, as scikit-learn's transformers.
        points: Shape (n, d), n at least 1.

    Returns:
        Where they lie, shape (n, dimensions).
    """
    first = projection.transform(intensities(points[:CHUNK]))
    places = np.empty((len(points), first.shape[1]), first.dtype)
    places[:CHUNK] = first
    for start in range(CHUNK, len(points), CHUNK):
        rows = slice(start, start + CHUNK)
        places[rows] = projection.transform(intensities(points[rows]))
    return places


def sample_points(n_points: int, max_points: int, seed: int) -> np.ndarray:
    """Choose at most so many of the points at random.

    Returns:
        Their places among the points, rising, shape (min(n_points, max_points),).
    """
    return np.sort(np.random.default_rng(seed).permutation(n_points)[:max_points])
