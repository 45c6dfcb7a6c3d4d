"""A run below the active one in MLflow, for each trial of a comparison."""

from collections.abc import Mapping
from typing import Any, Literal

import mlflow
from mlflow.utils.mlflow_tags import (
    MLFLOW_PARENT_RUN_ID,
    MLFLOW_SOURCE_NAME,
    MLFLOW_SOURCE_TYPE,
    MLFLOW_USER,
)

from fashion_nets.tracking.parameters import flatten_parameters

Status = Literal["FINISHED", "FAILED", "KILLED"]


class ChildRun:
    """A run below the active one, open beside others if need be; without an active run it does nothing.

    Args:
        name: Name of the run.
        parameters: Logged flattened.
        tags: Logged as they are.
    """

    def __init__(self, name: str, parameters: Mapping[str, Any], tags: Mapping[str, Any]) -> None:
        parent = mlflow.active_run()
        self._run_id: str | None = None
        if parent is None:
            return
        all_tags = {**_origin_of(parent), **tags, MLFLOW_PARENT_RUN_ID: parent.info.run_id}
        run = mlflow.MlflowClient().create_run(parent.info.experiment_id, tags=all_tags, run_name=name)
        self._run_id = run.info.run_id
        mlflow.log_params(flatten_parameters(parameters), run_id=self._run_id)

    def log(self, metrics: Mapping[str, float], step: int = 0) -> None:
        """Log numbers by name."""
        if self._run_id is not None:
            mlflow.log_metrics(dict(metrics), step=step, run_id=self._run_id)

    def end(self, status: Status) -> None:
        """End it."""
        if self._run_id is not None:
            mlflow.MlflowClient().set_terminated(self._run_id, status)


def _origin_of(run: mlflow.ActiveRun) -> dict[str, str]:
    """The tags that say who has started a run, and from where."""
    names = (MLFLOW_USER, MLFLOW_SOURCE_NAME, MLFLOW_SOURCE_TYPE)
    return {name: run.data.tags[name] for name in names if name in run.data.tags}
