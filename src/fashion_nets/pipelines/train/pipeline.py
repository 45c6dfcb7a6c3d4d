"""Sets in; a trained network, its learning curves, its layers and what they cost out."""

from collections.abc import Callable
from typing import Any

from kedro.pipeline import Pipeline

from fashion_nets.networks.registry import NETWORKS
from fashion_nets.pipelines.train.nodes import TrainingNodes, estimate_costs
from fashion_nets.pipelines.wiring import step
from fashion_nets.training.about import describe_training


def create_pipeline(network: str) -> Pipeline:
    """Train one network on ``train_set``, watching ``validation_set``; draw it and what it did.

    Args:
        network: One of ``NETWORKS``: the namespace of the datasets and parameters.
    """
    nodes = TrainingNodes(network)
    train: Callable[..., Any] = nodes.train_autoencoder
    targets, smoothing = [], []
    if NETWORKS[network].is_greedy:
        train = nodes.train_greedily
    elif NETWORKS[network].kind == "classifier":
        train, targets = nodes.train_classifier, ["class_names"]
        smoothing = ["params:training.label_smoothing"]
    return Pipeline(
        [
            step(
                train,
                [
                    "params:seed",
                    "train_set",
                    "validation_set",
                    "params:architecture",
                    "params:optimizer",
                    "params:training",
                    *targets,
                    "checkpoints",
                ],
                ["model", "history"],
            ),
            step(
                describe_training,
                [
                    "history",
                    "params:architecture.name",
                    "params:training.loss",
                    "params:training.early_stopping",
                    *smoothing,
                ],
                "about",
            ),
            step(nodes.plot_learning_curves, ["history", "about", "layers"], "learning_curves_plot"),
            step(
                estimate_costs,
                ["model", "train_set", "params:training.batch_size", "params:training.precision"],
                ["layers", "costs"],
            ),
            step(nodes.plot_diagram, ["layers", "about"], "diagram_plot"),
            step(nodes.plot_costs, ["layers", "costs", "about"], "costs_plot"),
        ],
        namespace=network,
        tags="training",
        inputs={"train_set", "validation_set", "checkpoints", *targets},
        parameters={"params:seed"},
    )
