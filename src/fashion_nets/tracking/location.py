"""Where runs are tracked."""

import os
from pathlib import Path

from fashion_nets.project import project_root


def tracking_uri() -> str:
    """``MLFLOW_TRACKING_URI`` where it is set, as MLflow's users expect; else a database in the project."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{project_root() / 'mlflow.db'}"


def artifact_location() -> str | None:
    """The folder ``mlartifacts`` beside an SQLite database; None leaves the choice to a tracking server."""
    _, is_sqlite, database = tracking_uri().partition("sqlite:///")
    return (Path(database).resolve().parent / "mlartifacts").as_uri() if is_sqlite else None
