"""A linear autoencoder compared with PCA, which it should agree with (lecture, "Autoencoder vs PCA")."""

from typing import NamedTuple

import numpy as np

from fashion_nets.data.image_set import intensities
from fashion_nets.errors import UserError
from fashion_nets.evaluation.pca import fit_pixel_pca
from fashion_nets.evaluation.points import flatten


class PcaComparison(NamedTuple):
    """An autoencoder and PCA with as many components.

    Attributes:
        numbers: ``codings_size``; ``largest_principal_angle``, in degrees, between what the decoder and what
            PCA span, None if the decoder is not linear; ``val_mse`` and ``pca_val_mse`` of the
            reconstructions; ``procrustes_disparity``, the share of the codings' variance that the aligned
            components leave.
        components: Those of the validation images, turned, mirrored, scaled and moved as a whole until they
            lie nearest to the codings, shape (n, codings_size).
    """

    numbers: dict[str, float | None]
    components: np.ndarray


def compare_with_pca(
    train_images: np.ndarray,
    images: np.ndarray,
    codings: np.ndarray,
    reconstructions: np.ndarray,
    directions: np.ndarray | None,
) -> PcaComparison:
    """Compare an autoencoder with PCA of the pixels with as many components as it has codings.

    Args:
        train_images: Those that the autoencoder was trained on; PCA is fitted on them, shape
            (n_train, height, width).
        images: Validation images, shape (n, height, width).
        codings: Theirs, shape (n, codings_size).
        reconstructions: Theirs, shape (n, height, width).
        directions: What each coding adds to the pixels, shape (codings_size, n_pixels); None if the decoder
            is not linear.

    Raises:
        UserError: If there is a single coding, or PCA has fewer components than there are codings.
    """
    pixels = flatten(intensities(images))
    codings_size = codings.shape[1]
    most = min(flatten(train_images).shape)
    if not 2 <= codings_size <= most:
        raise UserError(
            f"The comparison with PCA needs 2 to {most} codings, at most as many as there are pixels and "
            f"training images; this network has {codings_size}."
        )
    pca = fit_pixel_pca(train_images, codings_size)
    components = pca.transform(pixels)
    aligned = align(components, codings)
    numbers = {
        "codings_size": codings_size,
        "largest_principal_angle": None if directions is None else _angle(directions, pca.components_),
        "val_mse": _mse(flatten(reconstructions), pixels),
        "pca_val_mse": _mse(pca.inverse_transform(components), pixels),
        "procrustes_disparity": _mse(aligned, codings) / float(codings.var(axis=0).mean(dtype=np.float64)),
    }
    return PcaComparison(numbers, aligned)


def align(points: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Turn, mirror, scale and move points as a whole until they lie nearest to others (Procrustes).

    Args:
        points: Shape (n, d).
        target: Where each should come to lie, shape (n, d).

    Returns:
        Shape (n, d); the mean squared distance to ``target`` is the least that such a map can reach.
    """
    from scipy.linalg import orthogonal_procrustes

    centred = points - points.mean(axis=0)
    rotation, scale = orthogonal_procrustes(centred, target - target.mean(axis=0))
    return centred @ rotation * (scale / np.square(centred).sum()) + target.mean(axis=0)


def _angle(directions: np.ndarray, components: np.ndarray) -> float:
    """The largest principal angle between what the rows of two matrices span, in degrees."""
    from scipy.linalg import subspace_angles

    return float(np.degrees(subspace_angles(directions.T.astype(float), components.T.astype(float)).max()))


def _mse(received: np.ndarray, expected: np.ndarray) -> float:
    return float(np.square(received - expected).mean(dtype=np.float64))
