"""Parameter types that several networks share."""

from typing import Annotated

from pydantic import AfterValidator, Field, PositiveInt


def _check_activation(name: str) -> str:
    import keras

    try:
        keras.activations.get(name)
    except ValueError as error:
        known = sorted(key for key in vars(keras.activations) if key.islower() and not key.startswith("_"))
        known = [key for key in known if key not in {"deserialize", "get", "serialize"}]
        raise ValueError(f"Keras has no activation {name!r}; it has {', '.join(known)}") from error
    return name


Activation = Annotated[str, AfterValidator(_check_activation)]
"""The name of a function in ``keras.activations``."""

DropoutRate = Annotated[float, Field(ge=0, lt=1)]
"""The fraction dropped, not kept: 0 switches dropout off."""

Units = tuple[PositiveInt, ...]
"""The sizes of dense layers, in order."""
