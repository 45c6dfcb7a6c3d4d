"""What a person is told to do: where to change a parameter that was refused, which command to run."""

import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import yaml

from fashion_nets.parameters import LIKE
from fashion_nets.project import project_root

# The one that Kedro reads with: less strict, and faster.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Configuration(Protocol):
    """What a loader of Kedro says of where it reads.

    Attributes:
        conf_source: The folder of the environments, or an archive.
        env: The environment, whose files win over those of the base; None leaves it to ``KEDRO_ENV``.
    """

    @property
    def conf_source(self) -> str | Path: ...  # noqa: D102

    @property
    def env(self) -> str | None: ...  # noqa: D102


def run_command(conf: Configuration, pipelines: Iterable[str], *options: str) -> str:
    """The command that runs pipelines with the configuration of this run."""
    source = Path(conf.conf_source).absolute()
    where = [f"--env={conf.env}"] if conf.env else []
    if source != project_root() / "conf":
        where.append(f"--conf-source={source}")
    return shlex.join(["kedro", "run", *where, *options, f"--pipelines={','.join(pipelines)}"])


def command_of_process() -> str:
    """The command that this process was started by, without the folder of its program."""
    if "ipykernel" in sys.argv[0]:
        return "a notebook"
    return shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])


def where_to_change(group: str, fields: Sequence[str], conf: Configuration) -> str:
    """Say which file of conf/ states a parameter, and how to state it for one run.

    Args:
        group: Path of the group of parameters, such as ``mlp.training``.
        fields: Paths of the wrong fields within the group; none where the group itself is wrong.
        conf: Where parameters are read.
    """
    field = f"{group}.{fields[0]}".removeprefix(".") if len(fields) == 1 else None
    file = _file_of(field, conf) if field else None
    option = f"{field}=VALUE" if file else f"{group}.NAME=VALUE".removeprefix(".")
    place = file or _file_of(group, conf) or _shown(Path(conf.conf_source))
    return f'Change it in {place} or with --params "{option}".'


def _file_of(name: str, conf: Configuration) -> str | None:
    """The file that states a parameter or a group, or else what the group takes it from.

    That is the block that it is like, or the settings of the network's architecture.
    """
    source = Path(conf.conf_source)
    folders = source / (conf.env or os.environ.get("KEDRO_ENV", "local")), source / "base"
    files = {file: parameters for folder in folders for file, parameters in read_files(folder)}
    for file, parameters in files.items():
        if _has(parameters, name.split(".")):
            return file
    group, _, field = name.rpartition(".")
    groups = (_find(parameters, group.split(".")) for parameters in files.values())
    blocks = [found[LIKE] for found in groups if isinstance(found, Mapping) and LIKE in found]
    if blocks:
        return _file_of(f"{blocks[0]}.{field}", conf)
    places = (_file_of(place, conf) for place in _places_in_settings(name, files.values()))
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
        yield _shown(path), yaml.load(path.read_text(encoding="utf-8"), _Loader) or {}


def _shown(path: Path) -> str:
    """A file of the project as seen from its root; others by their whole path."""
    path, root = path.absolute(), project_root()
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    return f"{shown}/" if path.is_dir() else str(shown)


def _has(parameters: Any, keys: list[str]) -> bool:
    group = _find(parameters, keys[:-1])
    return isinstance(group, Mapping) and keys[-1] in group


def _find(parameters: Any, keys: list[str]) -> Any:
    for key in keys:
        parameters = parameters.get(key) if isinstance(parameters, Mapping) else None
    return parameters
