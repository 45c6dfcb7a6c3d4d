"""Sets in; reconstruction errors by the number of codings, of autoencoders and of PCA, out."""

from kedro.pipeline import Pipeline

from fashion_nets.pipelines.coding_size.nodes import AUTOENCODERS, compare_sizes, measure_pca, plan_sizes
from fashion_nets.pipelines.trials_template import create_trials_pipeline
from fashion_nets.pipelines.wiring import step
from fashion_nets.plotting.coding_size import plot_coding_sizes


def create_pipeline() -> Pipeline:
    """Train autoencoders with more and more codings, and set PCA with as many components beside them."""
    return create_trials_pipeline(
        "coding_size",
        plan_sizes,
        {
            "coding_size": "params:coding_size",
            **{autoencoder: f"params:{autoencoder}" for autoencoder in AUTOENCODERS},
        },
        [
            step(measure_pca, ["train_set", "validation_set", "params:coding_size"], "pca_errors"),
            step(compare_sizes, ["tables", "pca_errors"], ["errors", "metrics"]),
            step(plot_coding_sizes, "errors", "errors_plot"),
        ],
        with_test_set=False,
    )
