"""Sets and variants in; a comparison and figures out."""

from kedro.pipeline import Pipeline

from fashion_nets.inspection.activation_curves import activation_curves
from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.pipelines.study.nodes import (
    compare_variants,
    plan_study,
    plot_answer,
    plot_curves,
    plot_further_figures,
)
from fashion_nets.pipelines.trials_template import create_trials_pipeline
from fashion_nets.pipelines.wiring import step
from fashion_nets.plotting.activations import plot_activation_functions


def create_pipeline() -> Pipeline:
    """Train the variants of the study that ``study.name`` names, compare them; draw activation functions."""
    inputs = {name: f"params:{name}" for name in ("study", "studies", "architecture_settings", *CLASSIFIERS)}
    shown = ["study", "tables", "caption"]
    trials = create_trials_pipeline(
        "study",
        plan_study,
        inputs,
        [
            step(
                compare_variants,
                ["study", "tables", "validation_set"],
                ["comparison", "conclusion", "caption"],
            ),
            step(plot_curves, shown[1:], "curves"),
            step(plot_answer, shown, "answer"),
            step(plot_further_figures, shown, "further_figures"),
        ],
        planned=["study"],
        with_test_set=False,
    )
    return trials + Pipeline(
        [
            step(activation_curves, "params:activation_functions", "activation_curves"),
            step(plot_activation_functions, "activation_curves", "activation_functions"),
        ],
        namespace="study",
        prefix_datasets_with_namespace=False,
    )
