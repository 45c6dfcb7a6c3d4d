"""What happens around a run: tracking in MLflow, a check of ``--params``, a summary at the end."""

import difflib
import logging
import os
import subprocess
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import mlflow
import numpy as np
from kedro.config import AbstractConfigLoader
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import settings
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from mlflow.entities import RunStatus
from pydantic import Field, StrictBool, StrictInt

from fashion_nets.errors import UserError
from fashion_nets.evaluation.comparison import compare_networks
from fashion_nets.parameters import Parameters
from fashion_nets.pipeline_registry import LIST_FILE, listed_autoencoders
from fashion_nets.tracking import flatten_parameters

with warnings.catch_warnings(record=True):
    # It defines a model without type hints at its import, which MLflow reports past every filter.
    from kedro_mlflow.framework.hooks.mlflow_hook import MlflowHook

logger = logging.getLogger(__name__)

REPORTING_FOLDER = "08_reporting"
SUMMARY = [
    "network",
    "parameters",
    "epochs",
    "training_seconds",
    "test_loss",
    "test_accuracy",
    "test_mse",
]


class TrackingHook(MlflowHook):
    """kedro-mlflow's hook, so that one ``kedro run`` is one MLflow run that tells the whole story.

    Beyond what kedro-mlflow does it flattens typed parameters, mirrors what nodes save (metrics,
    figures, tables, models) and tags the run with the Git commit, the data's fingerprint and the
    seed. The catalog thus stays plain storage, and with the parameter ``tracking.enabled`` false
    nothing of MLflow is touched.
    """

    def __init__(self) -> None:
        super().__init__()
        self._enabled = False
        self._catalog: DataCatalog | None = None
        self._model_ids: dict[str, str] = {}

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Set MLflow up, unless tracking is switched off."""
        parameters = context.config_loader["parameters"]
        self._enabled = parameters["tracking"]["enabled"]
        self._seed = parameters["seed"]
        self._study = parameters["study"]["name"]
        self._project_path = context.project_path
        if self._enabled:
            super().after_context_created(context)

    @hook_impl
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> None:
        """Start the run and tag it."""
        if not self._enabled:
            return
        super().before_pipeline_run(run_params, pipeline, catalog)
        self._catalog = catalog
        self._model_ids = {}
        mlflow.set_tags({"seed": self._seed, **_git_tags(self._project_path)})
        if "params:study" in pipeline.inputs():
            run = mlflow.active_run().info
            mlflow.MlflowClient().update_run(run.run_id, name=f"{run.run_name} {self._study}")
        if catalog.exists("data_card"):
            mlflow.set_tag("data_fingerprint", catalog.load("data_card")["fingerprint"])

    @hook_impl
    def before_node_run(self, inputs: dict[str, Any]) -> None:
        """Log the node's parameters, one MLflow parameter for each value.

        Replaces kedro-mlflow's own, which logs a typed group as one string and opens the run again for
        each node, so that one end no longer ends it.
        """
        if not self._enabled:
            return
        if mlflow.active_run() is None:  # in a thread of its own, as under ThreadRunner
            mlflow.start_run(run_id=self.run_id)
        parameters = {
            name.removeprefix("params:"): value
            for name, value in inputs.items()
            if name.startswith("params:")
        }
        mlflow.log_params(flatten_parameters(_without_those_of_trials(parameters)))

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Mirror what was saved into the run."""
        if not self._enabled or mlflow.active_run() is None:
            return
        network, _, kind = dataset_name.rpartition(".")
        if dataset_name == "data_card":
            mlflow.set_tag("data_fingerprint", data["fingerprint"])
        if kind == "metrics" or kind.endswith("_metrics"):
            self._log_results(network, data)
        if kind == "model":
            self._model_ids[network] = _log_model(data, network)
        for file in _files_of(self._catalog[dataset_name], data):
            if REPORTING_FOLDER in file.parts:
                folder = file.parent.name.replace(REPORTING_FOLDER, "")
                mlflow.log_artifact(str(file), artifact_path=folder)

    def _log_results(self, network: str, metrics: dict[str, float]) -> None:
        """Log what the epochs have not logged: a validation loss is the last point of its curve already."""
        known = mlflow.get_run(mlflow.active_run().info.run_id).data.metrics
        results = {f"{network}/{name}": value for name, value in metrics.items()}
        mlflow.log_metrics(
            {name: value for name, value in results.items() if name not in known},
            model_id=self._model_ids.get(network),
        )

    @hook_impl
    def after_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> None:
        """End the run."""
        if self._enabled:
            super().after_pipeline_run(run_params, pipeline, catalog)

    @hook_impl
    def on_pipeline_error(
        self, error: Exception, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> None:
        """End the run as failed."""
        if self._enabled:
            super().on_pipeline_error(error, run_params, pipeline, catalog)


def _files_of(dataset: Any, data: Any) -> list[Path]:
    """The file that a dataset has saved, or the files where it saves them by name into a folder."""
    path = getattr(dataset, "_filepath", None)
    if path is None:
        return []
    if isinstance(data, dict) and not Path(path).is_file():
        return [Path(path) / name for name in data]
    return [Path(path)]


def end_interrupted_run() -> None:
    """End what runs as killed; left to itself, MLflow would call it finished as the process ends."""
    while mlflow.active_run() is not None:
        mlflow.end_run(RunStatus.to_string(RunStatus.KILLED))


def _without_those_of_trials(parameters: dict[str, Any]) -> dict[str, Any]:
    """Leave networks to the runs of the trials that train them; of all studies keep the one that runs."""
    if "studies" not in parameters:
        return {name: value for name, value in parameters.items() if name != "architectures"}
    name = parameters["study"].name
    return {
        "seed": parameters["seed"],
        "study": parameters["study"],
        "studies": {name: parameters["studies"].get(name)},
    }


def _git_tags(project_path: Path) -> dict[str, str]:
    """The commit that runs, and whether files differ from it; nothing outside a Git checkout."""

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=project_path, capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        return {
            "git_commit": git("rev-parse", "HEAD"),
            "git_dirty": str(bool(git("status", "--porcelain"))).lower(),
        }
    except (OSError, subprocess.CalledProcessError):
        return {}


def _log_model(model: Any, network: str) -> str:
    """Log a model with its signature; return the id that MLflow gives it."""
    import keras
    import mlflow.keras
    import tensorflow as tf
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    def schema(shape: tuple[int | None, ...]) -> Schema:
        sizes = tuple(-1 if size is None else size for size in shape)
        return Schema([TensorSpec(np.dtype("float32"), sizes)])

    logged = mlflow.keras.log_model(
        model,
        name=network,
        signature=ModelSignature(schema(model.input_shape), schema(model.output_shape)),
        # Named here, since finding them out takes MLflow 10 s a model.
        pip_requirements=[f"keras=={keras.__version__}", f"tensorflow=={tf.__version__}"],
    )
    return logged.model_id


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
        loader = context.config_loader
        folder = Path(loader.conf_source) / (loader.env or loader.default_run_env)
        if not folder.is_dir():
            known = sorted(path.name for path in folder.parent.iterdir() if path.is_dir())
            raise UserError(
                f"There is no environment '{folder.name}' in conf/; there are {', '.join(known)}."
            )
        if loader.runtime_params:
            _check_names(loader.runtime_params, _configured_parameters(loader))
        _check_shared(loader["parameters"])
        _check_study(loader)
        _check_autoencoders(loader)

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, run_params: dict[str, Any]) -> None:
        """Refuse the runner that would wait for ever."""
        if "ParallelRunner" in run_params["runner"] and os.environ.get("KEDRO_MP_CONTEXT") != "spawn":
            raise UserError(
                "ParallelRunner copies this process, and TensorFlow does not survive being copied. "
                "Use --runner=ThreadRunner, or start processes anew by KEDRO_MP_CONTEXT=spawn."
            )


