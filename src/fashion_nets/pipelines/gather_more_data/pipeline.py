"""Sets in; errors by the size of the training set, a verdict and a figure out."""

from kedro.pipeline import Pipeline, node

from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.pipelines.gather_more_data.nodes import (
    judge_data,
    plan_sizes,
    plot_errors,
    summarize_errors,
)
from fashion_nets.pipelines.trials_template import create_trials_pipeline


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
            node(summarize_errors, name="summarize_errors", inputs="tables", outputs=["results", "errors"]),
            node(
                judge_data,
                name="judge_data",
                inputs=["errors", "params:gather_more_data"],
                outputs=["verdict", "metrics"],
            ),
            node(
                plot_errors,
                name="plot_errors",
                inputs=["results", "verdict"],
                outputs="learning_curve_plot",
            ),
        ],
    )
