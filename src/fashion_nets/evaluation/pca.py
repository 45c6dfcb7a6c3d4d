"""Images described by principal components of their pixels (lecture, "Autoencoder vs PCA")."""

import copy
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from fashion_nets.data.image_set import intensities
from fashion_nets.errors import UserError
from fashion_nets.evaluation.points import flatten
from fashion_nets.provenance.digests import digest_arrays
from fashion_nets.remembered import Remembered

if TYPE_CHECKING:
    from sklearn.decomposition import PCA

_fitted: Remembered["PCA"] = Remembered(most=2)


def fit_pixel_pca(train_images: np.ndarray, n_components: int) -> "PCA":
    """Fit PCA to the pixels of images; of the same images again, with any number of components, at no cost.

    Args:
        train_images: Grey levels or intensities, shape (n_train, ...).
        n_components: Those that explain most, the same whatever their number; at most as many as there are
            pixels and images.

    Returns:
        Scikit-learn's PCA of rows of intensities.
    """
    from sklearn.decomposition import PCA

    def fit() -> PCA:
        # This solver takes seconds where the others take minutes, and finds all components at once.
        return PCA(svd_solver="covariance_eigh").fit(flatten(intensities(train_images)))

    # A copy, arrays included: nothing that is done to it reaches others.
    pca = copy.deepcopy(_fitted.get(digest_arrays(train_images), fit))
    pca.n_components = pca.n_components_ = n_components
    for name in ("components_", "explained_variance_", "explained_variance_ratio_", "singular_values_"):
        setattr(pca, name, getattr(pca, name)[:n_components])
    return pca


def reconstruct_by_pca(
    train_images: np.ndarray, images: np.ndarray, sizes: Sequence[int]
) -> Iterator[np.ndarray]:
    """Reconstruct images from so many principal components of the training images.

    The components are those that explain most of the training images, so that no other linear map to as many
    numbers and back has a smaller squared error on these.

    Args:
        train_images: Grey levels or intensities, shape (n_train, height, width).
        images: Likewise, shape (n, height, width).
        sizes: Numbers of components.

    Yields:
        For each size the reconstructions, the shape of ``images``; values may leave [0, 1].

    Raises:
        UserError: If there are not as many components.
    """
    shape = flatten(train_images).shape
    if max(sizes) > min(shape):
        raise UserError(
            f"{len(train_images):,} training images of {shape[1]:,} pixels have at most {min(shape):,} "
            f"principal components, got a size of {max(sizes):,}"
        )
    pca = fit_pixel_pca(train_images, max(sizes))
    codings = pca.transform(flatten(intensities(images)))
    for size in sizes:
        yield (codings[:, :size] @ pca.components_[:size] + pca.mean_).reshape(images.shape)
