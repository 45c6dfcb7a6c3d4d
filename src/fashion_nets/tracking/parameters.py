"""Parameters as MLflow takes them: one name, one value."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from pydantic import BaseModel

from fashion_nets.provenance.changes import WITHOUT_INFLUENCE

FOR_PEOPLE = WITHOUT_INFLUENCE | {"question"}
"""Parameters on which no result depends, by their names within their groups."""


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


def that_matter(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Those on which a result may depend: no sentences, no addresses, no places on one machine."""
    return {
        name: value
        for name, value in flat.items()
        if name.rpartition(".")[2] not in FOR_PEOPLE and not _is_place(value)
    }


def _is_place(value: Any) -> bool:
    return isinstance(value, str) and ("://" in value or PurePath(value).is_absolute())
