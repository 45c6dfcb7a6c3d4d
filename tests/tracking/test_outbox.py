"""Stores of MLflow that are locked, gone or full while a run tells them something."""

import resource
import sqlite3
import threading
import time
from pathlib import Path

import mlflow
import pytest
from tests.conftest import all_written

from fashion_nets.tracking import ChildRun, TrainingLog
from fashion_nets.tracking.entries import log_file, log_params, set_tags
from fashion_nets.tracking.importing import import_unsent
from fashion_nets.tracking.runs import close_outbox


@pytest.fixture
def database(open_run):
    return Path(mlflow.get_tracking_uri().removeprefix("sqlite:///"))


@pytest.fixture
def lock(database):
    """Nobody else can read or write; the test ends it."""
    with sqlite3.connect(database, isolation_level=None) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield connection
    connection.close()


@pytest.fixture(autouse=True)
def _project_here(monkeypatch, tmp_path):
    """Where values are kept that the store does not take."""
    monkeypatch.setattr("fashion_nets.tracking.unsent.project_root", lambda: tmp_path)


def tell(outbox, epochs):
    for epoch in epochs:
        TrainingLog("mlp")(epoch, {"loss": 1 / epoch})


def is_nobody_writing():
    """Whether what an outbox was writing as it was given up is written; usually its process has ended."""
    return all(thread.name != "tracking" for thread in threading.enumerate())


def losses(run_id):
    """Of the network, whose run is below the one with this id."""
    client = mlflow.MlflowClient()
    (below,) = client.search_runs(["0"], f"tags.`mlflow.parentRunId` = '{run_id}' and tags.network = 'mlp'")
    return [(point.step, point.value) for point in client.get_metric_history(below.info.run_id, "loss")]


def wait_until(true, seconds=60):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_training_does_not_wait_for_a_lock_and_nothing_is_lost(open_run, lock):
    began = time.monotonic()
    tell(open_run, range(1, 101))
    assert time.monotonic() - began < 1
    assert not all_written(open_run, seconds=0.5)
    lock.execute("ROLLBACK")
    assert all_written(open_run)
    assert losses(open_run.run.info.run_id) == [(epoch, 1 / epoch) for epoch in range(1, 101)]


def test_a_store_that_is_back_gets_what_waited_and_it_is_said_once(open_run, database, said):
    tell(open_run, [1])
    assert all_written(open_run)
    away = database.rename(database.with_suffix(".away"))
    tell(open_run, [2, 3])
    wait_until(lambda: open_run.is_failing)
    away.replace(database)
    assert all_written(open_run)
    assert losses(open_run.run.info.run_id) == [(1, 1.0), (2, 1 / 2), (3, 1 / 3)]
    warning, info = said()
    assert "takes nothing at the moment (attempt to write a readonly database)" in warning
    assert "The run goes on; its values are kept" in warning
    assert info.startswith("MLflow's store takes values again")


def test_a_full_disk_stops_nothing(open_run, database):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (database.stat().st_size, before[1]))
    try:
        open_run.put(set_tags(open_run.run.info.run_id, {str(number): "x" * 5000 for number in range(90)}))
        tell(open_run, [1])
        wait_until(lambda: open_run.is_failing)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert all_written(open_run)
    assert losses(open_run.run.info.run_id) == [(1, 1.0)]


def test_what_the_store_does_not_take_to_the_end_is_kept_in_a_file_and_imported_once(
    open_run, lock, said, tmp_path
):
    run_id = open_run.run.info.run_id
    figure = tmp_path / "figure.txt"
    figure.write_text("of this run")
    tell(open_run, [1, 2])
    child = ChildRun("trial", {"epochs": 3}, {"seed": 7})
    child.log({"accuracy": 0.5})
    open_run.put(log_file(run_id, str(figure), "figures"))
    close_outbox("FINISHED", seconds=0.5)
    figure.write_text("of the next run")
    file = tmp_path / "unsent_runs" / f"{run_id}.jsonl"
    assert said()[-1].endswith(f"kedro import-runs {file}")
    lock.execute("ROLLBACK")
    wait_until(is_nobody_writing)
    for _ in range(2):
        assert import_unsent(file).startswith("The run parent and 2 below it is in MLflow's store at sqlite:")
        assert losses(run_id) == [(1, 1.0), (2, 0.5)]
        runs = {run.info.run_name: run for run in mlflow.search_runs(["0"], output_format="list")}
        assert set(runs) == {"parent", "mlp", "trial"}
        assert {run.info.status for run in runs.values()} == {"FINISHED"}
        trial = runs["trial"]
        assert trial.data.tags["mlflow.parentRunId"] == run_id
        assert (trial.data.params, trial.data.metrics) == ({"epochs": "3"}, {"accuracy": 0.5})
    stored = mlflow.artifacts.load_text(f"runs:/{run_id}/figures/figure.txt")
    assert stored == "of this run"


