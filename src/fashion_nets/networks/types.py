"""The type of a Keras model, without the seconds that importing Keras takes.

Kedro reads the type hints of every registered node, also for ``kedro registry list`` and for runs
that touch nothing but data.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keras import Model as KerasModel
else:
    KerasModel = Any

__all__ = ["KerasModel"]
