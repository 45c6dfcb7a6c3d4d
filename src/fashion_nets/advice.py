"""Where a person changes a parameter that was refused."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from fashion_nets.parameters import LIKE
from fashion_nets.project import project_root

# The one that Kedro reads with: less strict, and faster.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def where_to_change(group: str, fields: Sequence[str], env: str | None) -> str:
    """Say which file of conf/ states a parameter, and how to state it for one run.

    Args:
        group: Path of the group of parameters, such as ``mlp.training``.
        fields: Paths of the wrong fields within the group; none where the group itself is wrong.
        env: The environment, whose files win over those of the base.
    """
    field = f"{group}.{fields[0]}".removeprefix(".") if len(fields) == 1 else None
    file = _file_of(field, env) if field else None
    option = f"{field}=VALUE" if file else f"{group}.NAME=VALUE".removeprefix(".")
    return f'Change it in {file or _file_of(group, env) or "conf/"} or with --params "{option}".'


def _file_of(name: str, env: str | None) -> str | None:
    """The file that states a parameter or a group, or else what the group takes it from.

    That is the block that it is like, or the settings of the network's architecture.
    """
    conf = project_root() / "conf"
    folders = conf / (env or os.environ.get("KEDRO_ENV", "local")), conf / "base"
    files = {file: parameters for folder in folders for file, parameters in read_files(folder)}
    for file, parameters in files.items():
        if _has(parameters, name.split(".")):
            return file
    group, _, field = name.rpartition(".")
    groups = (_find(parameters, group.split(".")) for parameters in files.values())
    blocks = [found[LIKE] for found in groups if isinstance(found, Mapping) and LIKE in found]
    if blocks:
        return _file_of(f"{blocks[0]}.{field}", env)
    places = (_file_of(place, env) for place in _places_in_settings(name, files.values()))
    return next(filter(None, places), None)


def _places_in_settings(name: str, files: Iterable[Any]) -> Iterator[str]:
    """Where the settings of architectures may state a parameter of a network that takes them.

    First those of the architecture that the files name, then the others, as a run may choose one of these.
    """
    network, _, field = name.partition(".")
    settings = [name for parameters in files for name in _find(parameters, ["architecture_settings"]) or ()]
    named = [_find(parameters, [network, "architecture", "name"]) for parameters in files]
    chosen = next(filter(None, named), None)
    if chosen in settings:
        yield from (f"architecture_settings.{architecture}.{field}" for architecture in [chosen, *settings])


def read_files(folder: Path) -> Iterator[tuple[str, Any]]:
    """The files of parameters of an environment, ``conf/<environment>``, with what they state."""
    for path in sorted(folder.glob("parameters*.yml")):
        yield f"conf/{folder.name}/{path.name}", yaml.load(path.read_text(encoding="utf-8"), _Loader) or {}


def _has(parameters: Any, keys: list[str]) -> bool:
    group = _find(parameters, keys[:-1])
    return isinstance(group, Mapping) and keys[-1] in group


def _find(parameters: Any, keys: list[str]) -> Any:
    for key in keys:
        parameters = parameters.get(key) if isinstance(parameters, Mapping) else None
    return parameters