def test_a_run_whose_store_was_deleted_is_imported_into_another(open_run, database, monkeypatch, tmp_path):
    tell(open_run, [1])
    assert all_written(open_run)
    database.unlink()
    tell(open_run, [2])
    wait_until(lambda: open_run.is_failing)
    close_outbox("FAILED", seconds=0.5)
    other = f"sqlite:///{tmp_path / 'other.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", other)
    mlflow.set_tracking_uri(other)
    for _ in range(2):
        import_unsent(tmp_path / "unsent_runs" / f"{open_run.run.info.run_id}.jsonl")
        run, network = sorted(
            mlflow.search_runs(["0"], output_format="list"), key=lambda run: run.info.start_time
        )
        assert (network.info.run_name, network.info.status) == ("mlp", "FAILED")
        assert (run.info.run_name, run.info.status) == ("parent", "FAILED")
        assert losses(run.info.run_id) == [(1, 1.0), (2, 0.5)]
        assert run.info.start_time == open_run.run.info.start_time


def test_a_value_that_mlflow_refuses_is_named_and_the_others_are_kept(open_run, said):
    run_id = open_run.run.info.run_id
    open_run.put(log_params(run_id, {"epochs": 3}))
    open_run.put(log_params(run_id, {"epochs": 4, "batch_size": 32}))
    assert all_written(open_run)
    assert mlflow.get_run(run_id).data.params == {"epochs": "3", "batch_size": "32"}
    (warning,) = said()
    assert warning.startswith("MLflow does not take a value of this run, and the run goes on: ")
    assert "Changing param values is not allowed" in warning


def test_a_run_that_mlflow_refuses_holds_up_nothing(open_run, said, tmp_path, lock):
    refused = ChildRun("trial", {"epochs": 3}, {"mlflow.runName": "another name"})
    refused.log({"accuracy": 0.5})
    refused.end("FINISHED")
    tell(open_run, [1])
    lock.execute("ROLLBACK")
    assert all_written(open_run)
    run_id = open_run.run.info.run_id
    assert losses(run_id) == [(1, 1.0)]
    *_, refusal, of_its_values = [line for line in said() if "does not take a value" in line]
    assert "'mlflow.runName' tag are specified, but with different values" in refusal
    assert of_its_values.endswith("was refused, and so is all that it tells")
    tell(open_run, [2])
    lock.execute("BEGIN EXCLUSIVE")
    close_outbox("FINISHED", seconds=0.5)
    lock.execute("ROLLBACK")
    assert "The run parent" in import_unsent(tmp_path / "unsent_runs" / f"{run_id}.jsonl")
    assert losses(run_id) == [(1, 1.0), (2, 0.5)]


def test_where_the_project_cannot_be_written_the_values_are_in_a_folder_of_their_own(
    open_run, lock, said, tmp_path, monkeypatch
):
    (tmp_path / "unsent_runs").touch()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    tell(open_run, [1])
    close_outbox("FINISHED", seconds=0.5)
    (folder,) = tmp_path.glob("fashion_nets_unsent_runs_*")
    (file,) = folder.iterdir()
    assert said()[-1].endswith(f"kedro import-runs {file}")
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    lock.execute("ROLLBACK")
    wait_until(is_nobody_writing)
    import_unsent(file)
    assert losses(open_run.run.info.run_id) == [(1, 1.0)]
