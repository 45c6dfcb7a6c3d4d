import mlflow
import pandas as pd
import pytest
from tests.conftest import all_written
from tests.trials.small import TRIAL

from fashion_nets.tracking.runs import current_outbox
from fashion_nets.trials.result import TrialResult
from fashion_nets.trials.tracker import TrialTracker

OTHER = TRIAL._replace(seed=43)
RESULT = TrialResult(
    None,
    {"val_accuracy": 0.75, "epochs": 2},
    pd.DataFrame({"epoch": [1, 2], "val_loss": [0.5, 0.25]}),
    {},
)
RECORD = RESULT.to_record()


def child_runs():
    assert all_written(current_outbox())
    runs = mlflow.search_runs(search_all_experiments=True, output_format="list")
    return {run.info.run_name: run for run in runs if "mlflow.parentRunId" in run.data.tags}


def losses(run):
    history = mlflow.MlflowClient().get_metric_history(run.info.run_id, "val_loss")
    return {point.step: point.value for point in history}


@pytest.mark.usefixtures("open_run")
def test_trials_may_run_at_the_same_time_and_end_in_any_order():
    tracker = TrialTracker({"study": "mine"})
    tracker.begin(TRIAL)
    tracker.begin(OTHER)
    tracker.epoch(OTHER, 1, {"val_loss": 0.5})
    tracker.epoch(TRIAL, 1, {"val_loss": 0.75})
    tracker.finish(OTHER, RESULT, RECORD)
    tracker.abandon("KILLED")
    first, second = child_runs()["sgd, seed 42"], child_runs()["sgd, seed 43"]
    assert (first.info.status, losses(first)) == ("KILLED", {1: 0.75})
    assert (second.info.status, losses(second)) == ("FINISHED", {1: 0.5})
    assert second.data.metrics["val_accuracy"] == 0.75
    assert (second.data.tags["study"], second.data.tags["variant"]) == ("mine", "sgd")


@pytest.mark.usefixtures("open_run")
def test_who_started_the_parent_is_told_of_the_child_too():
    TrialTracker({}).finish(TRIAL, RESULT, RECORD)
    assert child_runs()["sgd, seed 42"].data.tags["mlflow.user"] == "somebody"


@pytest.mark.usefixtures("open_run")
def test_a_trial_that_nobody_told_of_is_logged_as_a_whole():
    TrialTracker({}).finish(TRIAL, RESULT, RECORD)
    assert losses(child_runs()["sgd, seed 42"]) == {1: 0.5, 2: 0.25}


def test_without_a_run_nothing_is_tracked(empty_store):
    tracker = TrialTracker({})
    tracker.begin(TRIAL)
    tracker.epoch(TRIAL, 1, {"val_loss": 0.5})
    tracker.finish(TRIAL, RESULT, RECORD)
    tracker.finish_earlier(OTHER, RESULT, RECORD)
    assert mlflow.search_runs(search_all_experiments=True).empty
