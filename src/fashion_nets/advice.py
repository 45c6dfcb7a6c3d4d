"""Where a person changes a parameter that was refused."""

import os
from collections.abc import Sequence
from typing import Any

import yaml

from fashion_nets.project import project_root


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
    conf = project_root() / "conf"
    for folder in (env or os.environ.get("KEDRO_ENV", "local"), "base"):
        for path in sorted((conf / folder).glob("parameters*.yml")):
            if _has(yaml.safe_load(path.read_text()) or {}, name.split(".")):
                return f"conf/{folder}/{path.name}"
    return None


def _has(parameters: Any, keys: list[str]) -> bool:
    return not keys or (
        isinstance(parameters, dict) and keys[0] in parameters and _has(parameters[keys[0]], keys[1:])
    )
