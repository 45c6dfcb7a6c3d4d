"""Sets in, trained autoencoders out."""

from collections.abc import Sequence

from kedro.pipeline import Pipeline

from fashion_nets.pipelines.train_autoencoders.nodes import (
    train_convolutional_autoencoder,
    train_dense_autoencoder,
    train_greedy_autoencoder,
    train_recurrent_autoencoder,
    train_tied_autoencoder,
    train_variational_autoencoder,
)
from fashion_nets.pipelines.training_template import create_training_pipeline

TRAIN = {
    "linear_autoencoder": train_dense_autoencoder,
    "stacked_autoencoder": train_dense_autoencoder,
    "tied_autoencoder": train_tied_autoencoder,
    "convolutional_autoencoder": train_convolutional_autoencoder,
    "denoising_autoencoder": train_dense_autoencoder,
    "sparse_autoencoder": train_dense_autoencoder,
    "recurrent_autoencoder": train_recurrent_autoencoder,
    "variational_autoencoder": train_variational_autoencoder,
    "greedy_autoencoder": train_greedy_autoencoder,
}
"""The node function that trains each autoencoder."""


def create_pipeline(networks: Sequence[str]) -> Pipeline:
    """Train autoencoders on the images of ``train_set``, each in a namespace of its own."""
    return sum((create_training_pipeline(network, TRAIN[network]) for network in networks), Pipeline([]))
