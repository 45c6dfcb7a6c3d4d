"""Autoencoders and sets in; codings, projections, their scores and figures out."""

from collections.abc import Sequence

from kedro.pipeline import Pipeline, node

from fashion_nets.networks.registry import NETWORKS
from fashion_nets.pipelines.embed_and_project.nodes import (
    EmbeddingNodes,
    compare_codings,
    encode_images,
    project_codings,
    score_codings,
)


def create_pipeline(networks: Sequence[str]) -> Pipeline:
    """Embed the images with each autoencoder, project the codings, score them and compare the scores."""
    comparison = node(
        compare_codings,
        name="compare_codings",
        inputs={network: f"{network}.coding_scores" for network in networks},
        outputs="codings_comparison",
        tags="evaluation",
    )
    return sum((create_network_pipeline(network) for network in networks), Pipeline([comparison]))


def create_network_pipeline(network: str) -> Pipeline:
    """Embed the images with one autoencoder, project and score the codings; compare a linear one with PCA."""
    nodes = EmbeddingNodes(network)
    comparison_with_pca = node(
        nodes.compare_with_pca,
        name="compare_with_pca",
        inputs=[
            "model",
            "codings",
            "train_set",
            "validation_set",
            "class_names",
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
                nodes.plot_projections,
                name="plot_projections",
                inputs=["projections", "projection_scores", "class_names"],
                outputs="projections_plot",
            ),
            node(
                nodes.plot_thumbnails,
                name="plot_thumbnails",
                inputs=[
                    "projections",
                    "projection_scores",
                    "validation_set",
                    "class_names",
                    "params:projection",
                ],
                outputs="thumbnails_plot",
            ),
            node(
                nodes.draw_interactive_projection,
                name="draw_interactive_projection",
                inputs=[
                    "projections",
                    "projection_scores",
                    "validation_set",
                    "class_names",
                    "params:projection",
                ],
                outputs="interactive_projection",
                tags="figures",
            ),
            *([comparison_with_pca] if NETWORKS[network].is_linear else []),
        ],
        namespace=network,
        tags="evaluation",
        inputs={"train_set", "validation_set", "class_names"},
        parameters={"params:seed"},
    )
