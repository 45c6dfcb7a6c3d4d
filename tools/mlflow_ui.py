"""Show the tracked runs in the browser, and say at which addresses: MLflow opens on another page."""

import os
import sys
from pathlib import Path

from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro_mlflow.framework.cli.cli import ui
from mlflow import MlflowClient

PROJECT = Path(__file__).parent.parent


def main() -> None:
    """Print the address of each experiment that has runs, then do as ``kedro mlflow ui``."""
    bootstrap_project(PROJECT)
    with KedroSession.create(PROJECT) as session:
        settings = session.load_context().mlflow
    client = MlflowClient(settings.server.mlflow_tracking_uri)
    print("The runs, a few seconds from now (Ctrl+C ends this):")
    for experiment in client.search_experiments():
        if client.search_runs([experiment.experiment_id], max_results=1):
            page = f"/#/experiments/{experiment.experiment_id}/runs?workflowType=machine_learning"
            print(f"  {experiment.name:20} http://{settings.ui.host}:{settings.ui.port}{page}", flush=True)
    # kedro-mlflow starts the program `mlflow`, which is beside this Python whether or not .venv is activated.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    # The server's workers would push the addresses off the screen as they start.
    os.environ["UVICORN_LOG_LEVEL"] = "warning"
    os.environ["MLFLOW_LOGGING_LEVEL"] = "WARNING"
    os.environ["PYTHONWARNINGS"] = "ignore"
    # Workers for jobs that this project has none of; they take 1.8 GB.
    os.environ["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"
    ui([])


if __name__ == "__main__":
    main()
