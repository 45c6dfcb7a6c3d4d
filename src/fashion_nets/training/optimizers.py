"""Any optimizer of Keras, by name and settings, with a schedule of its learning rate."""

from typing import Self

from pydantic import ConfigDict, PositiveFloat, model_validator

from fashion_nets.networks.keras_objects import construct, find_class
from fashion_nets.networks.types import LearningRateSchedule, Optimizer
from fashion_nets.parameters import Parameters
from fashion_nets.training.schedules import ScheduleParams, TrainingLength


class OptimizerParams(Parameters):
    """An optimizer of ``keras.optimizers`` with its settings.

    Beside the attributes every argument of the optimizer is a parameter here, such as ``momentum`` for
    SGD; unknown ones are refused.

    Attributes:
        name: Such as ``"SGD"``.
        learning_rate: Of all steps, or what the schedule varies.
        schedule: How the learning rate changes.
        clipvalue: The largest absolute value of each component of the gradient.
        clipnorm: The largest norm of the gradient with respect to one weight matrix or bias.
        global_clipnorm: The largest norm of the whole gradient.
    """

    model_config = ConfigDict(extra="allow")

    name: str
    learning_rate: PositiveFloat
    schedule: ScheduleParams
    clipvalue: PositiveFloat | None
    clipnorm: PositiveFloat | None
    global_clipnorm: PositiveFloat | None

    @model_validator(mode="after")
    def _check_settings(self) -> Self:
        names = ("clipvalue", "clipnorm", "global_clipnorm")
        if len(given := [name for name in names if getattr(self, name) is not None]) > 1:
            raise ValueError(
                f"{' and '.join(given)} exclude each other: keep one of clipvalue (limits each component of "
                "the gradient), clipnorm (its norm for each weight matrix) and global_clipnorm (its whole "
                "norm), and set the others to null"
            )
        self._construct(self.learning_rate)
        return self

    def _construct(self, learning_rate: float | LearningRateSchedule) -> Optimizer:
        import keras

        # Keras's own registry leaves out Lamb; what takes no learning rate wraps another optimizer.
        optimizer = find_class(
            keras.optimizers, keras.Optimizer, self.name, "optimizer", argument="learning_rate"
        )
        settings = self.model_dump(exclude={"name", "learning_rate", "schedule"})
        return construct(optimizer, settings, learning_rate=learning_rate)

    def build(self, length: TrainingLength) -> Optimizer:
        """A fresh optimizer with these settings.

        Args:
            length: How long the training may last, for the schedule.

        Raises:
            UserError: If the schedule does not fit into the training.
        """
        if self.schedule is None:
            return self._construct(self.learning_rate)
        return self._construct(self.schedule.build(self.learning_rate, length))
