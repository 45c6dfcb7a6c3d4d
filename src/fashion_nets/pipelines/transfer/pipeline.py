"""Sets in; a base, trainings that reuse it, their comparison and figures out."""

from kedro.pipeline import Pipeline, node

from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.pipelines.transfer.nodes import (
    BASE,
    plan_transfer,
    plot_comparison,
    plot_learning_curves,
    summarize_ways,
)
from fashion_nets.pipelines.trials_template import create_trials_pipeline


def create_pipeline() -> Pipeline:
    """Compare training from scratch with reusing a network, for classes that this one has not seen."""
    return create_trials_pipeline(
        "transfer",
        plan_transfer,
        {
            "transfer": "params:transfer",
            "stored_networks": "stored_networks",
            **{network: f"params:{network}" for network in CLASSIFIERS},
        },
        [
            node(
                summarize_ways,
                name="summarize_ways",
                inputs=["tables", "params:transfer"],
                outputs=["results", "history", "comparison", "metrics"],
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
        bases=[BASE],
    )
