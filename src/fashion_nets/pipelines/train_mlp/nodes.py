"""Nodes of the pipeline ``train_mlp``."""

from functools import partial

import pandas as pd

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.networks.types import KerasModel
from fashion_nets.tracking import epoch_logger
from fashion_nets.training.fit import ClassifierTrainingParams, fit_classifier
from fashion_nets.training.optimizers import OptimizerParams


def train_mlp(
    seed: int,
    name: str,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    architecture: MlpParams,
    optimizer: OptimizerParams,
    training: ClassifierTrainingParams,
    class_names: list[str],
) -> tuple[KerasModel, pd.DataFrame]:
    """Build, compile and fit the MLP; return it with its history, a row an epoch."""
    n_classes = len(class_names)
    build = partial(build_mlp, architecture, train_set.images.shape[1:], n_classes, name)
    return fit_classifier(
        build, train_set, validation_set, n_classes, optimizer, training, seed, epoch_logger(name)
    )
