"""Types of Keras, without the seconds that importing Keras takes.

Kedro reads the type hints of every registered node, also for ``kedro registry list`` and for runs
that touch nothing but data.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keras import Initializer, KerasTensor, Layer, Operation, Optimizer, Regularizer, Variable
    from keras import Model as KerasModel
    from keras.callbacks import Callback
    from keras.optimizers.schedules import LearningRateSchedule
else:
    Initializer = KerasTensor = Layer = Operation = Optimizer = Regularizer = Variable = Any
    Callback = KerasModel = LearningRateSchedule = Any

__all__ = [
    "Callback",
    "Initializer",
    "KerasModel",
    "KerasTensor",
    "Layer",
    "LearningRateSchedule",
    "Operation",
    "Optimizer",
    "Regularizer",
    "Variable",
]
