"""Tracking: one ``kedro run`` is one run in MLflow."""

import logging
import warnings
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, cast

import mlflow
from kedro.config import OmegaConfigLoader
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from mlflow.exceptions import MlflowException

from fashion_nets.hooks.metadata import saved_files, stored_path, tracked_as
from fashion_nets.tracking.address import check_address, told_shortly
from fashion_nets.tracking.creation import create_database
from fashion_nets.tracking.entries import (
    Status,
    log_file,
    log_metrics,
    log_model,
    log_params,
    set_name,
    set_tags,
)
from fashion_nets.tracking.location import (
    artifact_location,
    database_of,
    one_creator,
    tracking_uri,
    variable_as_it_was,
)
from fashion_nets.tracking.models import save_network
from fashion_nets.tracking.moved import take_along_artifacts
from fashion_nets.tracking.outbox import Outbox
from fashion_nets.tracking.parameters import flatten_parameters
from fashion_nets.tracking.processes import PROCESS, end_runs_of_dead_processes, this_process
from fashion_nets.tracking.runs import (
    close_own_outbox,
    current_outbox,
    enter_active_run,
    open_outbox,
    refuse_second_run,
)
from fashion_nets.tracking.unsent import Header

with warnings.catch_warnings(record=True):
    # It defines a model without type hints at its import, which MLflow reports past every filter.
    from kedro_mlflow.framework.hooks.mlflow_hook import MlflowHook

logger = logging.getLogger(__name__)


