"""How functions become the nodes of a pipeline."""

from collections.abc import Callable, Iterable
from typing import Any

from kedro.pipeline import Node, node


def step(
    function: Callable[..., Any],
    inputs: str | list[str] | dict[str, str],
    outputs: str | list[str],
    tags: str | Iterable[str] | None = None,
) -> Node:
    """Make a node of a function, which gives it its name; inputs and outputs are names in the catalog."""
    return node(function, inputs, outputs, name=function.__name__, tags=tags)
