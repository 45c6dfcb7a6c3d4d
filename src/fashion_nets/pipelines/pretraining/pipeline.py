"""Sets in; autoencoders, classifiers on their encoders, the comparison of these and a figure out."""

from collections.abc import Callable

from kedro.pipeline import Node, Pipeline, node

from fashion_nets.pipelines.pretraining.nodes import (
    compare_ways,
    pretrain_convolutional_autoencoder,
    pretrain_stacked_autoencoder,
    summarize_ways,
)
from fashion_nets.plotting.pretraining import plot_encoders

PRETRAIN = {
    "stacked_autoencoder": pretrain_stacked_autoencoder,
    "convolutional_autoencoder": pretrain_convolutional_autoencoder,
}
"""The node function that trains each autoencoder."""


def create_pipeline() -> Pipeline:
    """Compare training from scratch with reusing encoders that were trained without labels."""
    models = {f"pretraining_{autoencoder}.model" for autoencoder in PRETRAIN}
    return Pipeline(
        [
            *(_pretrain_node(autoencoder, pretrain) for autoencoder, pretrain in PRETRAIN.items()),
            node(
                compare_ways,
                name="compare_ways",
                inputs=[
                    "params:seed",
                    "train_set",
                    "validation_set",
                    "test_set",
                    "class_names",
                    "pretraining_stacked_autoencoder.model",
                    "pretraining_convolutional_autoencoder.model",
                    "params:pretraining",
                ],
                outputs="results",
            ),
            node(summarize_ways, name="summarize_ways", inputs="results", outputs=["comparison", "metrics"]),
            node(
                plot_encoders,
                name="plot_encoders",
                inputs=["results", "comparison"],
                outputs="comparison_plot",
            ),
        ],
        namespace="pretraining",
        inputs={"train_set", "validation_set", "test_set", "class_names"},
        outputs=models,
        parameters={
            "params:seed",
            "params:pretraining",
            *(name for autoencoder in PRETRAIN for name in _parameters_of(autoencoder)),
        },
    )


def _pretrain_node(autoencoder: str, pretrain: Callable) -> Node:
    return node(
        pretrain,
        name=pretrain.__name__,
        inputs=[
            "params:seed",
            "train_set",
            "validation_set",
            *_parameters_of(autoencoder),
            "params:pretraining",
        ],
        outputs=f"pretraining_{autoencoder}.model",
    )


def _parameters_of(autoencoder: str) -> list[str]:
    return [f"params:{autoencoder}.{group}" for group in ("architecture", "optimizer", "training")]
