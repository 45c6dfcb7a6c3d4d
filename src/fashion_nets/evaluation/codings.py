"""What codings are good for, compared with PCA of the pixels with as many components."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from fashion_nets.data.image_set import LabelledImages, intensities
from fashion_nets.evaluation.comparison import check_numbers
from fashion_nets.evaluation.faithfulness import explained_variance
from fashion_nets.evaluation.pca import fit_pixel_pca
from fashion_nets.evaluation.points import check_codings, flatten, place_in_chunks
from fashion_nets.evaluation.projection_params import ProjectionParams
from fashion_nets.evaluation.separability import knn_accuracy, linear_probe_accuracy, silhouette
from fashion_nets.provenance.digests import digest_arrays
from fashion_nets.remembered import Remembered

# Networks with as many codings have the same baseline.
_baselines: Remembered[dict[str, float]] = Remembered(most=8)

# Columns of the comparison in order, PCA's next to each, with the digits that are significant.
_DIGITS = {
    "linear_probe_accuracy": 4,
    "knn_accuracy": 4,
    "silhouette": 3,
    "explained_variance": 4,
    "val_mse": 5,
}


def measure_codings(
    train_codings: np.ndarray,
    train_set: LabelledImages,
    validation_codings: np.ndarray,
    validation_set: LabelledImages,
    reconstructions: np.ndarray,
    projection: ProjectionParams,
    seed: int,
) -> dict[str, float]:
    """Measure what the codings tell of the classes and of the images.

    Args:
        train_codings: Shape (n_train, n_codings).
        train_set: The images that were encoded, in the same order.
        validation_codings: Shape (n_validation, n_codings).
        validation_set: The images that were encoded, in the same order.
        reconstructions: Of the validation images, same shape.
        projection: How to score.
        seed: Of the samples.

    Returns:
        ``codings_size``, ``n_neighbors``; on the validation images ``linear_probe_accuracy``,
        ``knn_accuracy``, ``silhouette``, ``explained_variance`` (the share of the pixels' variance that a
        linear map of the codings explains) and ``val_mse`` (of the reconstructions). If there are fewer
        codings than pixels and training images, the same for PCA of the pixels with as many components,
        each with ``pca_`` in front.

    Raises:
        UserError: If the codings are not finite or a score does not apply to them.
    """
    for codings, images in ((train_codings, train_set), (validation_codings, validation_set)):
        check_codings(codings, images)
    train_pixels, pixels = flatten(train_set.images), flatten(validation_set.images)
    train = LabelledPoints(train_codings, train_pixels, train_set.labels)
    validation = LabelledPoints(validation_codings, pixels, validation_set.labels)
    size = train_codings.shape[1]
    measured = _score(train, validation, flatten(reconstructions), projection, seed)
    if size < min(train_pixels.shape):
        key = (digest_arrays(*train_set, *validation_set), size, projection, seed)
        baseline = _baselines.get(key, lambda: _score_pca(train_set, validation_set, size, projection, seed))
        measured |= {f"pca_{name}": value for name, value in baseline.items()}
    return {"codings_size": size, "n_neighbors": projection.n_neighbors, **measured}


class LabelledPoints(NamedTuple):
    """Images, described by some numbers each.

    Attributes:
        codings: Shape (n, n_codings).
        pixels: Grey levels or intensities, shape (n, n_pixels).
        labels: Class indices, shape (n,).
    """

    codings: np.ndarray
    pixels: np.ndarray
    labels: np.ndarray


def _score_pca(
    train_set: LabelledImages,
    validation_set: LabelledImages,
    n_components: int,
    projection: ProjectionParams,
    seed: int,
) -> dict[str, float]:
    """The scores of PCA of the pixels, which are those of no network."""
    pca = fit_pixel_pca(train_set.images, n_components)
    train_pixels, pixels = flatten(train_set.images), flatten(validation_set.images)
    components = pca.transform(intensities(pixels))
    train = LabelledPoints(place_in_chunks(pca, train_pixels), train_pixels, train_set.labels)
    validation = LabelledPoints(components, pixels, validation_set.labels)
    return _score(train, validation, pca.inverse_transform(components), projection, seed)


def _score(
    train: LabelledPoints,
    validation: LabelledPoints,
    reconstructed: np.ndarray,
    projection: ProjectionParams,
    seed: int,
) -> dict[str, float]:
    known, asked = (train.codings, train.labels), (validation.codings, validation.labels)
    pixels = intensities(validation.pixels)
    return {
        "linear_probe_accuracy": linear_probe_accuracy(*known, *asked, projection.probe_images, seed),
        "knn_accuracy": knn_accuracy(*known, *asked, projection.n_neighbors),
        "silhouette": silhouette(*asked, projection.silhouette_sample, seed),
        "explained_variance": explained_variance(train.codings, train.pixels, validation.codings, pixels),
        "val_mse": float(np.square(reconstructed - pixels).mean(dtype=np.float64)),
    }


def compare_codings(**scores: Mapping[str, float]) -> pd.DataFrame:
    """Set the codings of several autoencoders side by side, those that tell the classes best first.

    Args:
        scores: Those of each network, by its name, as by ``measure_codings``. A network without any is left
            out.

    Returns:
        A row per network by falling ``linear_probe_accuracy``: ``network``, ``codings_size`` and each score,
        with that of PCA with as many components next to it, missing where there is none.

    Raises:
        UserError: If one of the scores is no number.
    """
    columns = [column for score in _DIGITS for column in (score, f"pca_{score}")]
    digits = {column: _DIGITS[column.removeprefix("pca_")] for column in columns}
    for network, values in scores.items():
        check_numbers(f"{network}/coding_scores.json", values, {"codings_size": 0, **digits})
    rows = [{"network": network, **values} for network, values in scores.items() if values]
    table = pd.DataFrame(rows).reindex(columns=["network", "codings_size", *columns])
    table = table.sort_values(["linear_probe_accuracy", "network"], ascending=[False, True])
    return table.astype(dict.fromkeys(columns, float)).round(digits).reset_index(drop=True)
