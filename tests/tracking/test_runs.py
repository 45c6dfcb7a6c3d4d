"""Runs in a database of MLflow's own."""

import mlflow
import pytest

from fashion_nets.tracking import epoch_logger
from fashion_nets.tracking.runs import end_interrupted_run


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('tracking') / 'mlflow.db'}"


@pytest.fixture
def parent(database):
    """A run that is active."""
    mlflow.set_tracking_uri(database)
    mlflow.set_experiment("runs")
    yield mlflow.start_run(run_name="parent")
    while mlflow.active_run() is not None:
        mlflow.end_run()


def test_epochs_are_logged_under_the_name_of_the_network(parent):
    log_epoch = epoch_logger("mlp")
    log_epoch(1, {"loss": 0.5, "val_loss": 0.6})
    log_epoch(2, {"loss": 0.25})
    client = mlflow.MlflowClient()
    losses = client.get_metric_history(parent.info.run_id, "mlp/loss")
    assert [(point.step, point.value) for point in losses] == [(1, 0.5), (2, 0.25)]
    assert client.get_run(parent.info.run_id).data.metrics["mlp/val_loss"] == 0.6


def test_an_interruption_ends_what_runs_as_killed(parent):
    end_interrupted_run()
    assert mlflow.active_run() is None
    assert mlflow.get_run(parent.info.run_id).info.status == "KILLED"


def test_without_a_run_nothing_is_tracked(tmp_path):
    epoch_logger("mlp")(1, {"loss": 0.5})
    assert mlflow.active_run() is None
    assert not (tmp_path / "mlflow.db").exists()
