"""The runs of networks in a database of MLflow's own."""

import mlflow
import pandas as pd
import pytest
from tests.conftest import all_written

from fashion_nets.tracking import ChildRun
from fashion_nets.tracking.child_runs import FINGERPRINT
from fashion_nets.tracking.entries import Input
from fashion_nets.tracking.networks import (
    MODEL_DIGEST,
    NETWORK,
    TrainingLog,
    continue_network_run,
    end_network_run,
    network_run,
)
from fashion_nets.tracking.runs import close_outbox, current_outbox, tag_run

HISTORY = pd.DataFrame({"epoch": [1, 2, 3], "loss": [3.0, 2.0, 1.0], "val_loss": [0.6, 0.5, 0.7]})


def runs():
    outbox = current_outbox()
    assert outbox is None or all_written(outbox)
    found = mlflow.search_runs(["0"], "tags.network LIKE '%'", output_format="list", order_by=["start_time"])
    return {run.info.run_name: run for run in found}


def points(run, name):
    history = mlflow.MlflowClient().get_metric_history(run.info.run_id, name)
    return [(point.step, point.value) for point in history]


def train(network, kept):
    log = TrainingLog(network)
    for row in HISTORY.to_dict("records"):
        log(row["epoch"], {name: row[name] for name in ("loss", "val_loss")})
    log.keep_best(HISTORY, kept)


@pytest.mark.usefixtures("open_run")
def test_what_is_shown_of_a_training_is_what_its_best_epoch_has_left():
    train("mlp", kept=2)
    train("cnn", kept=3)
    mlp, cnn = runs()["mlp"], runs()["cnn"]
    assert mlp.data.metrics == {"loss": 1.0, "val_loss": 0.5, "best_epoch": 2}
    assert points(mlp, "val_loss") == [(1, 0.6), (2, 0.5), (3, 0.7), (3, 0.5)]
    assert cnn.data.metrics == {"loss": 1.0, "val_loss": 0.7, "best_epoch": 3}
    assert points(cnn, "val_loss") == [(1, 0.6), (2, 0.5), (3, 0.7)]
    assert cnn.data.tags["network"] == "cnn"


@pytest.mark.usefixtures("open_run")
def test_a_run_ends_once_and_the_next_training_of_the_network_is_another():
    first = network_run("mlp").run
    end_network_run("mlp")
    end_network_run("mlp")
    assert runs()["mlp"].info.status == "FINISHED"
    assert network_run("mlp").run != first


@pytest.mark.usefixtures("open_run")
def test_results_are_about_the_data_that_the_run_has_been_told_of(open_run):
    open_run.data["test_set"] = Input("test_set", "test", "c0ffee", "", {"data_fingerprint": "1984"})
    run = network_run("mlp")
    run.log_inputs(["test_set", "unknown"])
    run.log_inputs(["test_set"])
    run.log_results({"test_accuracy": 0.75, "val_accuracy": 0.5, "epochs": 3})
    mlp = runs()["mlp"]
    (used,) = mlp.inputs.dataset_inputs
    assert (used.dataset.name, used.dataset.digest, used.tags[0].value) == ("test_set", "c0ffee", "test")
    assert mlp.data.tags["data_fingerprint"] == "1984"
    assert mlp.data.metrics == {"test_accuracy": 0.75, "val_accuracy": 0.5, "epochs": 3}


def train_with_model(model):
    network_run("mlp").log_parameters({"seed": 42})
    train("mlp", kept=2)
    network_run("mlp").tag({MODEL_DIGEST: model})
    network_run("mlp").describe("as it was trained")


def test_a_later_run_goes_on_with_that_of_the_model_and_adds_what_is_new(run_of_mlflow):
    with run_of_mlflow() as parent:
        train_with_model("c0ffee")
    with run_of_mlflow() as later:
        run = continue_network_run("mlp", "c0ffee", {})
        assert continue_network_run("mlp", "c0ffee", {}) is run
        run.describe("later")
        run.log_parameters({"seed": 7, "generation": {"n_images": 3}})
        run.log_results({"val_loss": 0.25, "test_loss": 0.5})
    assert set(runs()) == {"mlp"}
    mlp = runs()["mlp"]
    assert mlp.data.tags["mlflow.parentRunId"] == parent.info.run_id != later.info.run_id
    assert mlp.data.params == {"seed": "42", "generation.n_images": "3"}
    assert points(mlp, "val_loss")[-1] == (3, 0.25)
    assert points(mlp, "test_loss") == [(0, 0.5)]
    assert mlp.info.status == "FINISHED"
    assert mlp.data.tags["mlflow.note.content"] == "as it was trained"


