"""The part that training a network has in common, whatever the network."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from kedro.pipeline import Node, Pipeline, node

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.inspection.description import describe_layers
from fashion_nets.networks.types import KerasModel
from fashion_nets.plotting.architecture import plot_architecture
from fashion_nets.plotting.costs import plot_costs
from fashion_nets.plotting.learning_curves import plot_learning_curves
from fashion_nets.training.classifiers import NETWORKS, choose_classifier
from fashion_nets.training.costs import training_costs
from fashion_nets.training.precision import Precision

CLASSIFIER_PARAMETERS = tuple(
    f"params:{network}.{group}" for network in NETWORKS for group in ("architecture", "optimizer", "training")
)
"""What :func:`choose_classifier_node` takes, for a pipeline in a namespace to leave as it is."""


def create_training_pipeline(network: str, train: Callable, *shared_inputs: str) -> Pipeline:
    """Train one network; draw its learning curves, its layers and what they cost.

    Args:
        network: Namespace of the network's datasets and parameters.
        train: Node function of the seed, the name, the training and validation sets, the
            architecture, the optimizer, the training and ``shared_inputs``, in this order; returns
            the model and its history.
        shared_inputs: Further datasets that all networks share.

    Returns:
        A pipeline from ``train_set`` and ``validation_set`` to ``<network>.model``,
        ``<network>.history``, ``<network>.learning_curves``, ``<network>.layers``,
        ``<network>.costs``, ``<network>.architecture`` and ``<network>.cost_plot``.
    """
    return Pipeline(
        [
            node(
                train,
                name=train.__name__,
                inputs=[
                    "params:seed",
                    "params:name",
                    "train_set",
                    "validation_set",
                    "params:architecture",
                    "params:optimizer",
                    "params:training",
                    *shared_inputs,
                ],
                outputs=["model", "history"],
            ),
            node(
                plot_learning_curves,
                name="plot_learning_curves",
                inputs=["history", "params:name"],
                outputs="learning_curves",
            ),
            node(
                estimate_costs,
                name="estimate_costs",
                inputs=["model", "train_set", "params:training.batch_size", "params:training.precision"],
                outputs=["layers", "costs"],
            ),
            node(
                plot_architecture,
                name="plot_architecture",
                inputs=["layers", "params:name"],
                outputs="architecture",
            ),
            node(
                plot_costs, name="plot_costs", inputs=["layers", "costs", "params:name"], outputs="cost_plot"
            ),
        ],
        namespace=network,
        inputs={"train_set", "validation_set", *shared_inputs},
        parameters={"params:seed"},
    )


def estimate_costs(
    model: KerasModel,
    train_set: LabelledImages,
    batch_size: Any,  # int | Literal["full"], but Kedro warns of unions in every run
    precision: Precision,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Tell what each layer costs, and what the whole network does in training."""
    costs = training_costs(model, len(train_set.labels), batch_size, precision)
    return describe_layers(model, costs["precision"]), costs


def choose_classifier_node(name: str) -> Node:
    """The node that chooses the network which a pipeline is about.

    Args:
        name: The parameter that says which, such as ``"params:transfer.base"``.

    Returns:
        A node whose output is ``classifier``, for the nodes after it.
    """
    return node(
        choose_classifier,
        name="choose_classifier",
        inputs=[name, *CLASSIFIER_PARAMETERS],
        outputs="classifier",
    )
