"""Runs in a database of MLflow's own."""

import mlflow

from fashion_nets.tracking import ChildRun, epoch_logger
from fashion_nets.tracking.runs import close_outbox, current_outbox, leave_active_run


def test_epochs_are_logged_under_the_name_of_the_network(open_run):
    log_epoch = epoch_logger("mlp")
    log_epoch(1, {"loss": 0.5, "val_loss": 0.6})
    log_epoch(2, {"loss": 0.25})
    assert open_run.flush()
    client, run_id = mlflow.MlflowClient(), open_run.run.info.run_id
    losses = client.get_metric_history(run_id, "mlp/loss")
    assert [(point.step, point.value) for point in losses] == [(1, 0.5), (2, 0.25)]
    assert client.get_run(run_id).data.metrics["mlp/val_loss"] == 0.6


def test_what_is_open_ends_with_the_run_and_as_the_run(open_run):
    finished = ChildRun("finished", {}, {})
    ChildRun("open", {}, {})
    finished.end("FINISHED")
    close_outbox("KILLED")
    assert current_outbox() is None
    runs = {run.info.run_name: run.info for run in mlflow.search_runs(["0"], output_format="list")}
    assert {name: run.status for name, run in runs.items()} == {
        "parent": "KILLED",
        "open": "KILLED",
        "finished": "FINISHED",
    }
    assert all(run.end_time >= run.start_time for run in runs.values())


def test_an_active_run_is_left_without_a_word_to_the_store():
    with mlflow.start_run(experiment_id="0") as run:
        leave_active_run()
        assert mlflow.active_run() is None
        assert mlflow.get_run(run.info.run_id).info.status == "RUNNING"


def test_without_a_run_nothing_is_tracked(tmp_path):
    epoch_logger("mlp")(1, {"loss": 0.5})
    assert not (tmp_path / "mlflow.db").exists()
