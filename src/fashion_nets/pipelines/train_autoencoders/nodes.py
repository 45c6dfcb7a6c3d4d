"""Nodes of the pipeline ``train_autoencoders``, one for each family: each has parameters of its own type."""

from functools import partial

import pandas as pd

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.networks.autoencoders.convolutional import (
    ConvolutionalAutoencoderParams,
    build_convolutional_autoencoder,
)
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams, build_dense_autoencoder
from fashion_nets.networks.autoencoders.recurrent import (
    RecurrentAutoencoderParams,
    build_recurrent_autoencoder,
)
from fashion_nets.networks.autoencoders.tied import TiedAutoencoderParams, build_tied_autoencoder
from fashion_nets.networks.autoencoders.variational import (
    VariationalAutoencoderParams,
    build_variational_autoencoder,
)
from fashion_nets.networks.types import KerasModel
from fashion_nets.tracking import epoch_logger
from fashion_nets.training.fit import AutoencoderTrainingParams, fit_autoencoder
from fashion_nets.training.greedy import GreedyTrainingParams, fit_greedily
from fashion_nets.training.optimizers import OptimizerParams


def train_dense_autoencoder(
    seed: int,
    name: str,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    architecture: DenseAutoencoderParams,
    optimizer: OptimizerParams,
    training: AutoencoderTrainingParams,
) -> tuple[KerasModel, pd.DataFrame]:
    """Build, compile and fit an autoencoder of dense layers; return it with its history, a row an epoch."""
    build = partial(build_dense_autoencoder, architecture, train_set.images.shape[1:], name)
    return fit_autoencoder(build, train_set, validation_set, optimizer, training, seed, epoch_logger(name))


def train_tied_autoencoder(
    seed: int,
    name: str,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    architecture: TiedAutoencoderParams,
    optimizer: OptimizerParams,
    training: AutoencoderTrainingParams,
) -> tuple[KerasModel, pd.DataFrame]:
    """Build, compile and fit an autoencoder with tied weights; return it with its history, a row an epoch."""
    build = partial(build_tied_autoencoder, architecture, train_set.images.shape[1:], name)
    return fit_autoencoder(build, train_set, validation_set, optimizer, training, seed, epoch_logger(name))


def train_convolutional_autoencoder(
    seed: int,
    name: str,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    architecture: ConvolutionalAutoencoderParams,
    optimizer: OptimizerParams,
    training: AutoencoderTrainingParams,
) -> tuple[KerasModel, pd.DataFrame]:
    """Build, compile and fit an autoencoder of convolutions; return it with its history, a row an epoch."""
    build = partial(build_convolutional_autoencoder, architecture, train_set.images.shape[1:], name)
    return fit_autoencoder(build, train_set, validation_set, optimizer, training, seed, epoch_logger(name))


def train_recurrent_autoencoder(
    seed: int,
    name: str,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    architecture: RecurrentAutoencoderParams,
    optimizer: OptimizerParams,
    training: AutoencoderTrainingParams,
) -> tuple[KerasModel, pd.DataFrame]:
    """Build, compile and fit an autoencoder of LSTM layers; return it with its history, a row an epoch."""
    build = partial(build_recurrent_autoencoder, architecture, train_set.images.shape[1:], name)
    return fit_autoencoder(build, train_set, validation_set, optimizer, training, seed, epoch_logger(name))


def train_variational_autoencoder(
    seed: int,
    name: str,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    architecture: VariationalAutoencoderParams,
    optimizer: OptimizerParams,
    training: AutoencoderTrainingParams,
) -> tuple[KerasModel, pd.DataFrame]:
    """Build, compile and fit a variational autoencoder; return it with its history, a row an epoch."""
    build = partial(build_variational_autoencoder, architecture, train_set.images.shape[1:], name)
    return fit_autoencoder(build, train_set, validation_set, optimizer, training, seed, epoch_logger(name))


def train_greedy_autoencoder(
    seed: int,
    name: str,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    architecture: DenseAutoencoderParams,
    optimizer: OptimizerParams,
    training: GreedyTrainingParams,
) -> tuple[KerasModel, pd.DataFrame]:
    """Fit one shallow autoencoder after another and stack them; return the stack with the history of all."""
    return fit_greedily(
        architecture, name, train_set, validation_set, optimizer, training, seed, epoch_logger(name)
    )