class TrackingHook(MlflowHook):
    """kedro-mlflow's hook, so that one ``kedro run`` is one MLflow run that holds all of it.

    Beyond what kedro-mlflow does it flattens typed parameters, mirrors what nodes save as the catalog's
    ``metadata.mlflow`` says, and tags the run with the seed. The catalog thus stays plain storage. With
    the parameter ``tracking.enabled`` false MLflow is not touched, nor is it by a run without anything to
    make.
    """

    def __init__(self) -> None:
        super().__init__()
        self._enabled = False
        self._catalog = DataCatalog()
        self._run: str | None = None

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Set MLflow up, unless tracking is switched off.

        Raises:
            UserError: If MLflow cannot work, or another thread has a run that is tracked by this very hook.
        """
        refuse_second_run()
        parameters = context.config_loader["parameters"]
        self._enabled = parameters["tracking"]["enabled"]
        self._seed = parameters["seed"]
        self._study = parameters["study"]["name"]
        close_own_outbox("KILLED")  # of a cell of a notebook that was stopped
        if self._enabled:
            self._set_up(context)

    def _set_up(self, context: KedroContext) -> None:
        """Find out quickly whether MLflow can work there, and let kedro-mlflow set it up."""
        if mlflow.active_run() is not None:  # somebody has set it up already
            super().after_context_created(context)
            return
        loader = cast(OmegaConfigLoader, context.config_loader)
        loader.config_patterns.setdefault("mlflow", ["mlflow*", "mlflow*/**", "**/mlflow*"])
        uri = loader["mlflow"].get("server", {}).get("mlflow_tracking_uri") or tracking_uri()
        check_address(uri)
        database, location = database_of(uri), artifact_location()
        with one_creator(database), told_shortly(uri):
            if database:
                create_database(database)
            if database and location and uri == tracking_uri():
                take_along_artifacts(database, location)
            with variable_as_it_was():
                super().after_context_created(context)

    @hook_impl(trylast=True)  # once nothing is refused any more
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> None:
        """Start the run and tag it."""
        self._run, self._catalog = None, catalog
        self._enabled = self._enabled and not _is_nothing_to_make(run_params, pipeline, catalog)
        if not self._enabled:
            return
        owned = mlflow.active_run() is None
        opened = self._open_run(run_params, pipeline, catalog, owned)
        if opened is None:
            return
        run, header = opened
        outbox = open_outbox(header, run, owned)
        self._run = run.info.run_id
        outbox.put(set_tags(self._run, {"seed": self._seed, PROCESS: this_process()}))
        if "params:study" in pipeline.inputs():
            outbox.put(set_name(self._run, f"{run.info.run_name} {self._study}"))

    def _open_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog, owned: bool
    ) -> tuple[mlflow.entities.Run, Header] | None:
        """Let kedro-mlflow open the run, unless somebody has; end what dead processes have left open.

        Raises:
            UserError: If MLflow's store does not take the run.
        """
        try:
            with told_shortly(mlflow.get_tracking_uri()):
                self.run_id = None
                super().before_pipeline_run(run_params, pipeline, catalog)
                run = mlflow.active_run()
                if run is None or self.run_id is None:  # mlflow.yml leaves this pipeline out
                    return None
                killed = end_runs_of_dead_processes(mlflow.MlflowClient(), run.info.experiment_id)
                if killed:
                    logger.info(
                        "Ended as killed in MLflow, as their processes are gone: %s", ", ".join(killed)
                    )
                experiment = mlflow.get_experiment(run.info.experiment_id)
                header = Header(mlflow.get_tracking_uri(), experiment.name, experiment.artifact_location)
                return mlflow.get_run(run.info.run_id), header
        except BaseException:
            if owned:
                with suppress(MlflowException):
                    mlflow.end_run("KILLED")
            raise

    @hook_impl
    def before_node_run(  # type: ignore[override]  # a hook is given what it names
        self, inputs: dict[str, Any]
    ) -> None:
        """Log the node's parameters, one MLflow parameter for each value.

        Replaces kedro-mlflow's own, which logs a typed group as one string and opens the run again for
        each node, after which one end does not close it.
        """
        outbox = self._outbox()
        if outbox is None or self._run is None:
            return
        parameters = {
            name.removeprefix("params:"): value
            for name, value in inputs.items()
            if name.startswith("params:")
        }
        outbox.put(log_params(self._run, flatten_parameters(_without_those_of_trials(parameters))))
        enter_active_run()  # under ThreadRunner, a node is in a thread of its own

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Mirror what was saved into the run, as the catalog says."""
        outbox = self._outbox()
        if outbox is None or self._run is None:
            return
        tracked = tracked_as(self._catalog, dataset_name)
        if tracked.metrics is not None:
            self._log_results(outbox, tracked.metrics, data)
        if tracked.model is not None:
            self._log_model(outbox, tracked.model, data)
        if tracked.artifacts is not None:
            for file in saved_files(self._catalog, dataset_name, data):
                outbox.put(log_file(self._run, str(file.absolute()), tracked.artifacts))

    def _outbox(self) -> Outbox | None:
        return current_outbox() if self._enabled and self._run is not None else None

    def _log_results(self, outbox: Outbox, prefix: str, metrics: dict[str, float]) -> None:
        """Log what the epochs have not logged: a validation loss is the last point of its curve already."""
        if self._run is not None:
            results = {f"{prefix}/{name}": value for name, value in metrics.items()}
            new = {name: value for name, value in results.items() if not outbox.knows_metric(self._run, name)}
            outbox.put(log_metrics(self._run, new, model=prefix))

    def _log_model(self, outbox: Outbox, name: str, model: Any) -> None:
        if self._run is not None:
            try:
                folder = Path(mkdtemp(dir=outbox.folder)) / "model"
                save_network(model, folder)
            except OSError as error:
                logger.warning("MLflow gets no model %s, and the run goes on: %s", name, error)
                return
            outbox.put(log_model(self._run, name, str(folder)))

    @hook_impl(wrapper=True)
    def after_pipeline_run(  # type: ignore[override]  # a hook is given what it names
        self,
    ) -> Generator[None, None, None]:
        """End the run, once the other hooks have done their part; as failed, if one of them fails."""
        status: Status = "FAILED"
        try:
            yield
            status = "FINISHED"
        finally:
            self._end(status)

    @hook_impl(wrapper=True)
    def on_pipeline_error(  # type: ignore[override]  # a hook is given what it names
        self,
    ) -> Generator[None, None, None]:
        """End the run as failed, whatever becomes of the other hooks."""
        try:
            yield
        finally:
            self._end("FAILED")

    def _end(self, status: Status) -> None:
        if self._run is not None:
            close_own_outbox(status)


def _is_nothing_to_make(run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog) -> bool:
    """Whether Kedro is going to skip all nodes, as their outputs exist."""
    stored = (name for name in pipeline.all_outputs() if stored_path(catalog, name) is not None)
    return bool(run_params.get("only_missing_outputs")) and all(map(catalog.exists, stored))


def _without_those_of_trials(parameters: dict[str, Any]) -> dict[str, Any]:
    """Leave networks to the runs of the trials that train them; of all studies keep the one that runs."""
    if "studies" not in parameters:
        return {name: value for name, value in parameters.items() if name != "architecture_settings"}
    name = parameters["study"].name
    return {
        "seed": parameters["seed"],
        "study": parameters["study"],
        "studies": {name: parameters["studies"].get(name)},
    }
