"""Sets in; a trained network, its learning curves, its layers and what they cost out."""

from collections.abc import Callable
from typing import Any

from kedro.pipeline import Pipeline, node

from fashion_nets.networks.registry import NETWORKS
from fashion_nets.pipelines.train.nodes import TrainingNodes, estimate_costs


def create_pipeline(network: str) -> Pipeline:
    """Train one network on ``train_set``, watching ``validation_set``; draw it and what it did.

    Args:
        network: One of ``NETWORKS``: the namespace of the datasets and parameters.
    """
    nodes = TrainingNodes(network)
    train: Callable[..., Any] = nodes.train_autoencoder
    targets = []
    if NETWORKS[network].is_greedy:
        train = nodes.train_greedily
    elif NETWORKS[network].kind == "classifier":
        train, targets = nodes.train_classifier, ["class_names"]
    return Pipeline(
        [
            node(
                train,
                name=train.__name__,
                inputs=[
                    "params:seed",
                    "train_set",
                    "validation_set",
                    "params:architecture",
                    "params:optimizer",
                    "params:training",
                    *targets,
                ],
                outputs=["model", "history"],
            ),
            node(
                nodes.plot_learning_curves,
                name="plot_learning_curves",
                inputs="history",
                outputs="learning_curves_plot",
            ),
            node(
                estimate_costs,
                name="estimate_costs",
                inputs=["model", "train_set", "params:training.batch_size", "params:training.precision"],
                outputs=["layers", "costs"],
            ),
            node(
                nodes.plot_diagram,
                name="plot_diagram",
                inputs="layers",
                outputs="diagram_plot",
            ),
            node(nodes.plot_costs, name="plot_costs", inputs=["layers", "costs"], outputs="costs_plot"),
        ],
        namespace=network,
        tags="training",
        inputs={"train_set", "validation_set", *targets},
        parameters={"params:seed"},
    )
