"""Any optimizer of Keras, by name and settings."""

import inspect
from typing import TYPE_CHECKING, Any, Self

from pydantic import ConfigDict, PositiveFloat, model_validator

from fashion_nets.parameters import Parameters

if TYPE_CHECKING:
    import keras


class OptimizerParams(Parameters):
    """An optimizer of ``keras.optimizers`` with its settings.

    Beside ``name`` and ``learning_rate`` every argument of the optimizer is a parameter here, such
    as ``momentum`` for SGD; unknown ones are refused.
    """

    model_config = ConfigDict(extra="allow")

    name: str
    learning_rate: PositiveFloat

    @model_validator(mode="after")
    def _check_settings(self) -> Self:
        optimizer_class = self._optimizer_class()
        known = set(inspect.signature(optimizer_class).parameters) - {"name", "kwargs"}
        if unknown := set(self._settings()) - known:
            raise ValueError(
                f"{self.name} has no setting {', '.join(map(repr, sorted(unknown)))}; "
                f"it has {', '.join(sorted(known))}"
            )
        try:
            self.build()
        except (ValueError, TypeError) as error:
            raise ValueError(f"Keras refuses {self._settings()} for {self.name}: {error}") from error
        return self

    def _optimizer_class(self) -> type["keras.Optimizer"]:
        classes = _optimizer_classes()
        try:
            return classes[self.name.lower()]
        except KeyError:
            names = sorted(each.__name__ for each in classes.values())
            raise ValueError(
                f"Keras has no optimizer named {self.name!r}; it has {', '.join(names)}"
            ) from None

    def _settings(self) -> dict[str, Any]:
        return self.model_dump(exclude={"name"})

    def build(self) -> "keras.Optimizer":
        """A fresh optimizer with these settings."""
        return self._optimizer_class()(**self._settings())


def _optimizer_classes() -> dict[str, type["keras.Optimizer"]]:
    """What ``keras.optimizers`` offers, by name in lower case, but for wrappers of other optimizers.

    ``keras.optimizers.get`` knows fewer: it leaves out Lamb.
    """
    import keras

    return {
        name.lower(): item
        for name, item in vars(keras.optimizers).items()
        if inspect.isclass(item)
        and issubclass(item, keras.Optimizer)
        and "learning_rate" in inspect.signature(item).parameters
    }
