"""Images as points in the plane or in space, and numbers that say how good such a projection is.

A method that can place new points is fitted on training points and applied to others. One that cannot shows
the points that it is fitted on, and is scored among them. A new method is a new entry of ``METHODS``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Literal, NamedTuple, Protocol, Self

import numpy as np
import pandas as pd
from pydantic import Field, PositiveInt, field_validator, model_validator

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError
from fashion_nets.evaluation.separability import linear_probe_accuracy, silhouette
from fashion_nets.parameters import Parameters

AXES = ("x", "y", "z")
CROSS_VALIDATION = "cross-validation"
TRAINING_IMAGES = "training images"

Source = Literal["codings", "pixels"]
_Part = Mapping[str, np.ndarray]  # codings, pixels and labels of the same images

_N_FOLDS = 5
_PERPLEXITY = 30  # scikit-learn's default: about how many neighbours t-SNE keeps together


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


def _lda(dimensions: int, _seed: int) -> PlacingProjection:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    return LinearDiscriminantAnalysis(n_components=dimensions)


def _tsne(dimensions: int, seed: int) -> Projection:
    from sklearn.manifold import TSNE

    return TSNE(dimensions, perplexity=_PERPLEXITY, init="pca", random_state=seed)


def _umap(dimensions: int, seed: int) -> PlacingProjection:
    from umap import UMAP

    return UMAP(n_components=dimensions, random_state=seed, n_jobs=1)  # a seed leaves UMAP one core


METHODS = {
    "codings": Method(_identity, projects="codings", explains="pixels"),
    "pca": Method(_pca, projects="codings", explains="codings", nested=True),
    "lda": Method(_lda, projects="codings", explains="codings", reads_labels=True, nested=True),
    "tsne": Method(_tsne, projects="codings", explains="codings", places_new_points=False),
    "umap": Method(_umap, projects="codings", explains="codings"),
    "pixels_pca": Method(_pca, projects="pixels", explains="pixels", nested=True),
}


class ProjectionParams(Parameters):
    """How the codings of an autoencoder are shown in the plane or in space.

    Attributes:
        methods: Panels of the figure and rows of the scores, in this order, each one of ``METHODS``.
        dimensions: 2 for the plane, 3 for space.
        thumbnails: The method whose points are drawn as images, always in the plane; in 3-D its first two
            dimensions must be a plane of their own, as those of PCA and LDA are.
        interactive: The method whose points the interactive page has, under the same condition.
        tsne_points: The first validation images, so many at most, are those that t-SNE shows.
        n_neighbors: Neighbours that vote in the accuracy and are looked at for trustworthiness.
        trustworthiness_sample: Points of which trustworthiness is measured; memory grows with its square
            (2,000 points: about 100 MB).
        probe_images: Training images at most that a linear probe is fitted on.
        silhouette_sample: Points of which the silhouette is measured; time grows with its square.
    """

    methods: tuple[str, ...] = Field(min_length=1)
    dimensions: Literal[2, 3]
    thumbnails: str
    interactive: str
    tsne_points: int = Field(gt=_PERPLEXITY)
    n_neighbors: PositiveInt
    trustworthiness_sample: PositiveInt
    probe_images: PositiveInt
    silhouette_sample: PositiveInt

    @field_validator("methods")
    @classmethod
    def _known_and_different(cls, methods: tuple[str, ...]) -> tuple[str, ...]:
        for method in methods:
            if method not in METHODS:
                raise ValueError(f"there are the methods {', '.join(METHODS)}, got '{method}'")
        if len(set(methods)) < len(methods):
            raise ValueError(f"each method may be named once, got {', '.join(methods)}")
        # Before any node runs: an autoencoder may have to be trained first.
        if "umap" in methods and find_spec("umap") is None:
            raise ValueError(
                "the method 'umap' needs the extra 'umap' of this project, which is not installed: "
                'pip install -e ".[umap]", or leave the method out'
            )
        return methods

    @model_validator(mode="after")
    def _single_figures_are_projected(self) -> Self:
        for name, method in (("thumbnails", self.thumbnails), ("interactive", self.interactive)):
            if method not in self.methods:
                raise ValueError(f"{name} must be one of methods, {', '.join(self.methods)}; got '{method}'")
            if self.dimensions == 3 and not METHODS[method].nested:
                nested = [known for known, way in METHODS.items() if way.nested]
                raise ValueError(
                    f"{name} is drawn in the plane, which with dimensions 3 only the first two dimensions of "
                    f"{', '.join(nested)} are; got '{method}'"
                )
        return self


class _Placed(NamedTuple):
    """Points with what they stand for, row by row.

    Attributes:
        places: Shape (n, dimensions).
        source: What they are to explain, shape (n, d).
        labels: Class indices, shape (n,).
    """

    places: np.ndarray
    source: np.ndarray
    labels: np.ndarray

    def rows(self, chosen: np.ndarray) -> Self:
        return type(self)(*(array[chosen] for array in self))


def project_codings(
    train_codings: np.ndarray,
    train_set: LabelledImages,
    validation_codings: np.ndarray,
    validation_set: LabelledImages,
    projection: ProjectionParams,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Show the validation data by each method and score the result.

    Methods that place new points are fitted on the training data. The others are fitted on the first
    ``tsne_points`` validation images and show these.

    Args:
        train_codings: Shape (n_train, n_codings).
        train_set: The images that were encoded, in the same order.
        validation_codings: Shape (n_validation, n_codings).
        validation_set: The images that were encoded, in the same order.
        projection: The methods and how to score them.
        seed: Of methods that draw random numbers, of folds and of the sample for trustworthiness.

    Returns:
        The shown points, ``method``, ``image`` (place in the validation set), ``label``, ``x``, ``y`` and, in
        3-D, ``z``, the methods one below the other, each in the order of the images; and a row of scores for
        each method: ``method``, ``n_points``, ``scored_by``, ``explained_variance``, ``class_separation``,
        ``n_neighbors``, ``knn_accuracy``, ``linear_probe_accuracy``, ``silhouette``, ``trustworthiness``.
        Where ``scored_by`` is "training images", the explained variance and the accuracies rest on the
        training images as the method places them; where it is "cross-validation", on four fifths of the shown
        images at a time.

    Raises:
        UserError: If the codings are not finite, or a method or score cannot be had for them.
    """
    for codings, images in ((train_codings, train_set), (validation_codings, validation_set)):
        check_codings(codings, images)
    train, validation = (
        {"codings": codings, "pixels": flatten(images.images), "labels": images.labels}
        for codings, images in ((train_codings, train_set), (validation_codings, validation_set))
    )
    points, scores = [], []
    for name in projection.methods:
        if METHODS[name].places_new_points:
            seen, shown = _place_new_points(name, train, validation, projection.dimensions, seed)
            splits, scored_by = [(seen, shown)], TRAINING_IMAGES
        else:
            first = {key: array[: projection.tsne_points] for key, array in validation.items()}
            shown = _place_shown_points(name, first, projection.dimensions, seed)
            splits, scored_by = _folds(shown, seed), CROSS_VALIDATION
        points.append(_points_table(name, shown))
        scores.append(
            {
                "method": name,
                "n_points": len(shown.places),
                "scored_by": scored_by,
                **_scores(shown, splits, validation["pixels"], projection, seed),
            }
        )
    return pd.concat(points, ignore_index=True), pd.DataFrame(scores)


