import mlflow
import pytest
from tests.conftest import all_written

from fashion_nets.tracking.child_runs import ChildRun


def children(parent):
    assert all_written(parent)
    below = f"tags.`mlflow.parentRunId` = '{parent.run.info.run_id}'"
    return {run.info.run_name: run for run in mlflow.MlflowClient().search_runs(["0"], below)}


def test_a_child_is_a_run_below_the_open_one_which_stays_open(open_run):
    run = ChildRun("trial", {"mlp": {"epochs": 3}}, {"seed": 7})
    assert children(open_run)["trial"].info.status == "RUNNING"
    run.log({"loss": 0.5}, step=1)
    run.log({"loss": 0.25}, step=2)
    run.log({"accuracy": 0.9})
    run.end("FINISHED")
    child = children(open_run)["trial"]
    assert child.info.status == "FINISHED"
    assert child.data.params == {"mlp.epochs": "3"}
    assert child.data.metrics == {"loss": 0.25, "accuracy": 0.9}
    losses = mlflow.MlflowClient().get_metric_history(child.info.run_id, "loss")
    assert [(point.step, point.value) for point in losses] == [(1, 0.5), (2, 0.25)]
    assert (child.data.tags["seed"], child.data.tags["mlflow.user"]) == ("7", "somebody")
    parent = mlflow.get_run(open_run.run.info.run_id)
    assert (parent.info.status, parent.data.metrics) == ("RUNNING", {})


@pytest.mark.parametrize("status", ["FAILED", "KILLED"])
def test_children_are_open_side_by_side_and_end_one_by_one(open_run, status):
    first, _ = ChildRun("first", {}, {}), ChildRun("second", {}, {})
    first.end(status)
    statuses = {name: run.info.status for name, run in children(open_run).items()}
    assert statuses == {"first": status, "second": "RUNNING"}


def test_without_a_run_nothing_is_tracked(tmp_path):
    run = ChildRun("trial", {"epochs": 3}, {})
    run.log({"accuracy": 0.9})
    run.end("FINISHED")
    assert not (tmp_path / "mlflow.db").exists()
