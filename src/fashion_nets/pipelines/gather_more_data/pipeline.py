"""Sets in; errors by the size of the training set, a verdict and a figure out."""

from kedro.pipeline import Pipeline

from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.pipelines.gather_more_data.nodes import (
    judge_data,
    plan_sizes,
    summarize_errors,
)
from fashion_nets.pipelines.trials_template import create_trials_pipeline
from fashion_nets.pipelines.wiring import step
from fashion_nets.plotting.error_by_size import plot_errors


def create_pipeline() -> Pipeline:
    """Train one network on ever more images, and judge whether still more would help."""
    return create_trials_pipeline(
        "gather_more_data",
        plan_sizes,
        {
            "gather_more_data": "params:gather_more_data",
            **{network: f"params:{network}" for network in CLASSIFIERS},
        },
        [
            step(summarize_errors, "tables", ["results", "errors"]),
            step(judge_data, ["errors", "params:gather_more_data"], ["verdict", "metrics"]),
            step(plot_errors, ["results", "verdict"], "learning_curve_plot"),
        ],
    )
