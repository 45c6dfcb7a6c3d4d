"""What is refused before anything else happens."""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, cast

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from pydantic import Field, StrictBool, StrictInt

from fashion_nets import pipeline_registry
from fashion_nets.advice import where_to_change
from fashion_nets.config_loader import NetworkConfigLoader
from fashion_nets.errors import UserError
from fashion_nets.parameters import Parameters, ParametersError
from fashion_nets.provenance.machine import limit_threads


class TrackingParams(Parameters):
    """Whether runs are tracked."""

    enabled: StrictBool


class SharedParams(Parameters):
    """The parameters that belong to no pipeline."""

    seed: Annotated[StrictInt, Field(ge=0, lt=2**32)]  # what NumPy's seeds may be
    tracking: TrackingParams
    threads: Annotated[StrictInt, Field(gt=0)] | None


class InputHook:
    """Refuses what cannot work, before anything else happens: unknown environments and parameters.

    Typed groups refuse unknown fields by themselves; this finds groups misspelt, which Kedro
    would carry along unused, and checks what belongs to no group.
    """

    @hook_impl(tryfirst=True)
    def after_context_created(self, context: KedroContext) -> None:
        """Compare what the command line names with conf/."""
        loader = cast(NetworkConfigLoader, context.config_loader)
        check_configuration(loader)
        if (threads := loader["parameters"]["threads"]) is not None:
            limit_threads(threads)
        pipelines.configure(pipeline_registry.__name__)  # a session before may list other autoencoders

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, run_params: dict[str, Any]) -> None:
        """Refuse the runner that would hang."""
        if "ParallelRunner" in run_params["runner"] and os.environ.get("KEDRO_MP_CONTEXT") != "spawn":
            raise UserError(
                "ParallelRunner copies this process, and TensorFlow does not survive being copied. "
                "Use --runner=ThreadRunner, or start processes anew by KEDRO_MP_CONTEXT=spawn."
            )


def check_configuration(loader: NetworkConfigLoader) -> None:
    """Compare what the command line names with conf/.

    Raises:
        UserError: If there is no such environment or parameter, or one that belongs to no pipeline is wrong.
    """
    folder = Path(loader.conf_source) / (loader.env or loader.default_run_env)
    if not folder.is_dir():
        known = sorted(path.name for path in folder.parent.iterdir() if path.is_dir())
        raise UserError(f"There is no environment '{folder.name}' in conf/; there are {', '.join(known)}.")
    if loader.runtime_params:
        _check_names(loader.runtime_params, loader.without_runtime_params())
    _check_shared(loader["parameters"], loader.env)


def _check_names(given: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    for group, values in given.items():
        if group not in known:
            raise _unknown(group, {name: name for name in known})
        if not isinstance(known[group], Mapping):
            continue
        if not isinstance(values, Mapping):
            names = ", ".join(known[group])
            raise UserError(f"'{group}' is a group of parameters, got {values!r}; there are {names}.")
        for name, value in values.items():
            if name not in known[group]:
                elsewhere = _find_group(name, known) if isinstance(value, Mapping) else {}
                raise _unknown(
                    f"{group}.{name}", {each: f"{group}.{each}" for each in known[group]}, elsewhere
                )


def _find_group(name: str, known: Mapping[str, Any]) -> dict[str, str]:
    """Where a group within a group is that has this name, if in one place only."""
    places = [group for group, values in known.items() if isinstance(values, Mapping) and name in values]
    return {name: f"{places[0]}.{name}"} if len(places) == 1 else {}


def _unknown(path: str, known: Mapping[str, str], elsewhere: Mapping[str, str] | None = None) -> UserError:
    """Say that there is no such parameter, and which one was meant: paths by name."""
    choice = {**known, **(elsewhere or {})}
    close = difflib.get_close_matches(path.rpartition(".")[2], choice, n=1)
    meant = f"; did you mean '{choice[close[0]]}'?" if close else f"; there are {', '.join(known)}."
    return UserError(f"'{path}' is not a parameter in conf/{meant}")


def _check_shared(parameters: Mapping[str, Any], env: str | None) -> None:
    try:
        SharedParams.model_validate({name: parameters[name] for name in SharedParams.model_fields})
    except ParametersError as error:
        raise UserError(f"{error}. {where_to_change('', error.fields, env)}") from error
