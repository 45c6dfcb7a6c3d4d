"""Sets in; autoencoders, classifiers on their encoders, the comparison of these and a figure out."""

from kedro.pipeline import Pipeline

from fashion_nets.pipelines.pretraining.nodes import AUTOENCODERS, base_of, plan_pretraining, summarize_ways
from fashion_nets.pipelines.trials_template import create_trials_pipeline
from fashion_nets.pipelines.wiring import step
from fashion_nets.plotting.pretraining import plot_encoders


def create_pipeline() -> Pipeline:
    """Compare training from scratch with reusing encoders that were trained without labels."""
    return create_trials_pipeline(
        "pretraining",
        plan_pretraining,
        {
            "pretraining": "params:pretraining",
            **{autoencoder: f"params:{autoencoder}" for autoencoder in AUTOENCODERS},
        },
        [
            step(summarize_ways, "tables", ["results", "comparison", "metrics"]),
            step(plot_encoders, ["results", "comparison", "test_set"], "comparison_plot"),
        ],
        bases=[base_of(autoencoder) for autoencoder in AUTOENCODERS],
    )
