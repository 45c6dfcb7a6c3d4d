"""The one place that compiles and fits a network."""

import math
import sys
from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import NonNegativeInt, PositiveInt

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError
from fashion_nets.models.inference import BATCH_SIZE
from fashion_nets.models.types import KerasModel
from fashion_nets.parameters import Parameters
from fashion_nets.training.engine import Engine
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.precision import Precision, dtype_policy, resolve_precision

EpochListener = Callable[[int, Mapping[str, float]], None]
"""Called after each epoch with its number, from 1, and its metrics by name."""


class EarlyStoppingParams(Parameters):
    """When to stop before the last epoch."""

    monitor: Literal["loss", "val_loss", "accuracy", "val_accuracy"]
    patience: NonNegativeInt
    restore_best_weights: bool


class TrainingParams(Parameters):
    """How a network is fitted."""

    loss: str
    epochs: PositiveInt
    batch_size: PositiveInt
    precision: Precision
    engine: Engine
    steps_per_execution: PositiveInt
    early_stopping: EarlyStoppingParams | None


class ClassifierTrainingParams(TrainingParams):
    """How a classifier is fitted."""

    loss: Literal["sparse_categorical_crossentropy", "categorical_crossentropy"]


class AutoencoderTrainingParams(TrainingParams):
    """How an autoencoder is fitted."""

    loss: Literal["mse", "binary_crossentropy"]


def fit_classifier(
    build: Callable[[], KerasModel],
    train_set: LabelledImages,
    validation_set: LabelledImages,
    n_classes: int,
    optimizer: OptimizerParams,
    training: ClassifierTrainingParams,
    seed: int,
    listener: EpochListener | None = None,
) -> tuple[KerasModel, pd.DataFrame]:
    """Fit a network that gives a probability for each class; see :func:`fit_network`.

    ``categorical_crossentropy`` takes one-hot targets, ``sparse_categorical_crossentropy`` the class
    indices: the same training in two notations.
    """
    import keras

    def targets(labels: np.ndarray) -> np.ndarray:
        if training.loss == "categorical_crossentropy":
            return keras.utils.to_categorical(labels, n_classes).astype("float32")
        return labels

    return fit_network(
        build,
        (train_set.images, targets(train_set.labels)),
        (validation_set.images, targets(validation_set.labels)),
        optimizer,
        training,
        seed,
        metrics=("accuracy",),
        listener=listener,
    )


def fit_autoencoder(
    build: Callable[[], KerasModel],
    train_set: LabelledImages,
    validation_set: LabelledImages,
    optimizer: OptimizerParams,
    training: AutoencoderTrainingParams,
    seed: int,
    listener: EpochListener | None = None,
) -> tuple[KerasModel, pd.DataFrame]:
    """Fit a network that gives back its input, without labels; see :func:`fit_network`."""
    return fit_network(
        build,
        (train_set.images, train_set.images),
        (validation_set.images, validation_set.images),
        optimizer,
        training,
        seed,
        listener=listener,
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
) -> tuple[KerasModel, pd.DataFrame]:
    """Build, compile and fit a network.

    With the same seed on the same machine the weights are the same, bit for bit.

    Args:
        build: Gives the uncompiled network; called once the seed and the precision are set.
        train_data: Inputs and targets to fit.
        validation_data: Inputs and targets to watch; never fitted.
        optimizer: Optimizer with its settings.
        training: Loss, epochs, batches, precision, early stopping.
        seed: Seed of the initial weights, the order of the samples and the dropout.
        metrics: Names of Keras metrics to follow beside the loss.
        listener: Called after each epoch with its number, from 1, and its metrics.

    Returns:
        The network, in float32 whatever precision it was fitted in, compiled; and its history, a
        row an epoch: ``epoch`` from 1, ``loss``, the metrics, ``val_loss`` and so on,
        ``learning_rate``, ``seconds``.

    Raises:
        UserError: If the loss becomes infinite or no number.
    """
    import keras
    import tensorflow as tf

    from fashion_nets.training.blocks import fit_in_blocks
    from fashion_nets.training.callbacks import EpochReport

    policy = resolve_precision(training.precision)
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    with dtype_policy(policy):
        model = build()
    # jit_compile would compile each step for itself; the engine compiles blocks of them.
    compile_options = {"loss": training.loss, "metrics": list(metrics), "jit_compile": False}
    model.compile(
        optimizer=optimizer.build(), steps_per_execution=training.steps_per_execution, **compile_options
    )
    on_terminal = sys.stdout.isatty()
    callbacks: list[keras.callbacks.Callback] = [EpochReport(listener, log_lines=not on_terminal)]
    if training.early_stopping is not None:
        callbacks.append(keras.callbacks.EarlyStopping(**training.early_stopping.model_dump()))
    fitted = fit_in_blocks(
        model,
        train_data,
        training.batch_size,
        training.engine,
        validation_data=validation_data,
        validation_batch_size=BATCH_SIZE,
        epochs=training.epochs,
        callbacks=callbacks,
        verbose=1 if on_terminal else 0,
    )
    history = pd.DataFrame(fitted.history)
    history.insert(0, "epoch", np.arange(1, len(history) + 1))
    _check_loss(model.name, history, optimizer)
    if policy == "float32":
        return model, history
    portable = build()
    portable.set_weights(model.get_weights())
    portable.compile(optimizer=optimizer.build(), **compile_options)
    portable.optimizer.build(portable.trainable_variables)
    for variable, trained in zip(portable.optimizer.variables, model.optimizer.variables, strict=True):
        variable.assign(trained)  # so that the stored network can be trained on
    return portable, history


def _check_loss(network: str, history: pd.DataFrame, optimizer: OptimizerParams) -> None:
    last = history.iloc[-1]
    if not math.isfinite(last["loss"]):
        raise UserError(
            f"The loss of {network} became {last['loss']} in epoch {last['epoch']:.0f}, so its weights are "
            f"useless and were not stored. Usual cause: a learning rate too high, here "
            f"{optimizer.learning_rate:g}; try a tenth with "
            f'--params "{network}.optimizer.learning_rate={optimizer.learning_rate / 10:g}".'
        )
