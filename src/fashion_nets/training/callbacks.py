"""Callbacks of this project."""

import logging
import math
import time
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from fashion_nets.data.image_set import intensities
from fashion_nets.inspection.prediction import BATCH_SIZE
from fashion_nets.training.fit import EpochListener
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import TrainingParams
from fashion_nets.training.schedules import PlateauSchedule

logger = logging.getLogger(__name__)


def make_callbacks(
    train_data: tuple[np.ndarray, np.ndarray],
    optimizer: OptimizerParams,
    training: TrainingParams,
    listener: EpochListener | None,
) -> Iterator[keras.callbacks.Callback]:
    """This project's callbacks in order: what measures, what reports, what acts on it for the next epoch."""
    if training.gradient_norm is not None:
        images, targets = (array[: training.gradient_norm.images] for array in train_data)
        yield GradientNorm(images, targets, training.gradient_norm.threshold)
    yield EpochReport(listener)
    if isinstance(optimizer.schedule, PlateauSchedule):
        yield optimizer.schedule.callback()
    if training.early_stopping is not None:
        yield keras.callbacks.EarlyStopping(**training.early_stopping.model_dump())


class EpochReport(keras.callbacks.Callback):
    """Complete each epoch's metrics, stop where the loss is infinite or NaN, and report them.

    Adds ``learning_rate`` (of the epoch's last step) and ``seconds`` (of the epoch, validation and the
    callbacks before this one included) to the epoch's logs, so that they reach the history.

    Args:
        listener: Receives the completed metrics of each epoch.
    """

    def __init__(self, listener: EpochListener | None = None) -> None:
        super().__init__()
        self._listener = listener
        self._start = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002, D102
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: D102
        logs = logs if logs is not None else {}
        logs["learning_rate"] = _last_learning_rate(self.model.optimizer)
        logs["seconds"] = time.perf_counter() - self._start
        if not math.isfinite(logs["loss"]):
            self.model.stop_training = True
        if self._listener is not None:
            self._listener(epoch + 1, logs)


def _last_learning_rate(optimizer: keras.Optimizer) -> float:
    """What the last step took; ``optimizer.learning_rate`` is what the next one would take."""
    rate = optimizer.get_config()["learning_rate"]
    if not isinstance(rate, dict):
        return rate
    schedule = keras.optimizers.schedules.deserialize(rate)
    return float(keras.ops.convert_to_numpy(schedule(optimizer.iterations - 1)))


class GradientNorm(keras.callbacks.Callback):
    """Measure the gradient after each epoch, and stop where its norm falls under a threshold.

    Adds ``gradient_norm`` to the epoch's logs: the Euclidean norm of the gradient of the loss, penalties
    on weights included, with respect to all trainable weights together. The network is used as for
    predictions, without dropout and with the moving averages of batch normalization.

    Args:
        inputs: What the loss is averaged over, n rows; images as grey levels or intensities.
        targets: Their targets, n rows.
        threshold: Stops the training; None never does.

    Reference:
        Lecture, "Early Stopping Criteria".
    """

    def __init__(self, inputs: np.ndarray, targets: np.ndarray, threshold: float | None) -> None:
        super().__init__()
        self._inputs = inputs
        self._targets = targets
        self._threshold = threshold

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002, D102
        self._gradient_of = tf.function(self._gradient_of_chunk, reduce_retracing=True)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: D102
        norm = self._norm()
        if logs is not None:
            logs["gradient_norm"] = norm
        if self._threshold is not None and norm < self._threshold:
            self.model.stop_training = True
            logger.info(
                "%s stops after epoch %d: the norm of its gradient, %.3g, is under %.3g",
                self.model.name,
                epoch + 1,
                norm,
                self._threshold,
            )

    def _norm(self) -> float:
        """The norm of the mean gradient, from chunks that fit into memory whatever the number of rows."""
        total = [tf.zeros_like(weights) for weights in self.model.trainable_variables]
        for start in range(0, len(self._inputs), BATCH_SIZE):
            chunk = slice(start, start + BATCH_SIZE)
            inputs, targets = intensities(self._inputs[chunk]), intensities(self._targets[chunk])
            gradient = self._gradient_of(tf.convert_to_tensor(inputs), tf.convert_to_tensor(targets))
            share = len(inputs) / len(self._inputs)
            total = [before + share * added for before, added in zip(total, gradient, strict=True)]
        return float(tf.linalg.global_norm(total))

    def _gradient_of_chunk(self, inputs: tf.Tensor, targets: tf.Tensor) -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            outputs = self.model(inputs, training=False)
            loss = self.model.compute_loss(inputs, targets, outputs, training=False)
        return tape.gradient(loss, [variable.value for variable in self.model.trainable_variables])
