"""Sets and variants in; a comparison and figures out."""

from kedro.pipeline import Pipeline, node

from fashion_nets.inspection.activation_curves import activation_curves
from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.pipelines.study.nodes import (
    collect_results,
    compare_variants,
    plan_study,
    plot_answer,
    plot_curves,
    plot_further_figures,
    train_trials,
)
from fashion_nets.plotting.activations import plot_activation_functions


def create_pipeline() -> Pipeline:
    """Train the variants of the study that ``study.name`` names, compare them; draw activation functions."""
    return _create_study_pipeline() + Pipeline(
        [
            node(
                activation_curves,
                name="activation_curves",
                inputs="params:activation_functions",
                outputs="activation_curves",
            ),
            node(
                plot_activation_functions,
                name="plot_activation_functions",
                inputs="activation_curves",
                outputs="activation_functions",
            ),
        ]
    )


def _create_study_pipeline() -> Pipeline:
    networks = {network: f"params:{network}" for network in CLASSIFIERS}
    return Pipeline(
        [
            node(
                plan_study,
                name="plan_study",
                inputs={
                    "study": "params:study",
                    "studies": "params:studies",
                    "architectures": "params:architectures",
                    "seed": "params:seed",
                    "train_set": "train_set",
                    "class_names": "class_names",
                    **networks,
                },
                outputs="plan",
            ),
            node(
                train_trials,
                name="train_trials",
                inputs=[
                    "plan",
                    "params:study",
                    "finished_trials",
                    "train_set",
                    "validation_set",
                    "class_names",
                ],
                outputs="trials",
            ),
            node(collect_results, name="collect_results", inputs=["plan", "trials"], outputs="results"),
            node(
                compare_variants,
                name="compare_variants",
                inputs=["plan", "results"],
                outputs="comparison",
            ),
            *(
                node(plot, name=plot.__name__, inputs=["plan", "results", "comparison"], outputs=figure)
                for plot, figure in (
                    (plot_curves, "curves"),
                    (plot_answer, "answer"),
                    (plot_further_figures, "further_figures"),
                )
            ),
        ],
        namespace="study",
        inputs={"train_set", "validation_set", "class_names"},
        parameters={
            "params:study",
            "params:studies",
            "params:architectures",
            "params:seed",
            *networks.values(),
        },
    )
