"""Runs in MLflow: what a training, a trial and an interruption do to the one that is active."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import mlflow
from mlflow.entities import RunStatus

from fashion_nets.tracking.parameters import flatten_parameters


def epoch_logger(network: str) -> Callable[[int, Mapping[str, float]], None]:
    """Log metrics under the network's name, as ``mlp/val_loss``; without an active run, do nothing.

    ``mlflow.keras.MlflowCallback`` would mix the curves of two networks trained in one run.

    Args:
        network: Prefix of the metrics' names.

    Returns:
        A function of the epoch, counted from 1, and its metrics by name.
    """

    def log_epoch(epoch: int, metrics: Mapping[str, float]) -> None:
        if mlflow.active_run() is not None:
            mlflow.log_metrics({f"{network}/{name}": value for name, value in metrics.items()}, step=epoch)

    return log_epoch


@contextmanager
def child_run(
    name: str, parameters: Mapping[str, Any], tags: Mapping[str, Any]
) -> Iterator[Callable[[Mapping[str, float]], None]]:
    """Open a run below the active one, which then is the active one; without an active run, do nothing.

    An error ends it as failed. Ctrl+C leaves it open with its parent, for what ends both as killed.

    Args:
        name: Name of the run.
        parameters: Logged flattened.
        tags: Logged as they are.

    Yields:
        A function that logs the results of the run, numbers by name.
    """
    parent = mlflow.active_run()
    if parent is None:
        yield lambda results: None
        return
    mlflow.start_run(run_name=name, nested=True, experiment_id=parent.info.experiment_id, tags=dict(tags))
    try:
        mlflow.log_params(flatten_parameters(parameters))
        yield _log_results
    except Exception:
        mlflow.end_run(RunStatus.to_string(RunStatus.FAILED))
        raise
    mlflow.end_run()


def _log_results(results: Mapping[str, float]) -> None:
    mlflow.log_metrics(dict(results))


def end_interrupted_run() -> None:
    """End what runs as killed; left to itself, MLflow would call it finished as the process ends."""
    while mlflow.active_run() is not None:
        mlflow.end_run(RunStatus.to_string(RunStatus.KILLED))
