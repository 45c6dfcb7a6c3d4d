"""What a person is told to do: where to change a parameter that was refused, which command to run."""

import json
import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import click
import yaml

from fashion_nets.parameters import LIKE, find_value, flatten_parameters, value_at
from fashion_nets.project import as_seen_from_the_project, has_project, project_root

# The one that Kedro reads with: less strict, and faster.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Configuration(Protocol):
    """What a loader of Kedro says of where it reads.

    Attributes:
        conf_source: The folder of the environments, or an archive.
        env: The environment, whose files win over those of the base; None leaves it to ``KEDRO_ENV``.
        runtime_params: What was stated for one run, in nested groups.
    """

    @property
    def conf_source(self) -> str | Path: ...  # noqa: D102

    @property
    def env(self) -> str | None: ...  # noqa: D102

    @property
    def runtime_params(self) -> Mapping[str, Any] | None: ...  # noqa: D102


def run_command(conf: Configuration, pipelines: Iterable[str], *options: str) -> str:
    """The command that runs pipelines with the configuration of this run, its own parameters included."""
    return command_with(conf, pipelines, *_options_with(conf.runtime_params or {}), *options)


def command_with(conf: Configuration, pipelines: Iterable[str], *options: str) -> str:
    """The command that runs pipelines, or the default one if none is named, with these options."""
    source = Path(conf.conf_source).absolute()
    where = [f"--env={conf.env}"] if conf.env else []
    if source != project_root() / "conf":
        where.append(f"--conf-source={source}")
    program = ["kedro", "run"] if has_project() else ["python", "-m", "fashion_nets"]
    named = ",".join(pipelines)
    return shlex.join([*program, *where, *options, *([f"--pipelines={named}"] if named else [])])


def command_of_process() -> str:
    """The command that this process was started by, without the folder of its program."""
    if "ipykernel" in sys.argv[0]:
        return "a notebook"
    return shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])


def _options_with(parameters: Mapping[str, Any]) -> list[str]:
    """The options that state parameters for one run: ``--params``, or the file of ``--config``.

    What ``--params`` cannot carry, such as a list, was stated in such a file, or by a script.
    """
    stated = flatten_parameters(parameters)
    carried = {name: text for name, value in stated.items() if (text := as_option(value)) is not None}
    if len(carried) < len(stated) and (file := _config_file()):
        return [f"--config={file}"]
    pairs = ",".join(f"{name}={text}" for name, text in carried.items())
    return [f"--params={pairs}"] if pairs else []


def as_option(value: Any) -> str | None:
    """How ``--params`` states a value; None if it cannot."""
    if isinstance(value, str):
        text = value if _is_read_as_it_is(value) else json.dumps(value, ensure_ascii=False)
        return None if "," in text else text
    return json.dumps(value) if value is None or isinstance(value, bool | int | float) else None


def _is_read_as_it_is(text: str) -> bool:
    if _is_number(text):  # such as 1e3, which Kedro reads as one
        return False
    try:
        return not text or yaml.safe_load(text) == text
    except (yaml.YAMLError, ValueError):
        return False


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _config_file() -> str | None:
    """The file that the command line names by ``--config``."""
    context = click.get_current_context(silent=True)
    while context is not None:
        if file := context.params.get("config"):
            return str(file)
        context = context.parent
    return None


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
        if _has(parameters, name):
            return file
    group, _, field = name.rpartition(".")
    groups = (find_value(parameters, group) for parameters in files.values())
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
    stated = (find_value(parameters, "architecture_settings") for parameters in files)
    settings = [architecture for each in stated for architecture in each or ()]
    named = [find_value(parameters, f"{network}.architecture.name") for parameters in files]
    chosen = next(filter(None, named), None)
    if chosen in settings:
        yield from (f"architecture_settings.{architecture}.{field}" for architecture in [chosen, *settings])


def read_files(folder: Path) -> Iterator[tuple[str, Any]]:
    """The files of parameters of an environment, ``conf/<environment>``, with what they state."""
    for path in sorted(folder.glob("parameters*.yml")):
        yield _shown(path), yaml.load(path.read_text(encoding="utf-8"), _Loader) or {}


def _shown(path: Path) -> str:
    """A file of the project as seen from its root; others by their whole path."""
    shown = as_seen_from_the_project(path.absolute())
    return f"{shown}/" if path.is_dir() else shown


def _has(parameters: Any, name: str) -> bool:
    try:
        value_at(parameters, name)
    except KeyError:
        return False
    return True
