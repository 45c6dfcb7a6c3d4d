"""Tracking: one ``kedro run`` is one run in MLflow."""

import logging
import warnings
from collections.abc import Generator
from contextlib import suppress
from typing import Any, cast

import mlflow
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from fashion_nets.config_loader import NetworkConfigLoader
from fashion_nets.errors import first_cause, first_line
from fashion_nets.hooks.command import DEFAULT, name_run, repeat_command
from fashion_nets.hooks.description import Description
from fashion_nets.hooks.lineage import Lineage
from fashion_nets.hooks.mirror import Mirror
from fashion_nets.hooks.missing import is_nothing_to_make
from fashion_nets.project import project_root
from fashion_nets.tracking.address import check_address, told_shortly
from fashion_nets.tracking.creation import create_database
from fashion_nets.tracking.entries import Status, set_tags
from fashion_nets.tracking.location import (
    artifact_location,
    database_of,
    one_creator,
    own_database,
    tracking_uri,
    variable_as_it_was,
)
from fashion_nets.tracking.moved import take_along_artifacts
from fashion_nets.tracking.processes import PROCESS, end_runs_of_dead_processes, this_process
from fashion_nets.tracking.runs import (
    close_own_outbox,
    current_outbox,
    enter_active_run,
    open_outbox,
    refuse_second_run,
)
from fashion_nets.tracking.unsent import Header
from fashion_nets.tracking.views import preset_pages

with warnings.catch_warnings(record=True):
    # It defines a model without type hints at its import, which MLflow reports past every filter.
    from kedro_mlflow.framework.hooks.mlflow_hook import MlflowHook

logger = logging.getLogger(__name__)


