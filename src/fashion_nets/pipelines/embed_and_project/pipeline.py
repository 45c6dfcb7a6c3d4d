"""Autoencoders and sets in; codings, projections, their scores and figures out."""

from collections.abc import Sequence

from kedro.pipeline import Pipeline, node

from fashion_nets.pipelines.embed_and_project.nodes import (
    compare_codings,
    compare_with_pca,
    draw_interactive_projection,
    encode_images,
    plot_thumbnails,
    project_codings,
    score_codings,
)
from fashion_nets.plotting.projections import plot_projections

LINEAR_AUTOENCODERS = ("linear_autoencoder",)
"""Those that are held against PCA."""


def create_pipeline(networks: Sequence[str]) -> Pipeline:
    """Embed the images with each autoencoder, project the codings, score them and compare the scores."""
    comparison = node(
        compare_codings,
        name="compare_codings",
        inputs={network: f"{network}.coding_scores" for network in networks},
        outputs="codings_comparison",
    )
    return sum((create_network_pipeline(network) for network in networks), Pipeline([comparison]))


def create_network_pipeline(network: str) -> Pipeline:
    """Embed the images with one autoencoder, project the codings and score them, a linear one against PCA."""
    comparison_with_pca = node(
        compare_with_pca,
        name="compare_with_pca",
        inputs=[
            "model",
            "codings",
            "train_set",
            "validation_set",
            "class_names",
            "params:name",
            "params:seed",
        ],
        outputs=["pca_comparison", "pca_comparison_plot"],
    )
    return Pipeline(
        [
            node(
                encode_images,
                name="encode_images",
                inputs=["model", "train_set", "validation_set"],
                outputs="codings",
            ),
            node(
                project_codings,
                name="project_codings",
                inputs=["codings", "train_set", "validation_set", "params:projection", "params:seed"],
                outputs=["projections", "projection_scores"],
            ),
            node(
                score_codings,
                name="score_codings",
                inputs=[
                    "model",
                    "codings",
                    "train_set",
                    "validation_set",
                    "params:projection",
                    "params:seed",
                ],
                outputs="coding_scores",
            ),
            node(
                plot_projections,
                name="plot_projections",
                inputs=["projections", "projection_scores", "class_names", "params:name"],
                outputs="projection_plot",
            ),
            node(
                plot_thumbnails,
                name="plot_thumbnails",
                inputs=[
                    "projections",
                    "projection_scores",
                    "validation_set",
                    "class_names",
                    "params:name",
                    "params:projection",
                ],
                outputs="thumbnail_plot",
            ),
            node(
                draw_interactive_projection,
                name="draw_interactive_projection",
                inputs=[
                    "projections",
                    "projection_scores",
                    "validation_set",
                    "class_names",
                    "params:name",
                    "params:projection",
                ],
                outputs="interactive_projection",
            ),
            *([comparison_with_pca] if network in LINEAR_AUTOENCODERS else []),
        ],
        namespace=network,
        inputs={"train_set", "validation_set", "class_names"},
        parameters={"params:seed"},
    )
