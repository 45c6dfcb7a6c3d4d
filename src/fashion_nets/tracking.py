"""Where runs are tracked, and how parameters, epochs and trials reach the run that is active."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mlflow
from kedro.utils import find_kedro_project
from mlflow.entities import RunStatus
from pydantic import BaseModel


def project_root() -> Path:
    """The root of the Kedro project around the working directory, or else around this package."""
    return find_kedro_project(Path.cwd()) or find_kedro_project(Path(__file__)) or Path.cwd()


def tracking_uri() -> str:
    """``MLFLOW_TRACKING_URI`` where it is set, as MLflow's users expect; else a database in the project."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{project_root() / 'mlflow.db'}"


def artifact_location() -> str | None:
    """The folder ``mlartifacts`` beside an SQLite database; None leaves the choice to a tracking server."""
    _, is_sqlite, database = tracking_uri().partition("sqlite:///")
    return (Path(database).resolve().parent / "mlartifacts").as_uri() if is_sqlite else None


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
        yield mlflow.log_metrics
    except Exception:
        mlflow.end_run(RunStatus.to_string(RunStatus.FAILED))
        raise
    mlflow.end_run()


def flatten_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """One entry for each single value, its name the path to it: ``mlp.training.epochs``."""
    flat = {}
    for name, value in parameters.items():
        nested = value.model_dump() if isinstance(value, BaseModel) else value
        if isinstance(nested, Mapping) and nested:
            flat |= {f"{name}.{inner}": leaf for inner, leaf in flatten_parameters(nested).items()}
        else:
            flat[name] = nested
    return flat
