"""Sets in; a base, trainings that reuse it, their comparison and figures out."""

from kedro.pipeline import Pipeline

from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.pipelines.transfer.nodes import (
    BASE,
    plan_transfer,
    plot_comparison,
    plot_learning_curves,
    summarize_ways,
)
from fashion_nets.pipelines.trials_template import create_trials_pipeline
from fashion_nets.pipelines.wiring import step


def create_pipeline(stored_base: str | None) -> Pipeline:
    """Compare training from scratch with reusing a network, for classes that this one has not seen.

    Args:
        stored_base: Name of the network that is reused, as ``transfer.stored_base`` has it; None: one that is
            trained without the classes.
    """
    return create_trials_pipeline(
        "transfer",
        plan_transfer,
        {
            "transfer": "params:transfer",
            **({"stored_base": f"{stored_base}.model"} if stored_base else {}),
            **{network: f"params:{network}" for network in CLASSIFIERS},
        },
        [
            step(
                summarize_ways, ["tables", "params:transfer"], ["results", "history", "comparison", "metrics"]
            ),
            step(
                plot_comparison,
                ["results", "params:transfer", "test_set", "class_names"],
                "comparison_plot",
            ),
            step(plot_learning_curves, ["history", "params:transfer"], "learning_curves_plot"),
        ],
        bases=[BASE],
        taken_bases={BASE: stored_base} if stored_base else {},
    )
