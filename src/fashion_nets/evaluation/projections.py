"""The codings of images in the plane or in space, and scores of each method that puts them there.

A method that can place new points is fitted on training points and shows the validation points. One that
cannot shows the points that it is fitted on, and is scored among them.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Self

import numpy as np
import pandas as pd

from fashion_nets.data.image_set import LabelledImages, intensities
from fashion_nets.evaluation.faithfulness import explained_variance, neighbour_trustworthiness
from fashion_nets.evaluation.points import check_codings, flatten, place_in_chunks
from fashion_nets.evaluation.projection_methods import METHODS, fit_projection, place_points
from fashion_nets.evaluation.projection_params import ProjectionParams
from fashion_nets.evaluation.separability import (
    class_separation,
    knn_accuracy,
    linear_probe_accuracy,
    silhouette,
)

AXES = ("x", "y", "z")
CROSS_VALIDATION = "cross-validation"
TRAINING_IMAGES = "training images"

_ImageGroup = Mapping[str, np.ndarray]  # codings, pixels and labels of the same images

_N_FOLDS = 5


class _Placed(NamedTuple):
    """Points with their sources and labels, row by row.

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


def fit_projections(
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
        UserError: If the codings are not finite, or a method or a score does not apply to them.
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


def _place_new_points(
    name: str, train: _ImageGroup, validation: _ImageGroup, dimensions: int, seed: int
) -> tuple[_Placed, _Placed]:
    """Training and validation images, placed by a method that is fitted on the training images."""
    method = METHODS[name]
    fitted = fit_projection(name, train[method.projects], train["labels"], seed, dimensions)
    seen, new = (
        _Placed(place_in_chunks(fitted, images[method.projects]), images[method.explains], images["labels"])
        for images in (train, validation)
    )
    return seen, new


def _place_shown_points(name: str, images: _ImageGroup, dimensions: int, seed: int) -> _Placed:
    method = METHODS[name]
    places = place_points(name, intensities(images[method.projects]), seed, dimensions)
    return _Placed(places, images[method.explains], images["labels"])


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
            intensities(pixels[: len(shown.places)]),
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
