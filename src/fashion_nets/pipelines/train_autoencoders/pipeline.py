"""Sets in, trained autoencoders out."""

from kedro.pipeline import Pipeline

from fashion_nets.pipelines.train_autoencoders.nodes import train_dense_autoencoder
from fashion_nets.pipelines.training_template import create_training_pipeline

TRAIN = {
    "linear_autoencoder": train_dense_autoencoder,
    "stacked_autoencoder": train_dense_autoencoder,
}
"""The node function that trains each autoencoder."""


def create_pipeline(networks: tuple[str, ...]) -> Pipeline:
    """Train autoencoders on the images of ``train_set``, each in a namespace of its own."""
    return sum((create_training_pipeline(network, TRAIN[network]) for network in networks), Pipeline([]))