class TrackingHook(MlflowHook):
    """kedro-mlflow's hook, so that one ``kedro run`` is one MLflow run that holds all of it.

    Beyond what kedro-mlflow does each network has a run of its own below it, and what nodes save is mirrored
    as the catalog's ``metadata.mlflow`` says, which thus stays plain storage. With the parameter
    ``tracking.enabled`` false MLflow is not touched, nor is it by a run without anything to make.
    """

    def __init__(self) -> None:
        super().__init__()
        self._enabled = False
        self._mirror: Mirror | None = None

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Set MLflow up, unless tracking is switched off.

        Raises:
            UserError: If MLflow cannot work, or another thread has a run that is tracked by this very hook.
        """
        refuse_second_run()
        self._loader = cast(NetworkConfigLoader, context.config_loader)
        self._parameters = self._loader["parameters"]
        self._enabled = self._parameters["tracking"]["enabled"]
        close_own_outbox("KILLED")  # of a cell of a notebook that was stopped
        if self._enabled:
            self._set_up(context)

    def _set_up(self, context: KedroContext) -> None:
        """Find out quickly whether MLflow can work there, and let kedro-mlflow set it up."""
        if mlflow.active_run() is not None:  # somebody has set it up already
            super().after_context_created(context)
            return
        loader = self._loader
        loader.config_patterns.setdefault("mlflow", ["mlflow*", "mlflow*/**", "**/mlflow*"])
        loader["mlflow"] = _with_names(loader["mlflow"], self._parameters["tracking"])
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
        """Start the run, and say what it is."""
        self._mirror = None
        self._enabled = self._enabled and not is_nothing_to_make(run_params, pipeline, catalog)
        if not self._enabled:
            return
        owned = mlflow.active_run() is None
        opened = self._open_run(run_params, pipeline, catalog, owned)
        if opened is None:
            return
        run, header = opened
        outbox = open_outbox(header, run, owned)
        command = repeat_command(run_params, self._loader)
        tags = {"seed": self._parameters["seed"], "kedro_command": command, PROCESS: this_process()}
        outbox.put(set_tags(run.info.run_id, tags))
        lineage = Lineage(dict(pipelines), catalog, self._parameters, project_root())
        self._mirror = Mirror(outbox, lineage, dict(pipelines), pipeline, catalog, tags)
        self._description = Description(outbox, command, self._parameters, pipeline, catalog)
        self._description.tell()

    def _open_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog, owned: bool
    ) -> tuple[mlflow.entities.Run, Header] | None:
        """Open the run, unless somebody has; end what dead processes have left open.

        Raises:
            UserError: If MLflow's store does not take the run.
        """
        try:
            with told_shortly(mlflow.get_tracking_uri()):
                self.run_id = None
                if not self._start(run_params, pipeline, catalog, owned):
                    return None
                run = cast(mlflow.ActiveRun, mlflow.active_run())
                self.run_id = run.info.run_id
                killed = end_runs_of_dead_processes(mlflow.MlflowClient())
                if killed:
                    logger.info(
                        "Ended as killed in MLflow, as their processes are gone: %s", ", ".join(killed)
                    )
                experiment = mlflow.get_experiment(run.info.experiment_id)
                if owned and database_of(mlflow.get_tracking_uri()) == own_database():
                    _preset_pages(experiment)
                header = Header(mlflow.get_tracking_uri(), experiment.name, experiment.artifact_location)
                return mlflow.get_run(run.info.run_id), header
        except BaseException:
            if owned:
                with suppress(MlflowException):
                    mlflow.end_run("KILLED")
            raise

    def _start(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog, owned: bool
    ) -> bool:
        """Let MLflow begin the run with its name, unless mlflow.yml leaves its pipelines out.

        Replaces kedro-mlflow's own, whose tags name the project's folder and a command that repeats another
        run.
        """
        settings = self.mlflow_config.tracking
        names = set(run_params.get("pipeline_names") or [DEFAULT])
        if names <= set(settings.disable_tracking.pipelines):
            super().before_pipeline_run(run_params, pipeline, catalog)  # says so
            return False
        if owned:
            mlflow.start_run(
                run_id=settings.run.id,
                experiment_id=_id_of_experiment(settings.experiment.name),
                run_name=settings.run.name or name_run(run_params, pipeline.inputs(), self._parameters),
                nested=settings.run.nested,
            )
        mlflow.set_tags({"kedro_version": run_params.get("kedro_version"), "env": run_params.get("env")})
        return True

    @hook_impl
    def before_node_run(  # type: ignore[override]  # a hook is given what it names
        self, node: Node, inputs: dict[str, Any]
    ) -> None:
        """Log the parameters that count for what the node makes, and the images that it takes.

        Replaces kedro-mlflow's own, which logs a typed group as one string and opens the run again for
        each node, after which one end does not close it.
        """
        if self._mirror is not None and self._is_open:
            self._mirror.begin_node(node, inputs)
            enter_active_run()  # under ThreadRunner, a node is in a thread of its own

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Mirror what was saved into the run, as the catalog says."""
        if self._mirror is not None and self._is_open:
            self._mirror.saved(dataset_name, data)

    @property
    def _is_open(self) -> bool:
        """Whether the run of this hook is at work; a stopped cell of a notebook leaves one that is not."""
        return current_outbox() is not None

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
        if self._mirror is not None:
            self._mirror = None
            self._description.tell(is_whole=status == "FINISHED")
            close_own_outbox(status)


def _id_of_experiment(name: str) -> str:
    """Of an experiment that kedro-mlflow has made, or found."""
    return cast(mlflow.entities.Experiment, mlflow.get_experiment_by_name(name)).experiment_id


def _preset_pages(experiment: mlflow.entities.Experiment) -> None:
    """Give an experiment its view; a run does without it."""
    try:
        preset_pages(mlflow.MlflowClient(), experiment)
    except (MlflowException, SQLAlchemyError) as error:
        logger.warning("The experiment gets no view of its networks: %s", first_line(first_cause(error)))


def _with_names(settings: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The settings of mlflow.yml, with the names that parameters give a run and its experiment."""
    tracking = dict(settings.get("tracking") or {})
    for group, name in (("run", given["run_name"]), ("experiment", given["experiment"])):
        if name is not None:
            tracking[group] = {**(tracking.get(group) or {}), "name": str(name)}
    return {**settings, "tracking": tracking}
