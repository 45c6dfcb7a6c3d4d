"""How a network is built, compiled and fitted."""

import logging
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError
from fashion_nets.networks.types import Callback, KerasModel
from fashion_nets.training.checkpoints import Checkpoint
from fashion_nets.training.costs import check_memory, count_updates, limit_batch
from fashion_nets.training.engine import resolve_engine
from fashion_nets.training.memory import free_memory
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import (
    AutoencoderTrainingParams,
    ClassifierTrainingParams,
    TrainingParams,
)
from fashion_nets.training.precision import dtype_policy, resolve_precision
from fashion_nets.training.schedules import TrainingLength

logger = logging.getLogger(__name__)

EpochListener = Callable[[int, Mapping[str, float]], None]
"""Called after each epoch with its number, from 1, and its metrics by name."""


def count_on(
    listener: EpochListener | None, before: Sequence[pd.DataFrame], prefix: str = ""
) -> EpochListener | None:
    """A listener to one part of a training, for whom epochs count on after the histories of those before.

    Args:
        listener: Who listens to the whole.
        before: The histories of the parts before.
        prefix: What the names of the metrics begin with.
    """
    if listener is None:
        return None
    n_before = sum(map(len, before))

    def listen(epoch: int, metrics: Mapping[str, float]) -> None:
        listener(n_before + epoch, {f"{prefix}{name}": value for name, value in metrics.items()})

    return listen


class DivergedError(UserError):
    """The loss became infinite or NaN."""


def fit_classifier(
    build: Callable[[], KerasModel],
    train_set: LabelledImages,
    validation_set: LabelledImages,
    n_classes: int,
    optimizer: OptimizerParams,
    training: ClassifierTrainingParams,
    seed: int,
    listener: EpochListener | None = None,
    callbacks: Sequence[Callback] = (),
    checkpoint: Checkpoint | None = None,
) -> tuple[KerasModel, pd.DataFrame]:
    """Fit a network that gives a probability for each class; see :func:`fit_network`.

    ``categorical_crossentropy`` takes one-hot targets, ``sparse_categorical_crossentropy`` the class
    indices: the same training in two notations. Label smoothing needs the former, and takes it. It
    changes the training targets only, so that the validation loss compares with that of any network.
    """
    if training.label_smoothing and training.loss == "sparse_categorical_crossentropy":
        training = training.model_copy(update={"loss": "categorical_crossentropy"})
    train_targets = make_targets(train_set.labels, n_classes, training.loss)
    if training.label_smoothing:
        train_targets += training.label_smoothing * (1 / n_classes - train_targets)
    return fit_network(
        build,
        (train_set.images, train_targets),
        (validation_set.images, make_targets(validation_set.labels, n_classes, training.loss)),
        optimizer,
        training,
        seed,
        metrics=("accuracy",),
        listener=listener,
        callbacks=callbacks,
        checkpoint=checkpoint,
    )


def make_targets(labels: np.ndarray, n_classes: int, loss: str) -> np.ndarray:
    """What a loss of classifiers takes for labels.

    Returns:
        The labels themselves for ``sparse_categorical_crossentropy``; else float32: one-hot rows, or
        for ``binary_crossentropy`` rows of one number, 1 for the second class.
    """
    if loss == "binary_crossentropy":
        return labels[:, np.newaxis].astype(np.float32)
    return np.eye(n_classes, dtype=np.float32)[labels] if loss == "categorical_crossentropy" else labels


def fit_autoencoder(
    build: Callable[[], KerasModel],
    train_set: LabelledImages,
    validation_set: LabelledImages,
    optimizer: OptimizerParams,
    training: AutoencoderTrainingParams,
    seed: int,
    listener: EpochListener | None = None,
    callbacks: Sequence[Callback] = (),
    checkpoint: Checkpoint | None = None,
) -> tuple[KerasModel, pd.DataFrame]:
    """Fit a network that reconstructs its input, without labels; see :func:`fit_network`."""
    return fit_network(
        build,
        (train_set.images, train_set.images),
        (validation_set.images, validation_set.images),
        optimizer,
        training,
        seed,
        listener=listener,
        callbacks=callbacks,
        checkpoint=checkpoint,
    )


def fit_network(
    build: Callable[[], KerasModel],
    train_data: tuple[np.ndarray, np.ndarray],
    validation_data: tuple[np.ndarray, np.ndarray],
    optimizer: OptimizerParams,
    training: TrainingParams,
    seed: int,
    metrics: tuple[str, ...] = (),
    listener: EpochListener | None = None,
    callbacks: Sequence[Callback] = (),
    checkpoint: Checkpoint | None = None,
) -> tuple[KerasModel, pd.DataFrame]:
    """Build, compile and fit a network; same seed and machine, same weights, bit for bit.

    Args:
        build: Gives the uncompiled network; called once the seed and the precision are set.
        train_data: Inputs and targets to fit, images as grey levels or intensities.
        validation_data: Inputs and targets to watch; never fitted.
        optimizer: Optimizer with its settings.
        training: Loss, epochs, batches, precision, what stops it early.
        seed: Of the initial weights, the order of the samples and what layers draw at random.
        metrics: Names of Keras metrics to follow beside the loss.
        listener: Called after each epoch with its number, from 1, and its metrics.
        callbacks: Called before this project's own: what they add to an epoch's logs reaches the history.
        checkpoint: Where the training leaves its state while it lasts, and goes on from if it was
            interrupted or has paused; the listener is told of its earlier epochs first. It says too whether
            the training pauses: up to there it is the same, with its schedule at full length.

    Returns:
        The network, compiled, in float32 whatever precision it was fitted in; and its history, a row an
        epoch: ``epoch`` from 1, ``loss``, the metrics, ``val_loss`` and so on, ``gradient_norm`` where it
        is asked for, ``learning_rate`` (of the epoch's last step), ``seconds``.

    Raises:
        DivergedError: If the loss becomes infinite or NaN.
        MemoryNeededError: If a step needs more memory than is free, as far as that is known.
        UserError: If a metric that something watches is not there, or the schedule does not fit the training.
    """
    import keras
    import tensorflow as tf

    from fashion_nets.training.callbacks import make_callbacks

    check_monitors(optimizer, training, metrics)
    n_images = len(train_data[0])
    batch_size = n_images if training.batch_size == "full" else training.batch_size
    length = TrainingLength(training.epochs, count_updates(training.batch_size, n_images))
    policy = resolve_precision(training.precision)
    compiled = partial(_build_and_compile, build, optimizer, training, metrics, length)
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    model = compiled(policy)
    check_memory(model, limit_batch(batch_size, n_images), policy, free_memory())
    engine = resolve_engine(training.engine, model)
    training = training.model_copy(update={"precision": policy, "engine": engine})
    all_callbacks = [*callbacks, *make_callbacks(train_data, optimizer, training, listener)]
    data = (train_data, validation_data)
    history = _fit(model, data, batch_size, optimizer, training, seed, all_callbacks, listener, checkpoint)
    _check_loss(model.name, history, optimizer)
    return (model if policy == "float32" else _continued_by(compiled("float32"), model)), history


