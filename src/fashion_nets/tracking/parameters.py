"""Which parameters MLflow is told."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from fashion_nets.provenance.changes import WITHOUT_INFLUENCE

FOR_PEOPLE = WITHOUT_INFLUENCE | {"question"}
"""Parameters on which no result depends, by their names within their groups."""


def that_matter(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Those on which a result may depend: no sentences, no addresses, no places on one machine."""
    return {
        name: value
        for name, value in flat.items()
        if name.rpartition(".")[2] not in FOR_PEOPLE and not _is_place(value)
    }


def _is_place(value: Any) -> bool:
    return isinstance(value, str) and ("://" in value or PurePath(value).is_absolute())
