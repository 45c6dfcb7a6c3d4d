"""What is refused before anything else happens."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, cast

from kedro.config import MissingConfigException
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.pipeline import Pipeline
from pydantic import BeforeValidator, Field, StrictBool, StrictInt

from fashion_nets import pipeline_registry
from fashion_nets.advice import where_to_change
from fashion_nets.catalog import NetworkCatalog
from fashion_nets.config_loader import NetworkConfigLoader
from fashion_nets.errors import UserError
from fashion_nets.hooks.early import check_values
from fashion_nets.hooks.missing import check_inputs
from fashion_nets.hooks.names import check_names
from fashion_nets.hooks.surroundings import check_keras
from fashion_nets.parameters import Parameters, ParametersError, as_text
from fashion_nets.pipelines.wiring import inputs_done_without
from fashion_nets.provenance.machine import MAX_THREADS, limit_threads
from fashion_nets.trials.ray_connection import check_ray_installed

MODEL = ".model"
"""What the names of networks in the catalog end with."""
TRIALS = "params:trials"
"""What every node takes that trains trials."""

Name = Annotated[str, Field(min_length=1, max_length=250, pattern=r"\S"), BeforeValidator(as_text)]


class TrackingParams(Parameters):
    """Whether runs are tracked, and under which names in MLflow; None leaves these to the project."""

    enabled: StrictBool
    run_name: Name | None
    experiment: Name | None


class SharedParams(Parameters):
    """The parameters that belong to no pipeline."""

    seed: Annotated[StrictInt, Field(ge=0, lt=2**32)]  # what NumPy's seeds may be
    tracking: TrackingParams
    threads: Annotated[StrictInt, Field(gt=0, le=MAX_THREADS)] | None


class InputHook:
    """Refuses what cannot work, before anything else happens: unknown environments and parameters.

    Typed groups refuse unknown fields by themselves; this finds groups misspelt, which Kedro
    would carry along unused, and checks what belongs to no group. Once the pipeline is known it finds
    values that cannot serve together, and asks for what is not stored.

    Attributes:
        owns_process: Whether the process is there for the run alone, as on the command line.
    """

    owns_process = False

    @hook_impl(tryfirst=True)
    def after_context_created(self, context: KedroContext) -> None:
        """Compare what the command line names with conf/."""
        loader = cast(NetworkConfigLoader, context.config_loader)
        check_keras()
        check_configuration(loader)
        limit_threads(loader["parameters"]["threads"])
        pipelines.configure(pipeline_registry.__name__)  # a session before may list other autoencoders

    @hook_impl(tryfirst=True)
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: NetworkCatalog
    ) -> None:
        """Refuse a runner that tracks nothing, values that cannot serve, a run without what it takes."""
        if "ParallelRunner" in run_params["runner"]:
            raise UserError(
                "ParallelRunner's processes know nothing of the run that they belong to, and MLflow would "
                "get an empty one. Use --runner=ThreadRunner; trials run in processes anyway."
            )
        check_ray(pipeline, catalog)
        if self.owns_process:
            give_threads(pipeline, catalog)
        catalog.optional |= inputs_done_without(pipeline)
        check_values(pipeline, catalog)
        if not run_params["only_missing_outputs"]:  # else some nodes may not run, nor need what they take
            check_inputs(pipeline, catalog)


def check_ray(pipeline: Pipeline, catalog: NetworkCatalog) -> None:
    """Refuse a run without Ray that would train networks for its trials to reuse, and then need it.

    Else the trials themselves say so, if one of them is to be trained.

    Raises:
        UserError: Says how to install it.
    """
    made = {name for name in pipeline.all_outputs() if name.endswith(MODEL)}
    reuse = any(TRIALS in node.inputs and made & set(node.inputs) for node in pipeline.nodes)
    if reuse and catalog.load(TRIALS).ray is not None:
        check_ray_installed()


def give_threads(pipeline: Pipeline, catalog: NetworkCatalog) -> None:
    """Let a run of trials alone compute with the threads of trials, so that it may train them by itself.

    Where the parameter ``threads`` says how many, or another network is at work, trials have processes.
    """
    experiments = {node.namespace for node in pipeline.nodes if TRIALS in node.inputs}
    others = [node for node in pipeline.nodes if node.namespace not in experiments]
    uses_networks = any(name.endswith(MODEL) for node in others for name in (*node.inputs, *node.outputs))
    if experiments and not uses_networks and catalog.load("params:threads") is None:
        with suppress(UserError):  # TensorFlow is at work already
            limit_threads(catalog.load(TRIALS).threads)


def check_configuration(loader: NetworkConfigLoader) -> None:
    """Compare what the environment and the command line name with conf/.

    Raises:
        UserError: If there is no such environment or parameter, or one that belongs to no pipeline is wrong.
    """
    folder = Path(loader.conf_source) / (loader.env or loader.default_run_env)
    if folder.parent.is_dir() and not folder.is_dir():  # else it is an archive
        known = sorted(path.name for path in folder.parent.iterdir() if path.is_dir())
        raise UserError(f"There is no environment '{folder.name}' in conf/; there are {', '.join(known)}.")
    try:
        parameters = loader["parameters"]  # first: it finds files that are not valid
    except MissingConfigException as error:
        raise UserError(str(error)) from error
    check_names(loader)
    _check_shared(parameters, loader)


def _check_shared(parameters: Mapping[str, Any], loader: NetworkConfigLoader) -> None:
    try:
        SharedParams.model_validate({name: parameters[name] for name in SharedParams.model_fields})
    except ParametersError as error:
        raise UserError(f"{error}. {where_to_change('', error.fields, loader)}") from error