def fit_projection(
    method: str, points: np.ndarray, labels: np.ndarray, seed: int, dimensions: int = 2
) -> PlacingProjection:
    """Fit one of ``METHODS`` that can place new points.

    Args:
        method: Its name.
        points: Training points, shape (n, d).
        labels: Class indices, shape (n,).
        seed: Of methods that draw random numbers.
        dimensions: 2 for the plane, 3 for space.

    Raises:
        UserError: If the method cannot offer so many dimensions for such points.
    """
    n_features, n_classes = points.shape[1], len(np.unique(labels))
    if method == "codings" and n_features != dimensions:
        raise UserError(
            f"The method 'codings' shows {dimensions} codings as they are, this network has {n_features}. "
            f"Use 'pca' or 'lda', or give the network {dimensions} codings."
        )
    if method == "lda" and n_classes <= dimensions:
        raise UserError(
            f"The method 'lda' finds at most one discriminant fewer than classes, and needs {dimensions} "
            f"here; got {n_classes} classes. Use 'pca'."
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
    if len(points) <= _PERPLEXITY:
        raise UserError(
            f"The method '{method}' needs more than {_PERPLEXITY} points, got {len(points)}. "
            "Enlarge the validation set, or leave the method out."
        )
    _check_features(method, points, dimensions)
    return METHODS[method].create(dimensions, seed).fit_transform(points)


def explained_variance(
    train_points: np.ndarray, train_source: np.ndarray, points: np.ndarray, source: np.ndarray
) -> float:
    """The share of the source's variance that the coordinates explain linearly.

    The linear map from the points back to the source is fitted on training data and tested on other data. For
    PCA that map is PCA's own inverse, and the share is the usual one, taken on data that PCA has not seen. So
    defined, the share is comparable between methods: two codings of a linear autoencoder and two principal
    components of the pixels both explain a share of the variance of the pixels.

    Args:
        train_points: Shape (n_train, dimensions).
        train_source: Where they come from, shape (n_train, d).
        points: Shape (n, dimensions).
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
        points: Shape (n, dimensions).
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
        train_points: Shape (n_train, dimensions).
        train_labels: Class indices, shape (n_train,).
        points: Shape (n, dimensions).
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
    """How far neighbours among the points can be trusted to be neighbours among the images.

    Args:
        pixels: The images, flat, shape (n, n_pixels).
        points: Where they lie, shape (n, dimensions).
        n_neighbors: Of each point, fewer than half the points looked at.
        max_points: Of more points, a random sample of this size is looked at.
        seed: Of the sample.

    Returns:
        In [0, 1]: 1 if each point's neighbours are its nearest among the images too, about 0.5 for random
        places.
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


def _place_new_points(
    name: str, train: _Part, validation: _Part, dimensions: int, seed: int
) -> tuple[_Placed, _Placed]:
    """Both parts, placed by a method that is fitted on the first one."""
    method = METHODS[name]
    fitted = fit_projection(name, train[method.projects], train["labels"], seed, dimensions)
    seen, new = (
        _Placed(fitted.transform(part[method.projects]), part[method.explains], part["labels"])
        for part in (train, validation)
    )
    return seen, new


def _place_shown_points(name: str, part: _Part, dimensions: int, seed: int) -> _Placed:
    method = METHODS[name]
    places = place_points(name, part[method.projects], seed, dimensions)
    return _Placed(places, part[method.explains], part["labels"])


def _scores(
    shown: _Placed,
    splits: list[tuple[_Placed, _Placed]],
    pixels: np.ndarray,
    projection: ProjectionParams,
    seed: int,
) -> dict[str, float]:
    """Scores of the shown points, the first of ``pixels``; those that learn are means over ``splits``."""
    return {
        "explained_variance": _mean(
            explained_variance(seen.places, seen.source, new.places, new.source) for seen, new in splits
        ),
        "class_separation": class_separation(shown.places, shown.labels),
        "n_neighbors": projection.n_neighbors,
        "knn_accuracy": _mean(
            knn_accuracy(seen.places, seen.labels, new.places, new.labels, projection.n_neighbors)
            for seen, new in splits
        ),
        "linear_probe_accuracy": _mean(
            linear_probe_accuracy(
                seen.places, seen.labels, new.places, new.labels, projection.probe_images, seed
            )
            for seen, new in splits
        ),
        "silhouette": silhouette(shown.places, shown.labels, projection.silhouette_sample, seed),
        "trustworthiness": neighbour_trustworthiness(
            pixels[: len(shown.places)],
            shown.places,
            projection.n_neighbors,
            projection.trustworthiness_sample,
            seed,
        ),
    }


def _folds(placed: _Placed, seed: int) -> list[tuple[_Placed, _Placed]]:
    from sklearn.model_selection import KFold

    folds = KFold(_N_FOLDS, shuffle=True, random_state=seed).split(placed.places)
    return [(placed.rows(seen), placed.rows(new)) for seen, new in folds]


def _mean(scores: Iterable[float]) -> float:
    return float(np.mean(list(scores)))


def _points_table(method: str, shown: _Placed) -> pd.DataFrame:
    coordinates = dict(zip(AXES, shown.places.T, strict=False))
    return pd.DataFrame(
        {"method": method, "image": np.arange(len(shown.places)), "label": shown.labels, **coordinates}
    )


def _check_features(method: str, points: np.ndarray, dimensions: int) -> None:
    if points.shape[1] < dimensions:
        raise UserError(
            f"The method '{method}' needs at least {dimensions} codings, this network has {points.shape[1]}."
        )


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
