"""The part that training a network has in common, whatever the network."""

from collections.abc import Callable

from kedro.pipeline import Node, Pipeline, node

from fashion_nets.models.description import describe_layers
from fashion_nets.plotting.architecture import plot_architecture
from fashion_nets.plotting.curves import plot_learning_curves
from fashion_nets.training.classifiers import NETWORKS, choose_classifier

CLASSIFIER_PARAMETERS = tuple(
    f"params:{network}.{group}" for network in NETWORKS for group in ("architecture", "optimizer", "training")
)
"""What :func:`choose_classifier_node` takes, for a pipeline in a namespace to leave as it is."""


def create_training_pipeline(network: str, train: Callable, *shared_inputs: str) -> Pipeline:
    """Train one network and draw its learning curves and its layers.

    Args:
        network: Namespace of the network's datasets and parameters.
        train: Node function of the seed, the name, the training and validation sets, the
            architecture, the optimizer, the training and ``shared_inputs``, in this order; returns
            the model and its history.
        shared_inputs: Further datasets that all networks share.

    Returns:
        A pipeline from ``train_set`` and ``validation_set`` to ``<network>.model``,
        ``<network>.history``, ``<network>.learning_curves``, ``<network>.layers`` and
        ``<network>.architecture``.
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
            node(describe_layers, name="describe_layers", inputs="model", outputs="layers"),
            node(
                plot_architecture,
                name="plot_architecture",
                inputs=["layers", "params:name"],
                outputs="architecture",
            ),
        ],
        namespace=network,
        inputs={"train_set", "validation_set", *shared_inputs},
        parameters={"params:seed"},
    )


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
