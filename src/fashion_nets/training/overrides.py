"""Other values for some parameters of a network, by dotted path."""

import copy
from collections.abc import Mapping
from typing import Any

from fashion_nets.errors import UserError
from fashion_nets.training.recipe import complete_network

Overrides = dict[str, Any]
"""Values by dotted path, such as ``{"optimizer.momentum": 0.9}``; a mapping replaces what was there."""


def merge_overrides(*groups: Mapping[str, Any]) -> Overrides:
    """Put overrides together: those of later groups come later, so that they win also where the paths differ.

    ``architecture.blocks`` takes the place of ``architecture.blocks.0.filters`` that came before it, and
    leaves what comes after it.
    """
    merged: Overrides = {}
    for group in groups:
        for path, value in group.items():
            merged.pop(path, None)  # a key that is there would keep its place
            merged[path] = value
    return merged


def override_network(
    base: Mapping[str, Any], overrides: Mapping[str, Any], architecture_settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Put other values into the groups of a network.

    Args:
        base: Its groups, as by :meth:`fashion_nets.training.recipe.Recipe.parameters`; left as they are.
        overrides: Values by dotted path, the later ones over the earlier; a number in a path is a place in a
            list, from 0. Another ``architecture.name`` brings all settings of that architecture with it.
        architecture_settings: These settings, by the name of the architecture.

    Returns:
        The groups, which :func:`fashion_nets.training.recipe.read_recipe` takes and checks.

    Raises:
        UserError: If there is no such architecture, or no such place in a list.
    """
    parameters = copy.deepcopy(dict(_choose_base(base, overrides, architecture_settings)))
    for path, value in overrides.items():
        *groups, name = path.split(".")
        place: Any = parameters
        for group in groups:
            inner = _at(place, group, path)
            if not isinstance(inner, dict | list):
                inner = place[group] = {}
            place = inner
        if isinstance(place, list):
            _at(place, name, path)
            place[int(name)] = value
        else:
            place[name] = value
    return parameters


def _choose_base(
    base: Mapping[str, Any], overrides: Mapping[str, Any], architecture_settings: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What the overrides change: the network, or another architecture with all settings of its own."""
    before, name = base["architecture"].get("name"), overrides.get("architecture.name")
    if name is None or before in (None, name):
        return base
    return complete_network({"architecture": {"name": name}}, architecture_settings)


def _at(place: Any, name: str, path: str) -> Any:
    """What stands in a group or a list; None where nothing does in a group."""
    if not isinstance(place, list):
        return place.get(name)
    if not name.isdecimal() or int(name) >= len(place):
        raise UserError(f"'{path}': there is no place {name} in {place}, which has 0 to {len(place) - 1}")
    return place[int(name)]
