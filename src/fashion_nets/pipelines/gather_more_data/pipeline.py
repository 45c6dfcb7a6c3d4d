"""Sets in; errors by the size of the training set, a verdict and a figure out."""

from kedro.pipeline import Pipeline, node

from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.pipelines.gather_more_data.nodes import (
    judge_data,
    measure_errors,
    plot_errors,
    summarize_errors,
)
from fashion_nets.training.recipe import choose_recipe

NETWORK_GROUPS = {network: f"params:{network}" for network in CLASSIFIERS}


def create_pipeline() -> Pipeline:
    """Train one network on ever more images, and judge whether still more would help."""
    return Pipeline(
        [
            node(
                choose_recipe,
                name="choose_recipe",
                inputs={"network": "params:gather_more_data.network", **NETWORK_GROUPS},
                outputs="recipe",
            ),
            node(
                measure_errors,
                name="measure_errors",
                inputs=[
                    "params:seed",
                    "train_set",
                    "validation_set",
                    "test_set",
                    "class_names",
                    "recipe",
                    "params:gather_more_data",
                ],
                outputs="results",
            ),
            node(summarize_errors, name="summarize_errors", inputs="results", outputs="errors"),
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
                outputs="learning_curve",
            ),
        ],
        namespace="gather_more_data",
        inputs={"train_set", "validation_set", "test_set", "class_names"},
        parameters={
            "params:seed",
            "params:gather_more_data",
            "params:gather_more_data.network",
            *NETWORK_GROUPS.values(),
        },
    )
