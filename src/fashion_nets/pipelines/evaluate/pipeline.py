"""Trained networks and test set in; metrics, predictions and figures out."""

from collections.abc import Sequence

from kedro.pipeline import Pipeline, node

from fashion_nets.evaluation.classification import class_report
from fashion_nets.networks.registry import NETWORKS
from fashion_nets.pipelines.evaluate.nodes import (
    EvaluationNodes,
    compare_networks,
    evaluate_autoencoder,
    evaluate_classifier,
    predict_classes,
)


def create_classifier_pipeline(network: str) -> Pipeline:
    """Evaluate one classifier on the test set: numbers, predictions, class report, two figures."""
    nodes = EvaluationNodes(network)
    return Pipeline(
        [
            node(
                predict_classes,
                name="predict_classes",
                inputs=["model", "test_set", "class_names"],
                outputs="predictions",
            ),
            node(
                evaluate_classifier,
                name="evaluate_classifier",
                inputs=["model", "history", "predictions", "validation_set", "class_names", "costs"],
                outputs="metrics",
            ),
            node(class_report, name="class_report", inputs="predictions", outputs="class_report"),
            node(
                nodes.plot_confusion_matrix,
                name="plot_confusion_matrix",
                inputs=["predictions", "metrics"],
                outputs="confusion_matrix_plot",
            ),
            node(
                nodes.plot_mistakes,
                name="plot_mistakes",
                inputs=["test_set", "predictions"],
                outputs="mistakes_plot",
            ),
        ],
        namespace=network,
        tags="evaluation",
        inputs={"validation_set", "test_set", "class_names"},
    )


def create_autoencoders_pipeline(networks: Sequence[str]) -> Pipeline:
    """Evaluate autoencoders on the test set: reconstruction errors, and figures of what each makes."""
    return sum(
        (_create_generation_pipeline(network) for network in networks if NETWORKS[network].is_generator),
        sum((_create_autoencoder_pipeline(network) for network in networks), Pipeline([])),
    )


def create_pipeline(classifiers: Sequence[str], autoencoders: Sequence[str]) -> Pipeline:
    """Evaluate all networks on the test set and compare them."""
    comparison = node(
        compare_networks,
        name="compare_networks",
        inputs={network: f"{network}.metrics" for network in (*classifiers, *autoencoders)},
        outputs="comparison",
        tags="evaluation",
    )
    return sum(
        (create_classifier_pipeline(network) for network in classifiers),
        create_autoencoders_pipeline(autoencoders) + Pipeline([comparison]),
    )


def _create_autoencoder_pipeline(network: str) -> Pipeline:
    nodes = EvaluationNodes(network)
    return Pipeline(
        [
            node(
                evaluate_autoencoder,
                name="evaluate_autoencoder",
                inputs=["model", "history", "validation_set", "test_set", "costs"],
                outputs="metrics",
            ),
            node(
                nodes.plot_reconstructions,
                name="plot_reconstructions",
                inputs=["model", "validation_set", "metrics"],
                outputs="reconstructions_plot",
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
            node(
                nodes.plot_generated_images,
                name="plot_generated_images",
                inputs=["model", "params:generation", "params:seed"],
                outputs="generated_images_plot",
            ),
            node(
                nodes.plot_walk,
                name="plot_walk",
                inputs=["model", "test_set", "class_names", "params:generation"],
                outputs="walk_plot",
            ),
        ],
        namespace=network,
        tags="evaluation",
        inputs={"test_set", "class_names"},
        parameters={"params:seed"},
    )
