"""A training in stages, of which each lets other layers learn."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import pandas as pd

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.networks.reuse import copy_network, freeze_layers
from fashion_nets.networks.types import Callback, KerasModel
from fashion_nets.training.checkpoints import NOT_KEPT, Checkpoints
from fashion_nets.training.fit import EpochListener, count_on, fit_classifier
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import ClassifierTrainingParams


class Stage(NamedTuple):
    """A part of a training.

    Attributes:
        epochs: Its epochs.
        n_frozen: How many of the lowest layers with a kernel keep their weights.
        rate_factor: By which the learning rate is multiplied.
    """

    epochs: int
    n_frozen: int
    rate_factor: float = 1.0


def fit_in_stages(
    build: Callable[[], KerasModel],
    stages: Sequence[Stage],
    train_set: LabelledImages,
    validation_set: LabelledImages,
    n_classes: int,
    optimizer: OptimizerParams,
    training: ClassifierTrainingParams,
    seed: int,
    listener: EpochListener | None = None,
    callbacks: Sequence[Callback] = (),
    checkpoints: Checkpoints = NOT_KEPT,
) -> tuple[KerasModel, pd.DataFrame]:
    """Fit a classifier in stages, each of which goes on with the weights of the one before.

    The optimizer begins anew with each stage, and nothing stops one early.

    Args:
        build: Gives the uncompiled network, whose layers form a chain; called once the seed is set.
        stages: One or more, in order.
        train_set: Labelled images.
        validation_set: Images to follow the training on.
        n_classes: Number of classes.
        optimizer: Optimizer with the learning rate that the stages multiply.
        training: How each stage is fitted, but for the number of epochs.
        seed: Seed of the new weights and the order of the images.
        listener: Called after each epoch with its number, from 1 through all stages, and its metrics.
        callbacks: Take part in every stage.
        checkpoints: Where each stage leaves its state while all of them last.

    Returns:
        The network and its history, a row per epoch, counted through all stages.
    """
    histories: list[pd.DataFrame] = []
    for number, stage in enumerate(stages, start=1):
        model, history = fit_classifier(
            partial(_build_frozen, build, stage.n_frozen),
            train_set,
            validation_set,
            n_classes,
            optimizer.model_copy(update={"learning_rate": stage.rate_factor * optimizer.learning_rate}),
            training.model_copy(update={"epochs": stage.epochs, "early_stopping": None}),
            seed,
            count_on(listener, histories),
            callbacks,
            checkpoints.phase(f"stage_{number}", n_frozen=stage.n_frozen),
        )
        build = partial(copy_network, model)
        histories.append(history)
    history = pd.concat(histories, ignore_index=True)
    return model, history.assign(epoch=range(1, len(history) + 1))


def _build_frozen(build: Callable[[], KerasModel], n_frozen: int) -> KerasModel:
    model = build()
    freeze_layers(model, n_frozen)
    return model
