"""Sets and architectures in; a comparison, figures and diagrams out."""

from kedro.pipeline import Pipeline

from fashion_nets.pipelines.architectures.nodes import (
    compare_architectures,
    plan_architectures,
    plot_accuracies,
    plot_diagrams,
)
from fashion_nets.pipelines.trials_template import create_trials_pipeline
from fashion_nets.pipelines.wiring import step
from fashion_nets.plotting.architectures import plot_parameters


def create_pipeline() -> Pipeline:
    """Train the architectures that ``architectures.names`` lists, and compare and draw them."""
    return create_trials_pipeline(
        "architectures",
        plan_architectures,
        {"budget": "params:architectures", "architecture_settings": "params:architecture_settings"},
        [
            step(plot_diagrams, "compared", "diagrams"),
            step(compare_architectures, ["compared", "tables"], ["comparison", "metrics"]),
            step(plot_accuracies, ["compared", "comparison", "test_set"], "accuracy_plot"),
            step(plot_parameters, "comparison", "parameters_plot"),
        ],
        planned=["compared"],
    )
