"""Parameters as MLflow takes them: one name, one value."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel


def flatten_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """One entry for each single value, its name the path to it: ``mlp.training.epochs``."""
    flat: dict[str, Any] = {}
    for name, value in parameters.items():
        nested = value.model_dump() if isinstance(value, BaseModel) else value
        if isinstance(nested, Mapping) and nested:
            flat |= {f"{name}.{inner}": leaf for inner, leaf in flatten_parameters(nested).items()}
        else:
            flat[name] = nested
    return flat
