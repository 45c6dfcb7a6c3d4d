"""Runs in MLflow: what a training and an interruption do to the one that is active."""

from collections.abc import Callable, Mapping

import mlflow
from mlflow.entities import RunStatus


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


def active_run_id() -> str | None:
    """The id of the run that is active, if one is."""
    run = mlflow.active_run()
    return None if run is None else run.info.run_id


def tag_run(tags: Mapping[str, str]) -> None:
    """Tag the run that is active, if one is."""
    if mlflow.active_run() is not None:
        mlflow.set_tags(dict(tags))


def end_interrupted_run() -> None:
    """End what runs as killed; left to itself, MLflow would call it finished as the process ends."""
    while mlflow.active_run() is not None:
        mlflow.end_run(RunStatus.to_string(RunStatus.KILLED))
