"""Ways from points of many dimensions to the plane or to space. A new method is a new entry of ``METHODS``.

A method that can place new points is fitted on training points and applied to others. One that cannot shows
the points that it is fitted on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self

import numpy as np

from fashion_nets.errors import UserError
from fashion_nets.evaluation.discriminants import LinearDiscriminants
from fashion_nets.evaluation.pca import fit_pixel_pca

PERPLEXITY = 30  # scikit-learn's default: about how many neighbours t-SNE keeps together

Source = Literal["codings", "pixels"]


class Projection(Protocol):
    """A map of points onto the plane or space; scikit-learn's transformers are such maps."""

    def fit_transform(self, points: np.ndarray, labels: np.ndarray | None = None) -> np.ndarray:
        """Learn the map from points of shape (n, d), and place these points, shape (n, dimensions)."""


class PlacingProjection(Projection, Protocol):
    """A projection that, once it is fitted, can place other points too."""

    def fit(self, points: np.ndarray, labels: np.ndarray | None = None) -> Self:
        """Learn the map from points of shape (n, d) and, if it reads them, their class indices."""

    def transform(self, points: np.ndarray) -> np.ndarray:
        """Map points of shape (n, d), shape (n, dimensions)."""


@dataclass(frozen=True)
class Method:
    """A way to get from images to points in the plane or in space.

    Attributes:
        create: Makes the map, not yet fitted, from the number of dimensions and a seed.
        projects: What it is fitted on and applied to.
        explains: What ``explained_variance`` is a share of: what was projected, but the pixels where codings
            are shown as they are.
        reads_labels: Whether the classes guide the map.
        places_new_points: Whether the map, fitted on some points, can be applied to others.
        nested: Whether the first two of three dimensions are the two that the plane would have.
    """

    create: Callable[[int, int], Any]
    projects: Source
    explains: Source
    reads_labels: bool = False
    places_new_points: bool = True
    nested: bool = False


def _identity(_dimensions: int, _seed: int) -> PlacingProjection:
    from sklearn.preprocessing import FunctionTransformer

    return FunctionTransformer()


def _pca(dimensions: int, seed: int) -> PlacingProjection:
    from sklearn.decomposition import PCA

    return PCA(dimensions, random_state=seed)


class _PixelPca:
    """PCA of pixels, which others may have fitted to the same images."""

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions

    def fit(self, points: np.ndarray, labels: np.ndarray | None = None) -> PlacingProjection:  # noqa: ARG002
        return fit_pixel_pca(points, self._dimensions)


def _pixel_pca(dimensions: int, _seed: int) -> _PixelPca:
    return _PixelPca(dimensions)


def _lda(dimensions: int, _seed: int) -> PlacingProjection:
    return LinearDiscriminants(dimensions)


def _tsne(dimensions: int, seed: int) -> Projection:
    from sklearn.manifold import TSNE

    return TSNE(dimensions, perplexity=PERPLEXITY, init="pca", random_state=seed)


def _umap(dimensions: int, seed: int) -> PlacingProjection:
    from umap import UMAP

    return UMAP(n_components=dimensions, random_state=seed, n_jobs=1)  # a seed leaves UMAP one core


METHODS = {
    "codings": Method(_identity, projects="codings", explains="pixels"),
    "pca": Method(_pca, projects="codings", explains="codings", nested=True),
    "lda": Method(_lda, projects="codings", explains="codings", reads_labels=True, nested=True),
    "tsne": Method(_tsne, projects="codings", explains="codings", places_new_points=False),
    "umap": Method(_umap, projects="codings", explains="codings"),
    "pixels_pca": Method(_pixel_pca, projects="pixels", explains="pixels", nested=True),
}


def fit_projection(
    method: str, points: np.ndarray, labels: np.ndarray, seed: int, dimensions: int = 2
) -> PlacingProjection:
    """Fit one of ``METHODS`` that can place new points.

    Args:
        method: Its name.
        points: Training points, shape (n, d); pixels may be grey levels.
        labels: Class indices, shape (n,).
        seed: Of methods that draw random numbers.
        dimensions: 2 for the plane, 3 for space.

    Raises:
        UserError: If the method cannot offer so many dimensions for such points.
    """
    n_features = points.shape[1]
    if method == "codings" and n_features != dimensions:
        raise UserError(
            f"The method 'codings' shows {dimensions} codings as they are, this network has {n_features}. "
            f"Use 'pca' or 'lda', or give the network {dimensions} codings."
        )
    _check_features(method, points, dimensions)
    chosen = METHODS[method]
    return chosen.create(dimensions, seed).fit(points, labels if chosen.reads_labels else None)


def place_points(method: str, points: np.ndarray, seed: int, dimensions: int = 2) -> np.ndarray:
    """Place points by one of ``METHODS`` that can place only what it is fitted on.

    Args:
        method: Its name.
        points: Shape (n, d), more of them than t-SNE's perplexity, 30.
        seed: Of the method.
        dimensions: 2 for the plane, 3 for space.

    Returns:
        Shape (n, dimensions).

    Raises:
        UserError: If the points are too few or have too few codings.
    """
    if len(points) <= PERPLEXITY:
        raise UserError(
            f"The method '{method}' needs more than {PERPLEXITY} points, got {len(points)}. "
            "Enlarge the validation set, or leave the method out."
        )
    _check_features(method, points, dimensions)
    return METHODS[method].create(dimensions, seed).fit_transform(points)


def _check_features(method: str, points: np.ndarray, dimensions: int) -> None:
    if points.shape[1] < dimensions:
        raise UserError(
            f"The method '{method}' needs at least {dimensions} codings, this network has {points.shape[1]}."
        )
