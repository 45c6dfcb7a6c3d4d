"""Entries become what MLflow stores. Written twice, they give the same as written once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlflow
from mlflow.entities import LoggedModelOutput, Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST, ErrorCode
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from fashion_nets.errors import first_line
from fashion_nets.tracking.entries import Entry

KEY = "tracking_key"
"""The tag by which a run or a model is found again that was made for an entry."""
AT_ONCE = {"params": 100, "metrics": 1000, "tags": 100}
"""How many values MLflow takes at once."""


class RefusedError(Exception):
    """MLflow will never take an entry, such as another value for a parameter that it has."""


class Writer:
    """Writes the entries of one process, in their order.

    Args:
        client: Of the store.
        experiment_id: Where runs are made.
    """

    def __init__(self, client: mlflow.MlflowClient, experiment_id: str) -> None:
        self._client = client
        self._experiment_id = experiment_id
        self._runs: dict[str, str] = {}
        self._models: dict[tuple[str, str], str] = {}

    def know(self, run: str) -> None:
        """Take a run that MLflow has already, by its id."""
        self._runs[run] = run

    def write(self, entry: Entry, again: bool = False) -> None:
        """Write one entry.

        Args:
            entry: The entry; those before it are written.
            again: Whether it may have been written before.

        Raises:
            RefusedError: If MLflow does not take it, however often it is tried.
        """
        by_kind: dict[str, Callable[[Entry], None]] = {
            "name": self._write_name,
            "tags": self._write_values,
            "params": self._write_values,
            "metrics": self._write_values,
            "file": self._write_file,
            "end": self._write_end,
        }
        try:
            if entry.kind == "begin":
                self._runs[entry.run] = self._begin(entry, again)
            elif entry.kind == "model":
                self._write_model(entry, again)
            else:
                by_kind[entry.kind](entry)
        except MlflowException as error:
            if _is_refusal(error):
                raise RefusedError(first_line(error)) from error
            raise
        except FileNotFoundError as error:
            raise RefusedError(f"{error.filename} is not there any more") from error

    def _id_of(self, run: str) -> str:
        """The id in MLflow of a run that has begun."""
        if run not in self._runs:
            raise RefusedError(f"run {run} was refused, and so is all that it tells")
        return self._runs[run]

    def _begin(self, entry: Entry, again: bool) -> str:
        if again and (found := self._find_run(entry.run)):
            return found
        tags = {**entry.content["tags"], KEY: entry.run}
        if entry.content["parent"]:
            tags[MLFLOW_PARENT_RUN_ID] = self._id_of(entry.content["parent"])
        run = self._client.create_run(
            self._experiment_id, entry.time, tags=tags, run_name=entry.content["name"]
        )
        return run.info.run_id

    def _find_run(self, key: str) -> str | None:
        found = self._client.search_runs([self._experiment_id], f"tags.{KEY} = '{key}'", max_results=1)
        if found:
            return found[0].info.run_id
        try:
            return self._client.get_run(key).info.run_id
        except MlflowException as error:
            if error.error_code == ErrorCode.Name(RESOURCE_DOES_NOT_EXIST):
                return None
            raise

    def _write_name(self, entry: Entry) -> None:
        self._client.update_run(self._id_of(entry.run), name=entry.content["name"])

    def _write_values(self, entry: Entry) -> None:
        values, at_once = list(entry.content[entry.kind].items()), AT_ONCE[entry.kind]
        refusals = []
        for start in range(0, len(values), at_once):
            part = values[start : start + at_once]
            try:
                self._write_batch(entry, part)
            except MlflowException as error:
                if not _is_refusal(error):
                    raise
                refusals += self._write_one_by_one(entry, part)
        if refusals:
            raise RefusedError("; ".join(refusals))

    def _write_one_by_one(self, entry: Entry, values: list[tuple[str, Any]]) -> list[str]:
        """Write values of which MLflow refuses one or more; return why."""
        refusals = []
        for pair in values:
            try:
                self._write_batch(entry, [pair])
            except MlflowException as error:
                if not _is_refusal(error):
                    raise
                refusals.append(first_line(error))
        return refusals

    def _write_batch(self, entry: Entry, values: list[tuple[str, Any]]) -> None:
        run = self._id_of(entry.run)
        if entry.kind == "tags":
            self._client.log_batch(run, tags=[RunTag(*pair) for pair in values])
        elif entry.kind == "params":
            self._client.log_batch(run, params=[Param(*pair) for pair in values])
        else:
            step, model = entry.content["step"], entry.content["model"]
            model_id = self._models.get((entry.run, model)) if model else None
            metrics = [Metric(*pair, entry.time, step, model_id=model_id) for pair in values]
            self._client.log_batch(run, metrics=metrics)

    def _write_file(self, entry: Entry) -> None:
        file = entry.content["file"]
        if not Path(file).exists():
            raise FileNotFoundError(2, "No such file", file)
        self._client.log_artifact(self._id_of(entry.run), file, artifact_path=entry.content["folder"])

    def _write_end(self, entry: Entry) -> None:
        self._client.set_terminated(self._id_of(entry.run), entry.content["status"], entry.time)

    def _write_model(self, entry: Entry, again: bool) -> None:
        """Do as MLflow's ``log_model`` does, with a model that is saved already."""
        name, folder, run = entry.content["name"], Path(entry.content["folder"]), self._id_of(entry.run)
        key = f"{entry.run}-{name}-{entry.time}"
        model_id = self._find_model(key) if again else None
        if model_id is None:
            about = self._client.get_run(run).data
            model_id = self._client.create_logged_model(
                self._experiment_id, name, source_run_id=run, params=about.params, tags={KEY: key}
            ).model_id
        self._models[entry.run, name] = model_id
        if self._client.get_logged_model(model_id).status == "READY":
            return
        if not folder.is_dir():
            raise FileNotFoundError(2, "No such folder", str(folder))
        outputs = self._client.get_run(run).outputs
        if all(output.model_id != model_id for output in (outputs.model_outputs if outputs else [])):
            self._client.log_outputs(run, [LoggedModelOutput(model_id, step=0)])
        description = Model.load(str(folder))
        description.model_id = description.model_uuid = model_id
        description.run_id = run
        description.artifact_path = self._client.get_logged_model(model_id).artifact_location
        description.save(str(folder / "MLmodel"))
        self._client.log_model_artifacts(model_id, str(folder))
        self._client.finalize_logged_model(model_id, "READY")

    def _find_model(self, key: str) -> str | None:
        found = self._client.search_logged_models(
            [self._experiment_id], f"tags.{KEY} = '{key}'", max_results=1
        )
        return found[0].model_id if found else None


def _is_refusal(error: MlflowException) -> bool:
    return error.error_code == ErrorCode.Name(INVALID_PARAMETER_VALUE)
