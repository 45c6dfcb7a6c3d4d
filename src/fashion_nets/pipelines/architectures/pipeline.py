"""Sets and architectures in; a comparison, figures and diagrams out."""

from kedro.pipeline import Pipeline, node

from fashion_nets.pipelines.architectures.nodes import (
    compare_architectures,
    plan_architectures,
    plot_accuracies,
    plot_diagrams,
    plot_parameters,
    train_architectures,
)


def create_pipeline() -> Pipeline:
    """Train the architectures that ``compare_architectures.names`` lists, and compare and draw them."""
    return Pipeline(
        [
            node(
                plan_architectures,
                name="plan_architectures",
                inputs=[
                    "params:compare_architectures",
                    "params:architectures",
                    "params:seed",
                    "train_set",
                    "class_names",
                ],
                outputs="plan",
            ),
            node(plot_diagrams, name="plot_diagrams", inputs="plan", outputs="diagrams"),
            node(
                train_architectures,
                name="train_architectures",
                inputs=[
                    "plan",
                    "params:compare_architectures",
                    "finished_trials",
                    "train_set",
                    "validation_set",
                    "test_set",
                    "class_names",
                ],
                outputs="trials",
            ),
            node(
                compare_architectures,
                name="compare_architectures",
                inputs=["plan", "trials"],
                outputs=["comparison", "metrics"],
            ),
            node(
                plot_accuracies,
                name="plot_accuracies",
                inputs=["plan", "comparison"],
                outputs="accuracy_plot",
            ),
            node(plot_parameters, name="plot_parameters", inputs="comparison", outputs="parameters_plot"),
        ],
        namespace="architectures",
        inputs={"train_set", "validation_set", "test_set", "class_names"},
        parameters={"params:compare_architectures", "params:architectures", "params:seed"},
    )
