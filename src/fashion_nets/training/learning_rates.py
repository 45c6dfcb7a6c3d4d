"""Learning-rate schedules that Keras does not have.

They are registered under this package's name: import this module before a model is loaded that was
trained with one.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import keras


@keras.saving.register_keras_serializable("fashion_nets")
class PowerDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Power scheduling, ``initial_learning_rate / (1 + step / decay_steps) ** exponent``.

    ``keras.optimizers.schedules.InverseTimeDecay`` is the case of the exponent 1.

    Args:
        initial_learning_rate: The rate of step 0.
        decay_steps: After how many steps the rate is divided by ``2 ** exponent``.
        exponent: How steeply it falls.

    Reference:
        Lecture, "Learning Rate Scheduler".
    """

    def __init__(self, initial_learning_rate: float, decay_steps: float, exponent: float = 1.0) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.exponent = exponent

    def __call__(self, step: Any) -> Any:
        """The rate of a step, counted from 0."""
        growth = 1 + keras.ops.cast(step, "float32") / self.decay_steps
        return self.initial_learning_rate / keras.ops.power(growth, self.exponent)

    def get_config(self) -> dict[str, Any]:
        """The arguments, as a stored model keeps them."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "exponent": self.exponent,
        }


@keras.saving.register_keras_serializable("fashion_nets")
class PiecewiseLinear(keras.optimizers.schedules.LearningRateSchedule):
    """A rate on straight lines between points, constant before the first and after the last.

    Args:
        steps: Where the points are, increasing.
        learning_rates: The rate at each point.
    """

    def __init__(self, steps: Sequence[float], learning_rates: Sequence[float]) -> None:
        self.steps = list(steps)
        self.learning_rates = list(learning_rates)

    def __call__(self, step: Any) -> Any:
        """The rate of a step, counted from 0."""
        step = keras.ops.cast(step, "float32")
        rate = keras.ops.convert_to_tensor(self.learning_rates[0], "float32")
        for (start, end), (before, after) in zip(
            pairwise(self.steps), pairwise(self.learning_rates), strict=True
        ):
            rate += (after - before) * (keras.ops.clip(step, start, end) - start) / (end - start)
        return rate

    def get_config(self) -> dict[str, Any]:
        """The arguments, as a stored model keeps them."""
        return {"steps": self.steps, "learning_rates": self.learning_rates}
