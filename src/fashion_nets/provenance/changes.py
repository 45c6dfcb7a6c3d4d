"""What differs between what two results were made from."""

from collections.abc import Mapping
from typing import Any


def changes(before: Mapping[str, Any], after: Mapping[str, Any], group: str = "") -> list[str]:
    """The paths of the values that differ between two nested mappings, such as ``optimizer.momentum``."""
    paths = []
    for name in {**before, **after}:
        one, other = before.get(name), after.get(name)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            paths += changes(one, other, f"{group}{name}.")
        elif one != other:
            paths.append(f"{group}{name}")
    return paths