def _configured_parameters(loader: AbstractConfigLoader) -> dict[str, Any]:
    without_runtime = type(loader)(
        conf_source=loader.conf_source, env=loader.env, **settings.CONFIG_LOADER_ARGS
    )
    return without_runtime["parameters"]


def _check_names(given: Mapping[str, Any], known: Mapping[str, Any], group: str = "", depth: int = 2) -> None:
    for name, value in given.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            meant = f"; did you mean '{group}{close[0]}'?" if close else f"; there are {', '.join(known)}."
            raise UserError(f"'{group}{name}' is not a parameter in conf/{meant}")
        if depth > 1 and isinstance(value, Mapping) and isinstance(known[name], Mapping):
            _check_names(value, known[name], f"{group}{name}.", depth - 1)


def _check_shared(parameters: Mapping[str, Any]) -> None:
    try:
        SharedParams.model_validate({name: parameters[name] for name in SharedParams.model_fields})
    except UserError as error:
        raise UserError(
            f'{error}. Change it in conf/base/parameters.yml or with --params "NAME=VALUE".'
        ) from error


def _check_study(loader: AbstractConfigLoader) -> None:
    """Hold the parameter equal to the name that the catalog, which sees no parameters, gives to folders."""
    name = loader["parameters"]["study"]["name"]
    in_catalog = loader.runtime_params.get("study", {}).get("name", loader["globals"]["study"])
    if name != in_catalog:
        raise UserError(
            f"The parameter 'study.name' is '{name}', but results would be stored as those of "
            f"'{in_catalog}'. Choose the study with --params \"study.name={name}\", or for good by "
            f"'study: {name}' in globals.yml."
        )


def _check_autoencoders(loader: AbstractConfigLoader) -> None:
    """Hold the parameter equal to the list that the registry, which sees no session, has read."""
    wanted, registered = loader["parameters"]["autoencoders"], list(listed_autoencoders())
    if wanted != registered:
        raise UserError(
            f"The parameter 'autoencoders' lists {wanted}, but the pipelines were made for {registered}. "
            f"List them in {LIST_FILE} of conf/base or of the environment, and name that one with --env or "
            "the variable KEDRO_ENV."
        )


class RunSummaryHook:
    """Ends a run with a table of its networks and where to look next."""

    def __init__(self) -> None:
        self._metrics: dict[str, dict[str, float]] = {}
        self._reporting_folder = Path()

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Find out where this environment reports."""
        self._reporting_folder = Path(context.config_loader["globals"]["data_folder"]) / REPORTING_FOLDER

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Remember the results of each network."""
        network, _, kind = dataset_name.rpartition(".")
        if kind == "metrics" and "parameters" in data:  # an experiment has metrics too, but is no network
            self._metrics[network] = data

    @hook_impl
    def after_pipeline_run(self) -> None:
        """Log the table and the places."""
        if self._metrics:
            table = compare_networks(self._metrics).reindex(columns=SUMMARY).dropna(axis="columns", how="all")
            logger.info("Networks of this run:\n%s", table.to_string(index=False, na_rep="-"))
            self._metrics = {}
        logger.info(
            "Look next at: %s (figures and tables), kedro viz run (the graph), kedro mlflow ui (the runs)",
            self._reporting_folder,
        )
