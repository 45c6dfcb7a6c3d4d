"""Linear discriminant analysis of many points of many dimensions, in little memory."""

from typing import Self

import numpy as np

from fashion_nets.evaluation.points import CHUNK

_LEAST_DEVIATION = (
    1e-4  # within classes, of all deviations; directions with less have no say, as in scikit-learn
)
_LEAST_REST = 1e-3  # of the length of an axis: what is left of one that the directions have already is noise


class LinearDiscriminants:
    """The directions in which classes lie farthest apart, in units of the deviation within classes.

    The same, but for signs, as scikit-learn's ``LinearDiscriminantAnalysis``, which decomposes the points
    themselves and takes several copies of them for it; here their scatter is decomposed. Two matrices of
    (d, d) and a chunk of the points are all that it takes.

    Between two classes there is one such direction, between three there are two. Where more are asked for,
    the further ones are those along which points of the same class differ most.

    Args:
        n_components: How many directions.

    Reference:
        Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", 2009, section 4.3.3.
    """

    def __init__(self, n_components: int) -> None:
        self.n_components = n_components

    def fit(self, points: np.ndarray, labels: np.ndarray | None = None) -> Self:
        """Learn the directions from points of shape (n, d) and their class indices, shape (n,).

        Raises:
            ValueError: If there are no class indices.
        """
        if labels is None:
            raise ValueError("Linear discriminants need the classes of the points, got None.")
        classes, members = np.unique(labels, return_inverse=True)
        sizes = np.bincount(members)
        means = np.stack([points[labels == label].mean(axis=0, dtype=np.float64) for label in classes])
        self._centre = sizes @ means / len(points)
        scatter = _scatter(points, means, members)
        deviations = np.sqrt(np.diag(scatter) / len(points))
        deviations[deviations == 0] = 1.0
        variances, axes = np.linalg.eigh(scatter / np.outer(deviations, deviations) / len(points))
        kept = variances > _LEAST_DEVIATION**2
        whiten = axes[:, kept] / deviations[:, np.newaxis] / np.sqrt(variances[kept])
        weights = np.sqrt(sizes / (len(classes) - 1))[:, np.newaxis]
        between = (weights * (means - self._centre)) @ whiten
        _, _, directions = np.linalg.svd(between, full_matrices=False)
        chosen = _complete(directions[: min(self.n_components, len(classes) - 1)], self.n_components)
        self._directions = whiten @ chosen.T  # (d, n_components)
        return self

    def fit_transform(self, points: np.ndarray, labels: np.ndarray | None = None) -> np.ndarray:
        """Learn the directions, and place these points."""
        return self.fit(points, labels).transform(points)

    def transform(self, points: np.ndarray) -> np.ndarray:
        """Place points of shape (n, d) along the directions, shape (n, n_components)."""
        directions = self._directions.astype(points.dtype)
        return points @ directions - (self._centre @ self._directions).astype(points.dtype)


def _complete(directions: np.ndarray, n_components: int) -> np.ndarray:
    """Add the leading principal axes, the last ones, made orthogonal to the directions, shape (n, n_axes)."""
    for axis in reversed(np.eye(directions.shape[1])):
        if len(directions) >= n_components:
            break
        rest = axis - directions.T @ (directions @ axis)
        if (length := np.linalg.norm(rest)) > _LEAST_REST:
            directions = np.vstack([directions, rest / length])
    return directions


def _scatter(points: np.ndarray, means: np.ndarray, members: np.ndarray) -> np.ndarray:
    """The sum of the outer products of the points' distances from the means of their classes."""
    scatter = np.zeros((points.shape[1],) * 2)
    for start in range(0, len(points), CHUNK):
        rows = slice(start, start + CHUNK)
        distances = points[rows] - means[members[rows]]
        scatter += distances.T @ distances
    return scatter
