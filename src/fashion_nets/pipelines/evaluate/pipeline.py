"""Trained networks and test set in; metrics, predictions and figures out."""

from collections.abc import Sequence

from kedro.pipeline import Pipeline

from fashion_nets.evaluation.classification import class_report, predict_classes
from fashion_nets.networks.registry import NETWORKS
from fashion_nets.pipelines.evaluate.nodes import (
    EvaluationNodes,
    compare_networks,
    evaluate_autoencoder,
    evaluate_classifier,
)
from fashion_nets.pipelines.joints import Joint
from fashion_nets.pipelines.wiring import step

COMPARISON = Joint(compare_networks, "metrics", tuple(NETWORKS), "comparison", tags=("evaluation",))
"""Sets the results of all networks side by side, as far as they are stored."""


def create_pipeline(classifiers: Sequence[str], autoencoders: Sequence[str]) -> Pipeline:
    """Evaluate networks on the test set and compare them."""
    return sum(
        (_create_classifier_pipeline(network) for network in classifiers),
        _create_autoencoders_pipeline(autoencoders) + Pipeline([COMPARISON.make_full_node()]),
    )


def _create_classifier_pipeline(network: str) -> Pipeline:
    """Evaluate one classifier on the test set: numbers, predictions, class report, two figures."""
    nodes = EvaluationNodes(network)
    return Pipeline(
        [
            step(predict_classes, ["model", "test_set", "class_names"], "predictions"),
            step(
                evaluate_classifier,
                ["model", "history", "predictions", "validation_set", "class_names", "costs", "about"],
                "metrics",
            ),
            step(class_report, "predictions", "class_report"),
            step(nodes.plot_confusion_matrix, ["predictions", "metrics", "about"], "confusion_matrix_plot"),
            step(nodes.plot_mistakes, ["test_set", "predictions", "about"], "mistakes_plot"),
        ],
        namespace=network,
        tags="evaluation",
        inputs={"validation_set", "test_set", "class_names"},
    )


def _create_autoencoders_pipeline(networks: Sequence[str]) -> Pipeline:
    """Evaluate autoencoders on the test set: reconstruction errors, and figures of what each makes."""
    return sum(
        (_create_generation_pipeline(network) for network in networks if NETWORKS[network].is_generator),
        sum((_create_autoencoder_pipeline(network) for network in networks), Pipeline([])),
    )


def _create_autoencoder_pipeline(network: str) -> Pipeline:
    nodes = EvaluationNodes(network)
    return Pipeline(
        [
            step(
                evaluate_autoencoder,
                ["model", "history", "validation_set", "test_set", "costs", "about"],
                "metrics",
            ),
            step(
                nodes.plot_reconstructions,
                ["model", "validation_set", "metrics", "about"],
                "reconstructions_plot",
            ),
        ],
        namespace=network,
        tags="evaluation",
        inputs={"validation_set", "test_set"},
    )


def _create_generation_pipeline(network: str) -> Pipeline:
    nodes = EvaluationNodes(network)
    return Pipeline(
        [
            step(
                nodes.plot_generated_images,
                ["model", "params:generation", "params:seed", "about"],
                "generated_images_plot",
            ),
            step(
                nodes.plot_walk,
                ["model", "test_set", "class_names", "params:generation", "about"],
                "walk_plot",
            ),
        ],
        namespace=network,
        tags="evaluation",
        inputs={"test_set", "class_names"},
        parameters={"params:seed"},
    )
