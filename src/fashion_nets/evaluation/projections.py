"""Images as points in the plane, and numbers that say how good such a projection is.

Each method is fitted on training points and applied to others. A new one that can do this (UMAP, a t-SNE that
places new points) is a new entry of ``METHODS``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, Self

import numpy as np
import pandas as pd
from pydantic import Field, PositiveInt, field_validator, model_validator

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError
from fashion_nets.parameters import Parameters

Source = Literal["codings", "pixels"]


class Projection(Protocol):
    """A map of points onto the plane that is fitted first; scikit-learn's transformers are such maps."""

    def fit(self, points: np.ndarray, labels: np.ndarray) -> Self:
        """Learn the map from points of shape (n, d) and their class indices, shape (n,)."""

    def transform(self, points: np.ndarray) -> np.ndarray:
        """Map points of shape (n, d) onto the plane, shape (n, 2)."""


@dataclass(frozen=True)
class Method:
    """A way to get from images to points in the plane.

    Attributes:
        create: Makes the map, not yet fitted, from a seed.
        projects: What it is fitted on and applied to.
        explains: What ``explained_variance`` is a share of: what was projected, but the pixels where codings
            are shown as they are.
    """

    create: Callable[[int], Projection]
    projects: Source
    explains: Source


def _identity(_seed: int) -> Projection:
    from sklearn.preprocessing import FunctionTransformer

    return FunctionTransformer()


def _pca(seed: int) -> Projection:
    from sklearn.decomposition import PCA

    return PCA(2, random_state=seed)


def _lda(_seed: int) -> Projection:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    return LinearDiscriminantAnalysis(n_components=2)


METHODS = {
    "codings": Method(_identity, projects="codings", explains="pixels"),
    "pca": Method(_pca, projects="codings", explains="codings"),
    "lda": Method(_lda, projects="codings", explains="codings"),
    "pixels_pca": Method(_pca, projects="pixels", explains="pixels"),
}


class ProjectionParams(Parameters):
    """How the codings of an autoencoder are shown in the plane.

    Attributes:
        methods: Panels of the figure and rows of the scores, in this order, each one of ``METHODS``.
        thumbnails: The method whose points are drawn as images.
        n_neighbors: Neighbours that vote in the accuracy and are looked at for trustworthiness.
        trustworthiness_sample: Points of which trustworthiness is measured; memory grows with its square
            (2,000 points: about 100 MB).
    """

    methods: tuple[str, ...] = Field(min_length=1)
    thumbnails: str
    n_neighbors: PositiveInt
    trustworthiness_sample: PositiveInt

    @field_validator("methods")
    @classmethod
    def _known_and_different(cls, methods: tuple[str, ...]) -> tuple[str, ...]:
        for method in methods:
            if method not in METHODS:
                raise ValueError(f"there are the methods {', '.join(METHODS)}, got '{method}'")
        if len(set(methods)) < len(methods):
            raise ValueError(f"each method may be named once, got {', '.join(methods)}")
        return methods

    @model_validator(mode="after")
    def _thumbnails_are_projected(self) -> Self:
        if self.thumbnails not in self.methods:
            raise ValueError(
                f"thumbnails must be one of methods, {', '.join(self.methods)}; got '{self.thumbnails}'"
            )
        return self


