"""Where runs are tracked, and how an epoch reaches the run that is active."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import mlflow
from kedro.utils import find_kedro_project


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