def _build_and_compile(
    build: Callable[[], KerasModel],
    optimizer: OptimizerParams,
    training: TrainingParams,
    metrics: tuple[str, ...],
    length: TrainingLength,
    policy: str,
) -> KerasModel:
    with dtype_policy(policy):
        model = build()
    model.compile(
        optimizer=optimizer.build(length),
        loss=training.loss,
        metrics=list(metrics),
        steps_per_execution=min(training.steps_per_execution, length.steps_per_epoch),
        jit_compile=False,  # it would compile each step for itself; the engine compiles blocks of them
    )
    return model


def _fit(
    model: KerasModel,
    data: tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
    batch_size: int,
    optimizer: OptimizerParams,
    training: TrainingParams,
    seed: int,
    callbacks: Sequence[Callback],
    listener: EpochListener | None,
    checkpoint: Checkpoint | None,
) -> pd.DataFrame:
    """Fit a compiled network, from where its checkpoint is if there is one; return its history."""
    from fashion_nets.training.blocks import fit_in_blocks
    from fashion_nets.training.keeping import StateKeeper, describe_training

    epochs, rows, next_epoch = training.epochs, [], 0
    if checkpoint is not None:
        epochs = min(epochs, checkpoint.pause_after or epochs)
        made_from = describe_training(checkpoint.details, model, *data, optimizer, training, seed, callbacks)
        state = checkpoint.find(made_from, epochs) if training.resume else None
        if state is not None:
            rows, next_epoch = state.history, state.next_epoch(epochs)
        keeper = StateKeeper(model, callbacks, checkpoint, made_from, training, epochs, state)
        callbacks = [*callbacks, keeper]
    if listener is not None:
        for number, row in enumerate(rows, start=1):
            listener(number, row)
    fitted = fit_in_blocks(
        model,
        data[0],
        batch_size,
        training.engine if next_epoch < epochs else "keras",  # which compiles nothing before it has to
        seed,
        initial_epoch=next_epoch,
        epochs=epochs,
        validation_data=data[1],
        callbacks=callbacks,
        verbose=1 if sys.stdout.isatty() and logger.isEnabledFor(logging.DEBUG) else 0,
    )
    columns = fitted.history
    rows = [*rows, *(dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))]
    history = pd.DataFrame(rows)
    history.insert(0, "epoch", np.arange(1, len(history) + 1))
    return history


def _continued_by(fresh: KerasModel, model: KerasModel) -> KerasModel:
    """A network built anew, with the weights of another one and the state of its optimizer."""
    put_state(fresh, model.get_weights(), model.optimizer.variables)
    return fresh  # so that the stored network can be trained on


def put_state(model: KerasModel, weights: Sequence[np.ndarray], optimizer: Sequence[Any]) -> None:
    """Give a compiled network these weights, and the variables of its optimizer these values."""
    model.set_weights(weights)
    model.optimizer.build(model.trainable_variables)
    for variable, value in zip(model.optimizer.variables, optimizer, strict=True):
        variable.assign(value)


def check_monitors(optimizer: OptimizerParams, training: TrainingParams, metrics: tuple[str, ...]) -> None:
    """Refuse a training in which something watches a metric that is not there.

    Raises:
        UserError: Says which there are.
    """
    known = [f"{prefix}{name}" for name in ("loss", *metrics) for prefix in ("", "val_")]
    watching = {"early_stopping": training.early_stopping, "the schedule plateau": optimizer.schedule}
    for who, params in watching.items():
        monitor = getattr(params, "monitor", known[0])
        if monitor not in known:
            raise UserError(
                f"{who} watches {monitor}, which this network does not have; its monitor may be "
                f"{', '.join(known)}."
            )


def _check_loss(network: str, history: pd.DataFrame, optimizer: OptimizerParams) -> None:
    last = history.iloc[-1]
    if not math.isfinite(last["loss"]):
        raise DivergedError(
            f"The loss of {network} became {last['loss']} in epoch {last['epoch']:.0f}, so its weights are "
            f"useless and were not stored. Usual cause: a learning rate too high, here "
            f"{optimizer.learning_rate:g}; try a tenth with "
            f'--params "{network}.optimizer.learning_rate={optimizer.learning_rate / 10:g}".'
        )
