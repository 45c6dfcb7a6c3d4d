"""What conf/ says of how a network is fitted."""

import math
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import (
    BeforeValidator,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    StrictBool,
)

from fashion_nets.errors import UserError
from fashion_nets.parameters import Parameters
from fashion_nets.training.engine import Engine
from fashion_nets.training.precision import Precision
from fashion_nets.training.schedules import Metric


class EarlyStoppingParams(Parameters):
    """When to stop before the last epoch."""

    monitor: Metric
    patience: NonNegativeInt
    restore_best_weights: bool


class GradientNormParams(Parameters):
    """Whether the norm of the gradient is recorded, and ends the training.

    Attributes:
        images: How many training images, the first ones, the gradient is computed on.
        threshold: A norm under it ends the training; None only records the norm.
    """

    images: PositiveInt
    threshold: PositiveFloat | None


def _check_batch_size(value: Any) -> Any:
    if value == "full" or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    raise ValueError(f"expected a number of images, 1 or more, or 'full' for all of them, got {value!r}")


class TrainingParams(Parameters):
    """How a network is fitted.

    Attributes:
        loss: Name of a loss of Keras.
        epochs: Upper bound where something may stop the training.
        batch_size: Training images per step; ``full`` takes all of them in every step.
        precision: Number format of the arithmetic.
        engine: What runs the steps.
        steps_per_execution: Steps in one call of TensorFlow.
        early_stopping: When to stop because nothing improves.
        gradient_norm: When to stop because the gradient is small.
        resume: Whether a training that was interrupted goes on.
        checkpoint_seconds: Its state is stored after an epoch once so many seconds have passed since the last
            time; 0 stores it after each.
    """

    loss: str
    epochs: PositiveInt
    batch_size: Annotated[int | Literal["full"], BeforeValidator(_check_batch_size)]
    precision: Precision
    engine: Engine
    steps_per_execution: PositiveInt
    early_stopping: EarlyStoppingParams | None
    gradient_norm: GradientNormParams | None
    resume: StrictBool
    checkpoint_seconds: NonNegativeFloat

    @property
    def may_stop_early(self) -> bool:
        """Whether something may end it before its last epoch."""
        norm = self.gradient_norm
        return self.early_stopping is not None or (norm is not None and norm.threshold is not None)


ClassifierLoss = Literal["sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy"]


class ClassifierTrainingParams(TrainingParams):
    """How a classifier is fitted.

    Attributes:
        label_smoothing: The part of each training target that is spread evenly over all classes.
    """

    loss: ClassifierLoss
    label_smoothing: Annotated[float, Field(ge=0, lt=1)]

    def count_outputs(self, n_classes: int) -> int:
        """How many outputs the network has: one for each class, or one unit for two (binary cross-entropy).

        Raises:
            UserError: If binary cross-entropy should tell more classes apart than two.
        """
        if self.loss != "binary_crossentropy":
            return n_classes
        if n_classes != 2:
            raise UserError(
                f"training.loss: binary_crossentropy tells two classes apart, and there are {n_classes}. "
                "Choose sparse_categorical_crossentropy."
            )
        return 1


class AutoencoderTrainingParams(TrainingParams):
    """How an autoencoder is fitted."""

    loss: Literal["mse", "binary_crossentropy"]


def kept_epoch(history: pd.DataFrame, stopping: EarlyStoppingParams | None) -> int:
    """The epoch, counted from 1, that has left the weights of a trained network: the last or the best one.

    Args:
        history: A row per epoch; where there are phases, the last one decides.
        stopping: What might have stopped it early. Keras restores the best weights at the end of every
            training that asks for it, stopped or not.
    """
    phases = history.get("phase")
    rows = history if phases is None else history[phases == phases.iloc[-1]]
    if stopping is None or not stopping.restore_best_weights:
        return int(rows["epoch"].iloc[-1])
    watched = rows[stopping.monitor].where(rows[stopping.monitor].abs() < math.inf)
    if watched.isna().all():
        return int(rows["epoch"].iloc[0])
    best = watched.idxmax() if stopping.monitor.endswith("accuracy") else watched.idxmin()
    return int(rows["epoch"].loc[best])
