"""Entries become what MLflow stores. Written twice, they give the same as written once."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import mlflow
from mlflow.entities import (
    Dataset,
    DatasetInput,
    InputTag,
    LoggedModelOutput,
    Metric,
    Param,
    RunTag,
)
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST, ErrorCode
from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT, MLFLOW_PARENT_RUN_ID, MLFLOW_RUN_NOTE

from fashion_nets.errors import first_line
from fashion_nets.tracking.entries import Entry

KEY = "tracking_key"
"""The tag by which a run or a model is found again that was made for an entry."""
OTHER_RUN = re.compile("<(id|page) of ([^<>]+)>")
"""What stands in the text of a tag for another run."""
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
        self._digests: dict[tuple[str, str], str] = {}
        self._steps: dict[tuple[str, str], int] = {}
        self._gone_on: set[str] = set()
        self._whole: set[str] = set()

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
            "tags": self._write_values,
            "params": self._write_values,
            "metrics": self._write_values,
            "inputs": self._write_inputs,
            "file": self._write_file,
            "end": self._write_end,
        }
        try:
            if entry.kind == "begin":
                self._runs[entry.run] = self._begin(entry, again)
            elif entry.run in self._whole:
                return
            elif entry.kind == "model":
                self._write_model(entry, again)
            elif entry.kind in by_kind:
                by_kind[entry.kind](entry)
            else:
                raise RefusedError(f"another version of this project has told it, as '{entry.kind}'")
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
        earlier = entry.content.get("earlier")
        if earlier and (found := self._find_earlier(earlier["tags"])):
            (self._gone_on if earlier["goes_on"] else self._whole).add(entry.run)
            return found
        tags = {**entry.content["tags"], KEY: entry.run}
        if entry.content["parent"]:
            tags[MLFLOW_PARENT_RUN_ID] = self._id_of(entry.content["parent"])
        run = self._client.create_run(
            self._experiment_id, entry.time, tags=tags, run_name=entry.content["name"]
        )
        return run.info.run_id

    def _find_earlier(self, tags: Mapping[str, str]) -> str | None:
        """The latest run of any experiment that has these tags."""
        experiments = [each.experiment_id for each in self._client.search_experiments()]
        condition = " and ".join(f"tags.`{name}` = '{value}'" for name, value in tags.items())
        runs = self._client.search_runs(
            experiments, condition, max_results=1, order_by=["attributes.start_time DESC"]
        )
        return runs[0].info.run_id if runs else None

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

    def _write_values(self, entry: Entry) -> None:
        values, at_once = list(self._new_values(entry).items()), AT_ONCE[entry.kind]
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

    def _new_values(self, entry: Entry) -> dict[str, Any]:
        """What an entry tells; a run that goes on keeps its description, and the parameters that it has."""
        values: dict[str, Any] = entry.content[entry.kind]
        if entry.run not in self._gone_on or entry.kind == "metrics":
            return values
        known = {MLFLOW_RUN_NOTE}
        if entry.kind == "params":
            known = set(self._client.get_run(self._id_of(entry.run)).data.params)
        return {name: value for name, value in values.items() if name not in known}

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
            named = {name: self._name_runs(text) for name, text in values}
            tags = [RunTag(name, text) for name, text in named.items() if text is not None]
            self._client.log_batch(run, tags=tags)
        elif entry.kind == "params":
            self._client.log_batch(run, params=[Param(*pair) for pair in values])
        else:
            self._client.log_batch(run, metrics=[self._metric(entry, *pair) for pair in values])

    def _metric(self, entry: Entry, name: str, value: float) -> Metric:
        content, curve = entry.content, (entry.run, name)
        step = self._last_step(*curve) if content["step"] is None else content["step"]
        self._steps[curve] = max(step, self._steps.get(curve, 0))
        dataset = content.get("dataset")
        digest = self._digests.get((entry.run, dataset)) if dataset else None
        return Metric(
            name,
            value,
            entry.time,
            step,
            model_id=self._model_of(entry.run, content["model"]) if content["model"] else None,
            dataset_name=dataset if digest else None,
            dataset_digest=digest,
        )

    def _last_step(self, run: str, name: str) -> int:
        """Where the curve of a metric stands; 0 if it has none."""
        if (run, name) not in self._steps and run in self._gone_on:
            history = self._client.get_metric_history(self._id_of(run), name)
            self._steps[run, name] = max((point.step for point in history), default=0)
        return self._steps.get((run, name), 0)

    def _model_of(self, run: str, name: str) -> str | None:
        """The id of a model that a run has told of, or that it had before it went on."""
        if (run, name) not in self._models and run in self._gone_on:
            outputs = self._client.get_run(self._id_of(run)).outputs
            for output in outputs.model_outputs if outputs else []:
                if self._client.get_logged_model(output.model_id).name == name:
                    self._models[run, name] = output.model_id
        return self._models.get((run, name))

    def _name_runs(self, text: str) -> str | None:
        """Put the ids of other runs, and the addresses of their pages, where they are stood for.

        Ids of runs that MLflow does not have are left out; a text of these alone is None.
        """

        def name(match: re.Match[str]) -> str:
            what, run = match.groups()
            run_id = self._runs.get(run) or self._find_run(run)
            if run_id is None:
                return "" if what == "id" else run
            if what == "id":
                return run_id
            return f"#/experiments/{self._client.get_run(run_id).info.experiment_id}/runs/{run_id}"

        return OTHER_RUN.sub(name, text).strip() or (None if text else text)

    def _write_inputs(self, entry: Entry) -> None:
        inputs = []
        for each in entry.content["inputs"]:
            self._digests[entry.run, each["name"]] = each["digest"]
            source, profile = json.dumps({"uri": each["source"]}), json.dumps(each["profile"])
            dataset = Dataset(each["name"], each["digest"], "local", source, profile=profile)
            inputs.append(DatasetInput(dataset, [InputTag(MLFLOW_DATASET_CONTEXT, each["context"])]))
        self._client.log_inputs(self._id_of(entry.run), inputs)

    def _write_file(self, entry: Entry) -> None:
        file = entry.content["file"]
        if not Path(file).exists():
            raise FileNotFoundError(2, "No such file", file)
        self._client.log_artifact(self._id_of(entry.run), file, artifact_path=entry.content["folder"])

    def _write_end(self, entry: Entry) -> None:
        if entry.run in self._gone_on:
            self._mend_status(entry)
            return
        self._client.set_terminated(self._id_of(entry.run), entry.content["status"], entry.time)

    def _mend_status(self, entry: Entry) -> None:
        """Call a run that goes on finished if what it lacked is there now; it ended with its training."""
        run = self._id_of(entry.run)
        has_failed = self._client.get_run(run).info.status in ("FAILED", "KILLED")
        if has_failed and entry.content["status"] == "FINISHED":
            self._client.update_run(run, "FINISHED")

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
