"""Nodes of the pipeline ``embed_and_project``."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.evaluation import codings as evaluation
from fashion_nets.evaluation.codings import measure_codings
from fashion_nets.evaluation.pca_comparison import compare_with_pca
from fashion_nets.evaluation.projection_params import ProjectionParams
from fashion_nets.evaluation.projections import fit_projections
from fashion_nets.inspection.linear import linear_directions
from fashion_nets.inspection.prediction import predict
from fashion_nets.networks.autoencoders.parts import decoder_of, encoder_of
from fashion_nets.networks.registry import AUTOENCODERS
from fashion_nets.networks.types import KerasModel
from fashion_nets.pipelines.joints import Stored, results_of_all
from fashion_nets.plotting.codings import plot_sparsity
from fashion_nets.plotting.interactive import draw_interactive_projection
from fashion_nets.plotting.projections import plot_pca_comparison, plot_projections, plot_thumbnails
from fashion_nets.plotting.style import name_network


def compare_codings(
    stored: Stored, collected: Mapping[str, Any] | None = None, **scores: Mapping[str, float]
) -> pd.DataFrame:
    """Set the scores of all autoencoders side by side, those of this run and those stored before."""
    return evaluation.compare_codings(
        **results_of_all("coding_scores", AUTOENCODERS, scores, stored, collected)
    )


def encode_images(
    model: KerasModel, train_set: LabelledImages, validation_set: LabelledImages
) -> pd.DataFrame:
    """Encode the training and validation images: a row per image, with its part, label and codings."""
    encoder = encoder_of(model)
    return pd.concat(
        [
            _codings_table(part, predict(encoder, images.images), images.labels)
            for part, images in (("train", train_set), ("validation", validation_set))
        ],
        ignore_index=True,
    )


def project_codings(
    codings: pd.DataFrame,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    projection: ProjectionParams,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit projections on the training codings, show the validation codings by them and score the result."""
    return fit_projections(
        _codings_of(codings, "train"),
        train_set,
        _codings_of(codings, "validation"),
        validation_set,
        projection,
        seed,
    )


def score_codings(
    model: KerasModel,
    codings: pd.DataFrame,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    projection: ProjectionParams,
    seed: int,
) -> dict[str, float]:
    """Measure what the codings are good for, compared with PCA of the pixels with as many components."""
    return measure_codings(
        _codings_of(codings, "train"),
        train_set,
        _codings_of(codings, "validation"),
        validation_set,
        predict(model, validation_set.images),
        projection,
        seed,
    )


class EmbeddingNodes(NamedTuple):
    """The nodes of one network that write its name on figures.

    Attributes:
        network: Its namespace.
    """

    network: str

    def plot_projections(
        self,
        projections: pd.DataFrame,
        scores: pd.DataFrame,
        class_names: list[str],
        about: dict[str, Any],
    ) -> Figure:
        """Draw the validation codings by each projection, with its scores."""
        return plot_projections(projections, scores, class_names, name_network(self.network, about))

    def plot_thumbnails(
        self,
        projections: pd.DataFrame,
        scores: pd.DataFrame,
        validation_set: LabelledImages,
        class_names: list[str],
        projection: ProjectionParams,
        about: dict[str, Any],
    ) -> Figure:
        """Draw a projection with the images themselves as points."""
        images, method = validation_set.images, projection.thumbnails
        name = name_network(self.network, about)
        return plot_thumbnails(projections, scores, images, class_names, name, method=method)

    def draw_interactive_projection(
        self,
        projections: pd.DataFrame,
        scores: pd.DataFrame,
        validation_set: LabelledImages,
        class_names: list[str],
        projection: ProjectionParams,
        about: dict[str, Any],
    ) -> str:
        """Draw a projection as a page to explore in a browser."""
        images, method = validation_set.images, projection.interactive
        name = name_network(self.network, about)
        return draw_interactive_projection(projections, scores, images, class_names, name, method=method)

    def plot_sparsity(self, codings: pd.DataFrame, about: dict[str, Any]) -> Figure:
        """Draw how many codings of the validation images are active."""
        return plot_sparsity(_codings_of(codings, "validation"), name_network(self.network, about))

    def compare_with_pca(
        self,
        model: KerasModel,
        codings: pd.DataFrame,
        train_set: LabelledImages,
        validation_set: LabelledImages,
        class_names: list[str],
        about: dict[str, Any],
    ) -> tuple[dict[str, float | None], Figure]:
        """Compare a linear autoencoder with PCA: the angle of their planes, their errors, their points."""
        validation_codings = _codings_of(codings, "validation")
        comparison = compare_with_pca(
            train_set.images,
            validation_set.images,
            validation_codings,
            predict(model, validation_set.images),
            linear_directions(decoder_of(model), validation_codings),
        )
        figure = plot_pca_comparison(
            validation_codings,
            comparison.components,
            validation_set.labels,
            comparison.numbers,
            class_names,
            name_network(self.network, about),
        )
        return comparison.numbers, figure


def _codings_table(part: str, codings: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    columns = [f"coding_{number}" for number in range(1, codings.shape[1] + 1)]
    table = pd.DataFrame(codings, columns=columns)
    table.insert(0, "part", part)
    table.insert(1, "label", labels)
    return table


def _codings_of(table: pd.DataFrame, part: str) -> np.ndarray:
    """The codings of a part, whose rows follow each other: a view, as copies of many codings are large."""
    rows = np.flatnonzero(table["part"] == part)
    return table.filter(like="coding_").iloc[rows[0] : rows[-1] + 1].to_numpy()
