"""How functions become the nodes of a pipeline."""

from collections.abc import Callable, Iterable
from typing import Any

from kedro.pipeline import Node, node


def step(
    function: Callable[..., Any],
    inputs: str | list[str] | dict[str, str],
    outputs: str | list[str],
    tags: str | Iterable[str] | None = None,
    name: str | None = None,
) -> Node:
    """Make a node, called as its function unless ``name`` says otherwise, of names in the catalog."""
    return node(function, inputs, outputs, name=name or function.__name__, tags=tags)
