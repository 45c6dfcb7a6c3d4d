"""Sets in; reconstruction errors by the number of codings, of autoencoders and of PCA, out."""

from kedro.pipeline import Node, Pipeline, node

from fashion_nets.pipelines.coding_size.nodes import (
    compare_sizes,
    measure_pca,
    train_convolutional_autoencoders,
    train_stacked_autoencoders,
)
from fashion_nets.plotting.coding_size import plot_coding_sizes

FAMILIES = {
    "stacked": ("stacked_autoencoder", train_stacked_autoencoders),
    "convolutional": ("convolutional_autoencoder", train_convolutional_autoencoders),
}
"""The network of conf/ that is trained with each size, and the node function that does it."""

GROUPS = ("architecture", "optimizer", "training")


def create_pipeline() -> Pipeline:
    """Train autoencoders with more and more codings, and set PCA with as many components beside them."""
    return Pipeline(
        [
            *map(_train_node, FAMILIES),
            node(
                measure_pca,
                name="measure_pca",
                inputs=["train_set", "validation_set", "params:coding_size"],
                outputs="pca_errors",
            ),
            node(
                compare_sizes,
                name="compare_sizes",
                inputs=["stacked_errors", "convolutional_errors", "pca_errors"],
                outputs=["errors", "metrics"],
            ),
            node(plot_coding_sizes, name="plot_coding_sizes", inputs="errors", outputs="error_plot"),
        ],
        namespace="coding_size",
        inputs={"train_set", "validation_set"},
        parameters={
            "params:seed",
            "params:coding_size",
            *(f"params:{network}.{group}" for network, _ in FAMILIES.values() for group in GROUPS),
        },
    )


def _train_node(family: str) -> Node:
    network, train = FAMILIES[family]
    return node(
        train,
        name=train.__name__,
        inputs=[
            "params:seed",
            "train_set",
            "validation_set",
            *(f"params:{network}.{group}" for group in GROUPS),
            "params:coding_size",
        ],
        outputs=f"{family}_errors",
    )
