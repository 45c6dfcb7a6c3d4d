"""Autoencoders and sets in; codings, projections, their scores and figures out."""

from collections.abc import Sequence

from kedro.pipeline import Pipeline

from fashion_nets.networks.registry import AUTOENCODERS, NETWORKS
from fashion_nets.pipelines.embed_and_project.nodes import (
    EmbeddingNodes,
    compare_codings,
    encode_images,
    project_codings,
    score_codings,
)
from fashion_nets.pipelines.joints import GROUP, Joint
from fashion_nets.pipelines.wiring import step

CODINGS_COMPARISON = Joint(
    compare_codings,
    "coding_scores",
    AUTOENCODERS,
    "codings_comparison",
    namespace=GROUP,
    tags=("evaluation",),
)
"""Sets the scores of all autoencoders side by side, as far as they are stored."""


def create_pipeline(networks: Sequence[str]) -> Pipeline:
    """Embed the images with each autoencoder, project the codings, score them and compare all scores.

    The comparison is of all autoencoders, as far as their scores are stored.
    """
    comparison = Pipeline([CODINGS_COMPARISON.make_full_node()])
    return sum((_create_network_pipeline(network) for network in networks), comparison)


def _create_network_pipeline(network: str) -> Pipeline:
    """Embed the images with one autoencoder, project and score the codings; compare a linear one with PCA."""
    nodes = EmbeddingNodes(network)
    comparison_with_pca = step(
        nodes.compare_with_pca,
        ["model", "codings", "train_set", "validation_set", "class_names", "about"],
        ["pca_comparison", "pca_comparison_plot"],
    )
    sparsity = step(nodes.plot_sparsity, ["codings", "about"], "sparsity_plot")
    return Pipeline(
        [
            step(encode_images, ["model", "train_set", "validation_set"], "codings"),
            step(
                project_codings,
                ["codings", "train_set", "validation_set", "params:projection", "params:seed"],
                ["projections", "projection_scores"],
            ),
            step(
                score_codings,
                ["model", "codings", "train_set", "validation_set", "params:projection", "params:seed"],
                "coding_scores",
            ),
            step(
                nodes.plot_projections,
                ["projections", "projection_scores", "class_names", "about"],
                "projections_plot",
            ),
            step(
                nodes.plot_thumbnails,
                [
                    *("projections", "projection_scores", "validation_set", "class_names"),
                    *("params:projection", "about"),
                ],
                "thumbnails_plot",
            ),
            step(
                nodes.draw_interactive_projection,
                [
                    *("projections", "projection_scores", "validation_set", "class_names"),
                    *("params:projection", "about"),
                ],
                "interactive_projection",
                tags="figures",
            ),
            *([comparison_with_pca] if NETWORKS[network].is_linear else []),
            *([sparsity] if NETWORKS[network].is_sparse else []),
        ],
        namespace=network,
        tags="evaluation",
        inputs={"train_set", "validation_set", "class_names"},
        parameters={"params:seed"},
    )