def project_codings(
    train_codings: np.ndarray,
    train_set: LabelledImages,
    validation_codings: np.ndarray,
    validation_set: LabelledImages,
    projection: ProjectionParams,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit each method on the training data, show the validation data by it and score the result.

    Args:
        train_codings: Shape (n_train, n_codings).
        train_set: The images that were encoded, in the same order.
        validation_codings: Shape (n_validation, n_codings).
        validation_set: The images that were encoded, in the same order.
        projection: The methods and how to score them.
        seed: Of methods that draw random numbers and of the sample for trustworthiness.

    Returns:
        The validation points, ``method``, ``label``, ``x``, ``y``, the methods one below the other, each in
        the order of the images; and a row of scores for each method: ``method``, ``explained_variance``,
        ``class_separation``, ``n_neighbors``, ``knn_accuracy``, ``trustworthiness``.

    Raises:
        UserError: If the codings are not finite, or a method or score cannot be had for them.
    """
    for codings, images in ((train_codings, train_set), (validation_codings, validation_set)):
        _check_codings(codings, images)
    train = {"codings": train_codings, "pixels": _flatten(train_set.images)}
    validation = {"codings": validation_codings, "pixels": _flatten(validation_set.images)}
    points, scores = [], []
    for name in projection.methods:
        method = METHODS[name]
        fitted = fit_projection(name, train[method.projects], train_set.labels, seed)
        train_points = fitted.transform(train[method.projects])
        validation_points = fitted.transform(validation[method.projects])
        points.append(
            pd.DataFrame(
                {
                    "method": name,
                    "label": validation_set.labels,
                    "x": validation_points[:, 0],
                    "y": validation_points[:, 1],
                }
            )
        )
        scores.append(
            {
                "method": name,
                "explained_variance": explained_variance(
                    train_points, train[method.explains], validation_points, validation[method.explains]
                ),
                "class_separation": class_separation(validation_points, validation_set.labels),
                "n_neighbors": projection.n_neighbors,
                "knn_accuracy": knn_accuracy(
                    train_points,
                    train_set.labels,
                    validation_points,
                    validation_set.labels,
                    projection.n_neighbors,
                ),
                "trustworthiness": neighbour_trustworthiness(
                    validation["pixels"],
                    validation_points,
                    projection.n_neighbors,
                    projection.trustworthiness_sample,
                    seed,
                ),
            }
        )
    return pd.concat(points, ignore_index=True), pd.DataFrame(scores)


def fit_projection(method: str, points: np.ndarray, labels: np.ndarray, seed: int) -> Projection:
    """Fit one of ``METHODS``.

    Args:
        method: Its name.
        points: Training points, shape (n, d).
        labels: Class indices, shape (n,).
        seed: Of methods that draw random numbers.

    Raises:
        UserError: If the method has no plane to offer for such points.
    """
    n_dimensions, n_classes = points.shape[1], len(np.unique(labels))
    if method == "codings" and n_dimensions != 2:
        raise UserError(
            f"The method 'codings' shows two codings as they are, this network has {n_dimensions}. "
            "Use 'pca' or 'lda', or give the network two codings."
        )
    if method == "lda" and n_classes < 3:
        raise UserError(
            f"The method 'lda' finds at most one discriminant fewer than classes, and the plane needs two; "
            f"got {n_classes} classes. Use 'pca'."
        )
    if n_dimensions < 2:
        raise UserError(f"The method '{method}' needs at least two codings, this network has {n_dimensions}.")
    return METHODS[method].create(seed).fit(points, labels)


def explained_variance(
    train_points: np.ndarray, train_source: np.ndarray, points: np.ndarray, source: np.ndarray
) -> float:
    """The share of the source's variance that the two coordinates explain linearly.

    The linear map from the plane back to the source is fitted on training data and tested on other data. For
    PCA that map is PCA's own inverse, and the share is the usual one, taken on data that PCA has not seen. So
    defined, the share is comparable between methods: two codings of a linear autoencoder and two principal
    components of the pixels both explain a share of the variance of the pixels.

    Args:
        train_points: Shape (n_train, 2).
        train_source: Where they come from, shape (n_train, d).
        points: Shape (n, 2).
        source: Where they come from, shape (n, d).

    Returns:
        At most 1; below 0 if worse than the mean; 0 if the source does not vary.
    """
    centre, scale = train_points.mean(axis=0), train_points.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)

    def design(at: np.ndarray) -> np.ndarray:  # in the source's type, or products would copy the source
        return np.column_stack([np.ones(len(at)), (at - centre) / scale]).astype(source.dtype)

    train_design = design(train_points)
    back = np.linalg.lstsq(train_design.T @ train_design, train_design.T @ train_source, rcond=None)[0]
    residual = np.square(source - design(points) @ back).sum(dtype=np.float64)
    total = np.square(source - source.mean(axis=0)).sum(dtype=np.float64)
    return float(1 - residual / total) if total > 0 else 0.0


def class_separation(points: np.ndarray, labels: np.ndarray) -> float:
    """The share of the points' variance that lies between the classes (eta squared).

    Args:
        points: Shape (n, 2).
        labels: Class indices, shape (n,).

    Returns:
        In [0, 1]: 0 if all classes have one mean, 1 if each class is a single point apart from the others.
    """
    mean = points.mean(axis=0)
    total = np.square(points - mean).sum()
    between = sum(
        len(members) * np.square(members.mean(axis=0) - mean).sum()
        for members in (points[labels == label] for label in np.unique(labels))
    )
    return float(between / total) if total > 0 else 0.0


def knn_accuracy(
    train_points: np.ndarray,
    train_labels: np.ndarray,
    points: np.ndarray,
    labels: np.ndarray,
    n_neighbors: int = 10,
) -> float:
    """How often the nearest training points, by majority, tell the class of a point.

    Args:
        train_points: Shape (n_train, 2).
        train_labels: Class indices, shape (n_train,).
        points: Shape (n, 2).
        labels: Class indices, shape (n,).
        n_neighbors: At most n_train.
    """
    from sklearn.neighbors import KNeighborsClassifier

    if n_neighbors > len(train_points):
        raise UserError(
            f"n_neighbors must be at most the {len(train_points)} training points, got {n_neighbors}."
        )
    classifier = KNeighborsClassifier(n_neighbors).fit(train_points, train_labels)
    return float(classifier.score(points, labels))


def neighbour_trustworthiness(
    pixels: np.ndarray, points: np.ndarray, n_neighbors: int = 10, max_points: int = 2_000, seed: int = 42
) -> float:
    """How far neighbours in the plane can be trusted to be neighbours among the images.

    Args:
        pixels: The images, flat, shape (n, n_pixels).
        points: Where they lie in the plane, shape (n, 2).
        n_neighbors: In the plane, fewer than half the points looked at.
        max_points: Of more points, a random sample of this size is looked at.
        seed: Of the sample.

    Returns:
        In [0, 1]: 1 if each point's neighbours in the plane are its nearest among the images too, about 0.5
        for random places.
    """
    from sklearn.manifold import trustworthiness

    n_points = min(len(points), max_points)
    if n_neighbors >= n_points / 2:
        raise UserError(
            f"Trustworthiness looks at fewer neighbours than half the points; got n_neighbors {n_neighbors} "
            f"and {n_points} points. Lower n_neighbors, or raise trustworthiness_sample if there are more."
        )
    sample = np.sort(np.random.default_rng(seed).permutation(len(points))[:n_points])
    return float(trustworthiness(pixels[sample], points[sample], n_neighbors=n_neighbors))


def _flatten(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1)


def _check_codings(codings: np.ndarray, images: LabelledImages) -> None:
    if len(codings) != len(images.labels):
        raise ValueError(
            f"project_codings expects one row of codings for each image, got {len(codings)} rows for "
            f"{len(images.labels)} images. Encode the same set that is passed."
        )
    if not np.isfinite(codings).all():
        raise UserError(
            "The codings are not all finite numbers, so they cannot be projected: the autoencoder's training "
            "diverged. Train it again with a lower learning rate."
        )
