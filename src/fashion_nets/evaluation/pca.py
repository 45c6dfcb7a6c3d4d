"""Images described by principal components of their pixels (lecture, "Autoencoder vs PCA")."""

from collections.abc import Iterator, Sequence

import numpy as np

from fashion_nets.data.image_set import intensities
from fashion_nets.errors import UserError
from fashion_nets.evaluation.points import flatten


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
    from sklearn.decomposition import PCA

    train_pixels = flatten(intensities(train_images))
    if max(sizes) > min(train_pixels.shape):
        raise UserError(
            f"{len(train_images):,} training images of {train_pixels.shape[1]:,} pixels have at most "
            f"{min(train_pixels.shape):,} principal components, got a size of {max(sizes):,}"
        )
    # This solver takes seconds where the others take minutes.
    pca = PCA(max(sizes), svd_solver="covariance_eigh").fit(train_pixels)
    codings = pca.transform(flatten(intensities(images)))
    for size in sizes:
        yield (codings[:, :size] @ pca.components_[:size] + pca.mean_).reshape(images.shape)