def test_a_run_that_goes_on_keeps_the_fingerprint_of_the_images_that_it_was_trained_on(run_of_mlflow):
    with run_of_mlflow():
        current_outbox().data["train_set"] = Input("train_set", "training", "c0", "", {FINGERPRINT: "1984"})
        network_run("mlp").log_inputs(["train_set"])
        train_with_model("c0ffee")
    with run_of_mlflow():
        current_outbox().data["test_set"] = Input("test_set", "test", "ee", "", {FINGERPRINT: "2001"})
        continue_network_run("mlp", "c0ffee", {}).log_inputs(["test_set"])
    mlp = runs()["mlp"]
    assert {used.dataset.name for used in mlp.inputs.dataset_inputs} == {"train_set", "test_set"}
    assert mlp.data.tags[FINGERPRINT] == "1984"


def test_results_of_a_network_are_not_taken_for_those_of_a_trial_of_the_same_network(run_of_mlflow):
    """As in ``kedro run --pipelines=mlp,study``, whose trials are runs of the mlp too, and begin later."""
    with run_of_mlflow():
        train_with_model("c0ffee")
        ChildRun("wider", {}, {NETWORK: "mlp", "study": "widths"}).end("FINISHED")
    with run_of_mlflow():
        continue_network_run("mlp", "c0ffee", {}).log_results({"test_loss": 0.5})
    told = runs()
    assert set(told) == {"mlp", "wider"}
    assert told["mlp"].data.metrics["test_loss"] == 0.5
    assert told["wider"].data.metrics == {}


@pytest.mark.parametrize(("later", "then"), [("FINISHED", "FINISHED"), ("FAILED", "FAILED")])
def test_a_training_whose_results_failed_has_ended_well_once_they_are_there(run_of_mlflow, later, then):
    with run_of_mlflow():
        train_with_model("c0ffee")
        close_outbox("FAILED")
    before = runs()["mlp"].info
    with run_of_mlflow():
        continue_network_run("mlp", "c0ffee", {}).log_results({"test_loss": 0.5})
        close_outbox(later)
    after = runs()["mlp"].info
    assert (before.status, after.status) == ("FAILED", then)
    assert after.end_time == before.end_time


def test_what_a_run_is_tagged_with_tags_those_below_it_too(open_run):
    tag_run({"git_commit": "c0ffee", "stale_inputs": "train_set"})
    network_run("mlp", {"seed": 7})
    ChildRun("wider", {}, {NETWORK: "mlp"})
    for run in (*runs().values(), mlflow.get_run(open_run.run.info.run_id)):
        assert (run.data.tags["git_commit"], run.data.tags["stale_inputs"]) == ("c0ffee", "train_set")


@pytest.mark.parametrize("model", [None, "c0ffee"])
def test_where_no_run_of_the_model_is_known_one_begins(open_run, model):
    run = continue_network_run("mlp", model, {"seed": 7})
    run.log_results({"test_loss": 0.5})
    assert run.is_earlier  # its network was not trained here
    mlp = runs()["mlp"]
    assert mlp.data.tags["mlflow.parentRunId"] == open_run.run.info.run_id
    assert (mlp.data.tags["seed"], mlp.data.metrics) == ("7", {"test_loss": 0.5})
    assert mlp.data.tags.get(MODEL_DIGEST) == model


@pytest.mark.usefixtures("open_run")
def test_a_training_that_goes_on_names_the_run_that_was_interrupted():
    interrupted, log = TrainingLog("mlp").run, TrainingLog("cnn")
    log.resumes(interrupted)
    assert runs()["cnn"].data.tags["resumes"] == runs()["mlp"].info.run_id


@pytest.mark.usefixtures("open_run")
def test_a_run_that_mlflow_does_not_have_is_not_named_as_interrupted():
    TrainingLog("cnn").resumes("0" * 32)
    assert "resumes" not in runs()["cnn"].data.tags


def test_without_a_run_nothing_is_tracked(tmp_path):
    train("mlp", kept=2)
    assert TrainingLog("mlp").run is None
    continue_network_run("mlp", "0" * 32, {}).log_results({"test_loss": 0.5})
    end_network_run("mlp")
    assert not (tmp_path / "mlflow.db").exists()
