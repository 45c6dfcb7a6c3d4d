"""A run below the open one in MLflow, for each trial of a comparison."""

import uuid
from collections.abc import Mapping
from typing import Any

import mlflow
from mlflow.utils.mlflow_tags import MLFLOW_SOURCE_NAME, MLFLOW_SOURCE_TYPE, MLFLOW_USER

from fashion_nets.tracking.entries import Status, begin, end, log_metrics, log_params
from fashion_nets.tracking.parameters import flatten_parameters
from fashion_nets.tracking.processes import PROCESS, this_process
from fashion_nets.tracking.runs import current_outbox


class ChildRun:
    """A run below the open one, beside others if need be; where nothing is tracked it does nothing.

    Args:
        name: Name of the run.
        parameters: Logged flattened.
        tags: Logged as they are.
    """

    def __init__(self, name: str, parameters: Mapping[str, Any], tags: Mapping[str, Any]) -> None:
        self._outbox = current_outbox()
        self._run = uuid.uuid4().hex
        if self._outbox is None:
            return
        parent = self._outbox.run
        all_tags = {**_origin_of(parent), PROCESS: this_process(), **tags}
        self._outbox.put(begin(self._run, name, all_tags, parent.info.run_id))
        self._outbox.put(log_params(self._run, flatten_parameters(parameters)))

    def log(self, metrics: Mapping[str, float], step: int = 0) -> None:
        """Log numbers by name."""
        if self._outbox is not None:
            self._outbox.put(log_metrics(self._run, metrics, step))

    def end(self, status: Status) -> None:
        """End it."""
        if self._outbox is not None:
            self._outbox.put(end(self._run, status))


def _origin_of(run: mlflow.entities.Run) -> dict[str, str]:
    """The tags that say who has started a run, and from where."""
    names = (MLFLOW_USER, MLFLOW_SOURCE_NAME, MLFLOW_SOURCE_TYPE)
    return {name: run.data.tags[name] for name in names if name in run.data.tags}
