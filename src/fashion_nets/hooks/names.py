"""Names of parameters that nothing knows: misspelt, or of an earlier version."""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fashion_nets.advice import read_files
from fashion_nets.config_loader import NetworkConfigLoader
from fashion_nets.errors import UserError
from fashion_nets.networks.registry import ARCHITECTURES, architectures_of
from fashion_nets.parameters import LIKE
from fashion_nets.pipelines.study.definition import StudyDefinition
from fashion_nets.pipelines.sweep.definition import SweepDefinition
from fashion_nets.training.parameters import ClassifierTrainingParams
from fashion_nets.training.recipe import GROUPS

SETTINGS = "architecture_settings"
FIELDS = {"studies": StudyDefinition.model_fields, "sweeps": SweepDefinition.model_fields}
"""Those of each study and each sweep."""


def check_names(loader: NetworkConfigLoader) -> None:
    """Compare what an environment and the command line name with what there is.

    Below the first two levels, groups that a pipeline takes as a whole are left to their types. No pipeline
    reads all of ``architecture_settings``, ``studies`` and ``sweeps``: their fields are compared here.

    Raises:
        UserError: Says which name nothing knows, in which file unless it was given for one run, and which
            one was meant.
    """
    base, env = loader.of_base(), loader.env or loader.default_run_env
    for file, parameters in read_files(Path(loader.conf_source) / env):
        own = {group: each for group in FIELDS if isinstance(each := parameters.get(group), Mapping)}
        known = base | {group: base[group] | each for group, each in own.items()}
        _check(parameters, known, file)
    if loader.runtime_params:
        _check(loader.runtime_params, loader.without_runtime_params())


def _check(given: Mapping[str, Any], known: Mapping[str, Any], file: str | None = None) -> None:
    for group, values in given.items():
        if str(group).startswith("_"):  # a block, which groups name by _like
            continue
        if group not in known:
            raise _unknown(str(group), {name: name for name in known}, file=file)
        if not isinstance(known[group], Mapping):
            continue
        if not isinstance(values, Mapping):
            raise UserError(
                f"'{group}' is a group of parameters, got {values!r}; there are {', '.join(known[group])}."
                + _place(file)
            )
        for name, value in values.items():
            if name not in known[group] and name != LIKE:
                elsewhere = _find_group(name, known) if isinstance(value, Mapping) else {}
                paths = {each: f"{group}.{each}" for each in known[group]}
                raise _unknown(f"{group}.{name}", paths, elsewhere, file)
            if isinstance(value, Mapping):
                _check_fields(group, name, value, file)


def _check_fields(group: str, name: str, value: Mapping[str, Any], file: str | None) -> None:
    """The fields of the settings of an architecture, of a study and of a sweep."""
    path = f"{group}.{name}"
    if group in FIELDS:
        _check_each(path, value, FIELDS[group], file)
    elif group == SETTINGS and name in architectures_of("classifier"):
        _check_each(path, value, GROUPS, file)
        fields = {
            "architecture": ARCHITECTURES[name].params.model_fields,
            "training": ClassifierTrainingParams.model_fields,
        }
        for part, known in fields.items():
            if isinstance(value.get(part), Mapping):
                _check_each(f"{path}.{part}", value[part], known, file)


def _check_each(path: str, given: Iterable[str], known: Iterable[str], file: str | None) -> None:
    for name in given:
        if name not in known and name != LIKE:
            raise _unknown(f"{path}.{name}", {each: f"{path}.{each}" for each in known}, file=file)


def _find_group(name: str, known: Mapping[str, Any]) -> dict[str, str]:
    """Where a group within a group is that has this name, if in one place only."""
    places = [group for group, values in known.items() if isinstance(values, Mapping) and name in values]
    return {name: f"{places[0]}.{name}"} if len(places) == 1 else {}


def _unknown(
    path: str, known: Mapping[str, str], elsewhere: Mapping[str, str] | None = None, file: str | None = None
) -> UserError:
    """Say that there is no such parameter, and which one was meant: paths by name."""
    choice = {**known, **(elsewhere or {})}
    close = difflib.get_close_matches(path.rpartition(".")[2], choice, n=1)
    meant = f"; did you mean '{choice[close[0]]}'?" if close else f"; there are {', '.join(known)}."
    return UserError(f"'{path}' is not a parameter in conf/{meant}{_place(file)}")


def _place(file: str | None) -> str:
    return f" It stands in {file}." if file else ""
