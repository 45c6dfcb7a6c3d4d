"""Sets and architectures in; a comparison, figures and diagrams out."""

from kedro.pipeline import Pipeline, node

from fashion_nets.pipelines.architectures.nodes import (
    compare_architectures,
    plan_architectures,
    plot_accuracies,
    plot_diagrams,
    plot_parameters,
)
from fashion_nets.pipelines.trials_template import create_trials_pipeline


def create_pipeline() -> Pipeline:
    """Train the architectures that ``compare_architectures.names`` lists, and compare and draw them."""
    return create_trials_pipeline(
        "architectures",
        plan_architectures,
        {
            "budget": "params:compare_architectures",
            "architectures": "params:architectures",
        },
        [
            node(plot_diagrams, name="plot_diagrams", inputs="compared", outputs="diagrams"),
            node(
                compare_architectures,
                name="compare_architectures",
                inputs=["compared", "tables"],
                outputs=["comparison", "metrics"],
            ),
            node(
                plot_accuracies,
                name="plot_accuracies",
                inputs=["compared", "comparison"],
                outputs="accuracy_plot",
            ),
            node(plot_parameters, name="plot_parameters", inputs="comparison", outputs="parameters_plot"),
        ],
        planned=["compared"],
    )
