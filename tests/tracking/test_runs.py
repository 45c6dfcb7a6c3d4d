"""Runs in a database of MLflow's own."""

import mlflow
import pytest

from fashion_nets.tracking import child_run, epoch_logger
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


def children(parent):
    client = mlflow.MlflowClient()
    below = f"tags.`mlflow.parentRunId` = '{parent.info.run_id}'"
    return client.search_runs([parent.info.experiment_id], below)


def test_epochs_are_logged_under_the_name_of_the_network(parent):
    log_epoch = epoch_logger("mlp")
    log_epoch(1, {"loss": 0.5, "val_loss": 0.6})
    log_epoch(2, {"loss": 0.25})
    client = mlflow.MlflowClient()
    losses = client.get_metric_history(parent.info.run_id, "mlp/loss")
    assert [(point.step, point.value) for point in losses] == [(1, 0.5), (2, 0.25)]
    assert client.get_run(parent.info.run_id).data.metrics["mlp/val_loss"] == 0.6


def test_a_trial_is_a_run_below_the_active_one(parent):
    with child_run("trial", {"mlp": {"epochs": 3}}, {"seed": 7}) as log_results:
        epoch_logger("mlp")(1, {"loss": 0.5})
        log_results({"accuracy": 0.9})
    assert mlflow.active_run().info.run_id == parent.info.run_id
    (child,) = children(parent)
    assert (child.info.run_name, child.info.status) == ("trial", "FINISHED")
    assert child.data.params == {"mlp.epochs": "3"}
    assert child.data.metrics == {"mlp/loss": 0.5, "accuracy": 0.9}
    assert child.data.tags["seed"] == "7"


def test_a_trial_that_fails_is_a_failed_run(parent):
    with pytest.raises(ValueError, match="no luck"), child_run("trial", {}, {}):
        raise ValueError("no luck")
    assert [child.info.status for child in children(parent)] == ["FAILED"]
    assert mlflow.active_run().info.run_id == parent.info.run_id


def test_an_interruption_ends_a_trial_and_its_parent_as_killed(parent):
    with pytest.raises(KeyboardInterrupt), child_run("trial", {}, {}):
        raise KeyboardInterrupt
    end_interrupted_run()
    assert mlflow.active_run() is None
    assert [child.info.status for child in children(parent)] == ["KILLED"]
    assert mlflow.get_run(parent.info.run_id).info.status == "KILLED"


def test_without_a_run_nothing_is_tracked(tmp_path):
    epoch_logger("mlp")(1, {"loss": 0.5})
    with child_run("trial", {"epochs": 3}, {}) as log_results:
        log_results({"accuracy": 0.9})
    assert mlflow.active_run() is None
    assert not (tmp_path / "mlflow.db").exists()
