"""How the learning rate changes during the training (lecture, "Learning Rate Scheduler").

All lengths are in epochs, parts of them too, so that a schedule means the same with every batch size;
the rate changes with every step. A length left out lasts to the end of the training.
"""

from itertools import pairwise
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args

from pydantic import (
    BeforeValidator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    SerializeAsAny,
    model_validator,
)

from fashion_nets.errors import UserError
from fashion_nets.networks.keras_objects import split, suggest
from fashion_nets.networks.types import Callback, LearningRateSchedule
from fashion_nets.parameters import Parameters

Metric = Literal["loss", "val_loss", "accuracy", "val_accuracy"]
"""What a schedule and early stopping may watch."""


class TrainingLength(NamedTuple):
    """How long a training may last."""

    epochs: int
    steps_per_epoch: int

    def steps(self, epochs: float) -> int:
        """How many steps so many epochs have, at least one."""
        return max(1, round(epochs * self.steps_per_epoch))


class Schedule(Parameters):
    """A learning rate that depends on the steps taken."""

    name: str

    def build(self, learning_rate: float, length: TrainingLength) -> float | LearningRateSchedule:
        """What an optimizer of Keras takes as its learning rate.

        Args:
            learning_rate: The optimizer's own, which the schedule starts from or rises to.
            length: How long the training may last.

        Raises:
            UserError: If the schedule does not fit into the training.
        """
        raise NotImplementedError


class PowerSchedule(Schedule):
    """``learning_rate / (1 + t / decay_epochs) ** exponent`` after t epochs."""

    name: Literal["power"]
    decay_epochs: PositiveFloat
    exponent: PositiveFloat = 1.0

    def build(self, learning_rate: float, length: TrainingLength) -> LearningRateSchedule:  # noqa: D102
        from fashion_nets.training.learning_rates import PowerDecay

        return PowerDecay(learning_rate, length.steps(self.decay_epochs), self.exponent)


class ExponentialSchedule(Schedule):
    """``learning_rate * decay_rate ** (t / decay_epochs)`` after t epochs.

    With ``staircase`` the exponent counts only full ``decay_epochs``.
    """

    name: Literal["exponential"]
    decay_epochs: PositiveFloat
    decay_rate: PositiveFloat
    staircase: bool = False

    def build(self, learning_rate: float, length: TrainingLength) -> LearningRateSchedule:  # noqa: D102
        import keras

        return keras.optimizers.schedules.ExponentialDecay(
            learning_rate, length.steps(self.decay_epochs), self.decay_rate, self.staircase
        )


class PiecewiseConstantSchedule(Schedule):
    """``learning_rate`` times the first factor up to the first boundary, then times the second, and so on.

    Attributes:
        boundaries: In epochs, increasing.
        factors: One more than boundaries.
    """

    name: Literal["piecewise_constant"]
    boundaries: tuple[PositiveFloat, ...] = Field(min_length=1)
    factors: tuple[PositiveFloat, ...]

    @model_validator(mode="after")
    def _check_pieces(self) -> Self:
        if any(after <= before for before, after in pairwise(self.boundaries)):
            raise ValueError(f"'boundaries' must increase, got {list(self.boundaries)}")
        if len(self.factors) != len(self.boundaries) + 1:
            raise ValueError(
                f"'factors' must be one more than the {len(self.boundaries)} boundaries, "
                f"got {len(self.factors)}"
            )
        return self

    def build(self, learning_rate: float, length: TrainingLength) -> LearningRateSchedule:  # noqa: D102
        import keras

        # Keras's boundary is the last step of a piece, and its steps count from 0.
        last_steps = [length.steps(boundary) - 1 for boundary in self.boundaries]
        rates = [factor * learning_rate for factor in self.factors]
        return keras.optimizers.schedules.PiecewiseConstantDecay(last_steps, rates)


class PolynomialSchedule(Schedule):
    """From ``learning_rate`` down to ``end_learning_rate``, in a straight line where ``power`` is 1.

    With ``cycle`` it starts anew from a multiple of ``decay_epochs``, as Keras's PolynomialDecay does.
    """

    name: Literal["polynomial"]
    decay_epochs: PositiveFloat | None = None
    end_learning_rate: NonNegativeFloat = 0.0001
    power: PositiveFloat = 1.0
    cycle: bool = False

    def build(self, learning_rate: float, length: TrainingLength) -> LearningRateSchedule:  # noqa: D102
        import keras

        return keras.optimizers.schedules.PolynomialDecay(
            learning_rate,
            length.steps(self.decay_epochs or length.epochs),
            self.end_learning_rate,
            self.power,
            self.cycle,
        )


