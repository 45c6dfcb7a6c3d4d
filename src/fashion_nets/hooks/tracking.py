"""Tracking: one ``kedro run`` is one run in MLflow."""

import threading
import warnings
from typing import Any

import mlflow
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from fashion_nets.hooks.metadata import saved_files, tracked_as, with_tags
from fashion_nets.tracking.commit import commit_tags
from fashion_nets.tracking.location import one_creator
from fashion_nets.tracking.models import log_network
from fashion_nets.tracking.parameters import flatten_parameters

with warnings.catch_warnings(record=True):
    # It defines a model without type hints at its import, which MLflow reports past every filter.
    from kedro_mlflow.framework.hooks.mlflow_hook import MlflowHook


class TrackingHook(MlflowHook):
    """kedro-mlflow's hook, so that one ``kedro run`` is one MLflow run that holds all of it.

    Beyond what kedro-mlflow does it flattens typed parameters, mirrors what nodes save as the catalog's
    ``metadata.mlflow`` says, and tags the run with the Git commit, the data's fingerprint and the seed. The
    catalog thus stays plain storage, and with the parameter ``tracking.enabled`` false MLflow is not
    touched.
    """

    def __init__(self) -> None:
        super().__init__()
        self._enabled = False
        self._catalog = DataCatalog()
        self._model_ids: dict[str, str] = {}
        self._logging_parameters = threading.Lock()

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Set MLflow up, unless tracking is switched off."""
        parameters = context.config_loader["parameters"]
        self._enabled = parameters["tracking"]["enabled"]
        self._seed = parameters["seed"]
        self._study = parameters["study"]["name"]
        self._project_path = context.project_path
        if self._enabled:
            with one_creator():
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
        mlflow.set_tags({"seed": self._seed, **commit_tags(self._project_path)})
        run = mlflow.active_run()
        if run is not None and "params:study" in pipeline.inputs():
            mlflow.MlflowClient().update_run(run.info.run_id, name=f"{run.info.run_name} {self._study}")
        for name in with_tags(catalog):
            if catalog.exists(name):
                self._set_tags(name, catalog.load(name))

    @hook_impl
    def before_node_run(  # type: ignore[override]  # a hook is given what it names
        self, inputs: dict[str, Any]
    ) -> None:
        """Log the node's parameters, one MLflow parameter for each value.

        Replaces kedro-mlflow's own, which logs a typed group as one string and opens the run again for
        each node, after which one end does not close it.
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
        with self._logging_parameters:  # nodes in threads may share parameters, which MLflow adds but once
            mlflow.log_params(flatten_parameters(_without_those_of_trials(parameters)))

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Mirror what was saved into the run, as the catalog says."""
        run = mlflow.active_run() if self._enabled else None
        if run is None:
            return
        tracked = tracked_as(self._catalog, dataset_name)
        self._set_tags(dataset_name, data)
        if tracked.metrics is not None:
            self._log_results(run.info.run_id, tracked.metrics, data)
        if tracked.model is not None:
            self._model_ids[tracked.model] = log_network(data, tracked.model)
        if tracked.artifacts is not None:
            for file in saved_files(self._catalog, dataset_name, data):
                mlflow.log_artifact(str(file), artifact_path=tracked.artifacts)

    def _set_tags(self, dataset_name: str, data: Any) -> None:
        tags = tracked_as(self._catalog, dataset_name).tags
        mlflow.set_tags({tag: data[name] for tag, name in tags.items()})

    def _log_results(self, run_id: str, prefix: str, metrics: dict[str, float]) -> None:
        """Log what the epochs have not logged: a validation loss is the last point of its curve already."""
        known = mlflow.get_run(run_id).data.metrics
        results = {f"{prefix}/{name}": value for name, value in metrics.items()}
        mlflow.log_metrics(
            {name: value for name, value in results.items() if name not in known},
            model_id=self._model_ids.get(prefix),
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
