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


class TrackingParams(Parameters):
    """Whether runs are tracked."""

    enabled: StrictBool


class SharedParams(Parameters):
    """The parameters that belong to no pipeline."""

    seed: Annotated[StrictInt, Field(ge=0, lt=2**32)]  # what NumPy's seeds may be
    tracking: TrackingParams


class InputHook:
    """Refuses what cannot work, before anything else happens: unknown environments and parameters.

    Typed groups refuse unknown fields by themselves; this finds groups misspelt, which Kedro
    would carry along unused, and checks what belongs to no group.
    """

    @hook_impl(tryfirst=True)
    def after_context_created(self, context: KedroContext) -> None:
        """Compare what the command line names with conf/."""
        loader = cast(NetworkConfigLoader, context.config_loader)
        folder = Path(loader.conf_source) / (loader.env or loader.default_run_env)
        if not folder.is_dir():
            known = sorted(path.name for path in folder.parent.iterdir() if path.is_dir())
            raise UserError(
                f"There is no environment '{folder.name}' in conf/; there are {', '.join(known)}."
            )
        if loader.runtime_params:
            _check_names(loader.runtime_params, loader.without_runtime_params())
        _check_shared(loader["parameters"], loader.env)
        pipelines.configure(pipeline_registry.__name__)  # a session before may list other autoencoders

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, run_params: dict[str, Any]) -> None:
        """Refuse the runner that would hang."""
        if "ParallelRunner" in run_params["runner"] and os.environ.get("KEDRO_MP_CONTEXT") != "spawn":
            raise UserError(
                "ParallelRunner copies this process, and TensorFlow does not survive being copied. "
                "Use --runner=ThreadRunner, or start processes anew by KEDRO_MP_CONTEXT=spawn."
            )


def _check_names(given: Mapping[str, Any], known: Mapping[str, Any], group: str = "", depth: int = 2) -> None:
    for name, value in given.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            meant = f"; did you mean '{group}{close[0]}'?" if close else f"; there are {', '.join(known)}."
            raise UserError(f"'{group}{name}' is not a parameter in conf/{meant}")
        if depth > 1 and isinstance(value, Mapping) and isinstance(known[name], Mapping):
            _check_names(value, known[name], f"{group}{name}.", depth - 1)


def _check_shared(parameters: Mapping[str, Any], env: str | None) -> None:
    try:
        SharedParams.model_validate({name: parameters[name] for name in SharedParams.model_fields})
    except ParametersError as error:
        raise UserError(f"{error}. {where_to_change('', error.fields, env)}") from error
