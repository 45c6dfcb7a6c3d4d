"""What differs between what two results were made from."""

from collections.abc import Mapping
from typing import Any

KEEPING = frozenset({"resume", "checkpoint_seconds", "workers", "ray"})
"""The fields of a training that say how its state is kept, and those of trials that say where they run: no
result depends on them."""
WITHOUT_INFLUENCE = KEEPING | {"reuse"}
"""Parameters that say how a result is reached and not what it is, by their names within their groups."""
LONGEST_VALUE = 40  # characters of a value that a line shows


def without_keeping(parameters: Any) -> Any:
    """Nested parameters as plain values, without the fields of ``KEEPING``: what a result depends on."""
    if not isinstance(parameters, Mapping):
        return parameters
    return {name: without_keeping(value) for name, value in parameters.items() if name not in KEEPING}


def changes(before: Mapping[str, Any], after: Mapping[str, Any], group: str = "") -> list[str]:
    """The paths of the values that differ between two nested mappings, such as ``optimizer.momentum``."""
    return [path for path, _, _ in _differences(before, after, group)]


def describe_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Say how parameters differ, such as ``mlp.training.epochs 10 -> 20``, but for those without influence.

    Lists and texts are shortened.
    """
    return [
        f"{path} {_shorten(one)} -> {_shorten(other)}"
        for path, one, other in _differences(before, after, "")
        if path.rpartition(".")[2] not in WITHOUT_INFLUENCE
    ]


def _differences(
    before: Mapping[str, Any], after: Mapping[str, Any], group: str
) -> list[tuple[str, Any, Any]]:
    different = []
    for name in {**before, **after}:
        one, other = before.get(name), after.get(name)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            different += _differences(one, other, f"{group}{name}.")
        elif one != other:
            different.append((f"{group}{name}", one, other))
    return different


def _shorten(value: Any) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
