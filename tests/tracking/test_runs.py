"""Runs in a database of MLflow's own."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Thread

import mlflow
import pytest

from fashion_nets.errors import UserError
from fashion_nets.tracking import ChildRun
from fashion_nets.tracking.runs import (
    close_outbox,
    close_own_outbox,
    current_outbox,
    enter_active_run,
    leave_active_run,
    open_outbox,
)
from fashion_nets.tracking.unsent import Header


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


def open_active(owned):
    run = mlflow.start_run(experiment_id="0")
    open_outbox(Header(mlflow.get_tracking_uri(), "Default", None), run, owned)
    return run.info.run_id


def test_an_active_run_is_left_without_a_word_to_the_store():
    run_id = open_active(owned=True)
    leave_active_run()
    assert mlflow.active_run() is None
    assert mlflow.get_run(run_id).info.status == "RUNNING"
    close_outbox("FAILED")
    assert mlflow.get_run(run_id).info.status == "FAILED"


def test_a_run_that_somebody_opened_stays_open_and_active():
    run_id = open_active(owned=False)
    close_outbox("KILLED")
    leave_active_run()
    assert mlflow.active_run().info.run_id == run_id
    mlflow.end_run()
    assert mlflow.get_run(run_id).info.status == "FINISHED"


def test_a_second_thread_is_refused_and_ends_nothing(open_run):
    def open_another():
        with pytest.raises(UserError, match="a process tracks one at a time"):
            open_outbox(Header(mlflow.get_tracking_uri(), "Default", None), open_run.run)
        close_own_outbox("FAILED")
        return current_outbox()

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(open_another).result(timeout=30) is open_run
    close_own_outbox("FINISHED")
    assert mlflow.get_run(open_run.run.info.run_id).info.status == "FINISHED"


def test_the_run_of_a_thread_that_is_gone_is_killed_by_the_next():
    opening = Thread(target=open_active, args=[True])
    opening.start()
    opening.join(timeout=60)
    first = current_outbox().run.info.run_id
    second = open_active(owned=True)
    assert mlflow.get_run(first).info.status == "KILLED"
    close_own_outbox("FINISHED")
    assert mlflow.get_run(second).info.status == "FINISHED"


def test_a_node_in_another_thread_finds_the_run_without_asking_the_store(open_run):
    def enter():
        enter_active_run()
        return mlflow.active_run().info.run_id

    database = Path(mlflow.get_tracking_uri().removeprefix("sqlite:///"))
    with closing(sqlite3.connect(database, isolation_level=None)) as other, ThreadPoolExecutor(1) as thread:
        other.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        assert thread.submit(enter).result(timeout=60) == open_run.run.info.run_id
        assert time.monotonic() - began < 1


def test_what_has_no_public_way_is_done_with_a_version_that_was_seen_to_work():
    """The stack of active runs; with another version, look whether it is as it was, then name that here."""
    assert mlflow.__version__.startswith("3.17.")
