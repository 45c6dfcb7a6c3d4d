"""Sets in; a base, trainings that reuse it, their comparison and figures out."""

from kedro.pipeline import Pipeline, node

from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.pipelines.transfer.nodes import (
    compare_ways,
    plot_comparison,
    plot_learning_curves,
    prepare_base,
    summarize_ways,
)
from fashion_nets.training.recipe import choose_recipe

NETWORK_GROUPS = {network: f"params:{network}" for network in CLASSIFIERS}


def create_pipeline() -> Pipeline:
    """Compare training from scratch with reusing a network, for classes that this one has not seen."""
    return Pipeline(
        [
            node(
                choose_recipe,
                name="choose_recipe",
                inputs={"network": "params:transfer.base", **NETWORK_GROUPS},
                outputs="recipe",
            ),
            node(
                prepare_base,
                name="prepare_base",
                inputs=[
                    "params:seed",
                    "train_set",
                    "validation_set",
                    "class_names",
                    "recipe",
                    "params:transfer",
                    "stored_networks",
                ],
                outputs="transfer_base.model",
            ),
            node(
                compare_ways,
                name="compare_ways",
                inputs=[
                    "params:seed",
                    "train_set",
                    "validation_set",
                    "test_set",
                    "class_names",
                    "transfer_base.model",
                    "recipe",
                    "params:transfer",
                ],
                outputs=["results", "history"],
            ),
            node(
                summarize_ways,
                name="summarize_ways",
                inputs=["results", "params:transfer"],
                outputs=["comparison", "metrics"],
            ),
            node(
                plot_comparison,
                name="plot_comparison",
                inputs=["results", "params:transfer"],
                outputs="comparison_plot",
            ),
            node(
                plot_learning_curves,
                name="plot_learning_curves",
                inputs=["history", "params:transfer"],
                outputs="learning_curves_plot",
            ),
        ],
        namespace="transfer",
        inputs={"train_set", "validation_set", "test_set", "class_names", "stored_networks"},
        outputs={"transfer_base.model"},
        parameters={"params:seed", "params:transfer", "params:transfer.base", *NETWORK_GROUPS.values()},
    )
