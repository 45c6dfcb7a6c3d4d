"""The part that training a network has in common, whatever the network."""

from collections.abc import Callable

from kedro.pipeline import Pipeline, node

from fashion_nets.models.description import describe_layers
from fashion_nets.plotting.architecture import plot_architecture
from fashion_nets.plotting.curves import plot_learning_curves


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
