"""Sets in; errors by the size of the training set, a verdict and a figure out."""

from kedro.pipeline import Pipeline, node

from fashion_nets.pipelines.gather_more_data.nodes import (
    judge_data,
    measure_errors,
    plot_errors,
    summarize_errors,
)
from fashion_nets.pipelines.training_template import CLASSIFIER_PARAMETERS, choose_classifier_node


def create_pipeline() -> Pipeline:
    """Train one network on ever more images, and judge whether still more would help."""
    return Pipeline(
        [
            choose_classifier_node("params:gather_more_data.network"),
            node(
                measure_errors,
                name="measure_errors",
                inputs=[
                    "params:seed",
                    "train_set",
                    "validation_set",
                    "test_set",
                    "class_names",
                    "classifier",
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
            *CLASSIFIER_PARAMETERS,
        },
    )