class CosineSchedule(Schedule):
    """Along half a wave of the cosine from ``learning_rate`` down to ``alpha`` times it.

    Before that it may rise from 0 in a straight line for ``warmup_epochs``.

    Reference:
        Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017.
    """

    name: Literal["cosine"]
    decay_epochs: PositiveFloat | None = None
    alpha: Annotated[float, Field(ge=0, le=1)] = 0.0
    warmup_epochs: NonNegativeFloat = 0.0

    def build(self, learning_rate: float, length: TrainingLength) -> LearningRateSchedule:  # noqa: D102
        import keras

        decay_epochs = self.decay_epochs or length.epochs - self.warmup_epochs
        if decay_epochs <= 0:
            raise UserError(
                f"The cosine schedule has warmup_epochs {self.warmup_epochs:g}, which leaves nothing of "
                f"{length.epochs} epochs to decay in. Use fewer warmup_epochs or more epochs."
            )
        decay_steps = length.steps(decay_epochs)
        if not self.warmup_epochs:
            return keras.optimizers.schedules.CosineDecay(learning_rate, decay_steps, self.alpha)
        return keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=0.0,
            decay_steps=decay_steps,
            alpha=self.alpha,
            warmup_target=learning_rate,
            warmup_steps=length.steps(self.warmup_epochs),
        )


class OneCycleSchedule(Schedule):
    """Up to ``learning_rate`` and down again in straight lines, then far lower for the last epochs.

    Attributes:
        cycle_epochs: The length of all three parts together.
        start_factor: The rate at the start and after the descent, as a part of ``learning_rate``.
        final_factor: The rate at the end, likewise.
        final_share: The part of the length that the last drop takes; ascent and descent share the rest.

    Reference:
        Smith, "A disciplined approach to neural network hyper-parameters: Part 1", 2018; without its
        momentum, which would fall while the rate rises and rise while it falls.
    """

    name: Literal["one_cycle"]
    cycle_epochs: PositiveFloat | None = None
    start_factor: Annotated[float, Field(gt=0, le=1)] = 0.1
    final_factor: Annotated[float, Field(ge=0, le=1)] = 0.001
    final_share: Annotated[float, Field(gt=0, lt=1)] = 0.1

    def build(self, learning_rate: float, length: TrainingLength) -> LearningRateSchedule:  # noqa: D102
        from fashion_nets.training.learning_rates import PiecewiseLinear

        n_steps = length.steps(self.cycle_epochs or length.epochs)
        rise = n_steps * (1 - self.final_share) / 2
        factors = (self.start_factor, 1.0, self.start_factor, self.final_factor)
        return PiecewiseLinear(
            steps=(0, rise, 2 * rise, n_steps),
            learning_rates=[factor * learning_rate for factor in factors],
        )


class PlateauSchedule(Schedule):
    """``learning_rate``, multiplied by ``factor`` whenever a metric has not improved for some epochs.

    Attributes:
        monitor: The metric.
        factor: Each reduction multiplies the rate by it.
        patience: Epochs without improvement before a reduction.
        min_learning_rate: The rate is not reduced below it.
    """

    name: Literal["plateau"]
    monitor: Metric = "val_loss"
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.5
    patience: PositiveInt = 3
    min_learning_rate: NonNegativeFloat = 0.0

    def build(self, learning_rate: float, length: TrainingLength) -> float:  # noqa: ARG002, D102
        return learning_rate

    def callback(self) -> Callback:
        """What reduces the rate after an epoch."""
        import keras

        return keras.callbacks.ReduceLROnPlateau(
            monitor=self.monitor,
            factor=self.factor,
            patience=self.patience,
            min_lr=self.min_learning_rate,
        )


SCHEDULES = {
    get_args(schedule.model_fields["name"].annotation)[0]: schedule for schedule in Schedule.__subclasses__()
}


def _choose_schedule(specification: Any) -> Schedule | None:
    if specification is None or isinstance(specification, Schedule):
        return specification
    name, settings = split(specification)
    if name not in SCHEDULES:
        raise UserError(f"there is no schedule {name!r}; {suggest(name, SCHEDULES)}")
    return SCHEDULES[name].model_validate({"name": name, **settings})


ScheduleParams = Annotated[SerializeAsAny[Schedule] | None, BeforeValidator(_choose_schedule)]
"""A mapping with the ``name`` of a schedule and its settings, or the name alone; None keeps the rate."""
