"""Sets and variants in; a comparison and figures out."""

from kedro.pipeline import Pipeline, node

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
    return create_trials_pipeline(
        "study",
        plan_study,
        {
            "study": "params:study",
            "studies": "params:studies",
            "architectures": "params:architectures",
            **networks,
        },
        [
            node(compare_variants, name="compare_variants", inputs=["study", "tables"], outputs="comparison"),
            *(
                node(plot, name=plot.__name__, inputs=["study", "tables", "comparison"], outputs=figure)
                for plot, figure in (
                    (plot_curves, "curves"),
                    (plot_answer, "answer"),
                    (plot_further_figures, "further_figures"),
                )
            ),
        ],
        planned=["study"],
        with_test_set=False,
    )
