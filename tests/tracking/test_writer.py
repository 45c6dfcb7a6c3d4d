"""Entries in a database of MLflow's own: what it has after they were written once, and twice."""

import shutil

import mlflow
import pytest
from mlflow.exceptions import MlflowException
from mlflow.models import Model

from fashion_nets.tracking.entries import (
    Earlier,
    Input,
    begin,
    describe,
    end,
    id_of,
    log_file,
    log_inputs,
    log_metrics,
    log_model,
    log_params,
    page_of,
    set_tags,
)
from fashion_nets.tracking.writer import RefusedError, Writer


@pytest.fixture
def client(empty_database, tmp_path):
    shutil.copy(empty_database, tmp_path / "mlflow.db")
    return mlflow.MlflowClient()


@pytest.fixture
def experiment(client, tmp_path):
    return client.create_experiment("runs", artifact_location=(tmp_path / "artifacts").as_uri())


@pytest.fixture
def writer(client, experiment):
    return Writer(client, experiment)


def runs_of(client, experiment):
    return {run.info.run_name: run for run in client.search_runs([experiment])}


def test_written_twice_gives_the_same_as_written_once(client, experiment, writer, tmp_path):
    figure, saved = tmp_path / "figure.txt", tmp_path / "saved"
    figure.write_text("drawn")
    saved.mkdir()
    Model().save(str(saved / "MLmodel"))
    (saved / "weights.txt").write_text("0.5")
    told = [
        begin("a", "mlp", {"seed": 7}),
        begin("b", "trial", {}, parent="a"),
        set_tags("a", {"stale_inputs": "train_set"}),
        log_params("b", {"epochs": 3}),
        log_metrics("b", {"loss": 0.5}, step=1),
        log_metrics("b", {"loss": 0.25}, step=2),
        log_file("b", str(figure), "figures"),
        log_model("b", "tiny", str(saved)),
        log_inputs("b", [Input("test_set", "test", "c0ffee", "data/test_set", {"num_rows": 3})]),
        log_metrics("b", {"accuracy": 0.75}, model="tiny", dataset="test_set"),
        log_metrics("b", {"loss": 0.375, "test_loss": 0.5}, step=None)._replace(time=2_000_000_000_000),
        describe("a", f"trained [trial]({page_of('b')})"),
        set_tags("b", {"resumes": id_of("a"), "unknown": id_of("c")}),
        end("b", "FINISHED"),
        end("a", "KILLED"),
    ]
    for entry in told:
        writer.write(entry)
    another = Writer(client, experiment)  # as of another process, later
    for entry in told:
        another.write(entry, again=True)

    runs = runs_of(client, experiment)
    assert set(runs) == {"mlp", "trial"}
    parent, trial = runs["mlp"], runs["trial"]
    assert (parent.info.status, trial.info.status) == ("KILLED", "FINISHED")
    assert (parent.info.start_time, parent.info.end_time) == (told[0].time, told[-1].time)
    assert parent.data.tags.items() >= {"seed": "7", "stale_inputs": "train_set"}.items()
    assert trial.data.tags["mlflow.parentRunId"] == parent.info.run_id
    assert trial.data.params == {"epochs": "3"}
    losses = client.get_metric_history(trial.info.run_id, "loss")
    assert [(point.step, point.value) for point in losses] == [(1, 0.5), (2, 0.25), (2, 0.375)]
    assert trial.data.metrics == {"loss": 0.375, "test_loss": 0.5, "accuracy": 0.75}
    (used,) = trial.inputs.dataset_inputs
    assert (used.dataset.name, used.dataset.digest, used.tags[0].value) == ("test_set", "c0ffee", "test")
    page = f"#/experiments/{experiment}/runs/{trial.info.run_id}"
    assert parent.data.tags["mlflow.note.content"] == f"trained [trial]({page})"
    assert trial.data.tags["resumes"] == parent.info.run_id
    assert "unknown" not in trial.data.tags  # MLflow has no such run
    assert mlflow.artifacts.load_text(f"runs:/{trial.info.run_id}/figures/figure.txt") == "drawn"
    (model,) = client.search_logged_models([experiment])
    assert (model.name, model.status, model.source_run_id) == ("tiny", "READY", trial.info.run_id)
    (metric,) = model.metrics
    assert (metric.key, metric.value, metric.dataset_name) == ("accuracy", 0.75, "test_set")
    assert [output.model_id for output in trial.outputs.model_outputs] == [model.model_id]


@pytest.mark.parametrize("goes_on", [True, False])
def test_an_earlier_run_of_any_experiment_is_found_and_gone_on_with_or_left_as_it_is(
    client, experiment, writer, goes_on
):
    writer.write(begin("a", "mlp", {"network": "mlp", "trial": "c0ffee"}))
    writer.write(log_params("a", {"seed": 42}))
    writer.write(log_metrics("a", {"loss": 0.5}, step=3))
    writer.write(end("a", "FINISHED"))
    ended = runs_of(client, experiment)["mlp"].info.end_time
    another = Writer(client, client.create_experiment("later"))
    told = [
        begin("b", "mlp", {"seed": 7}, earlier=Earlier({"network": "mlp", "trial": "c0ffee"}, goes_on)),
        log_params("b", {"seed": 7, "n_images": 3}),
        log_metrics("b", {"loss": 0.25}, step=None),
        end("b", "KILLED"),
    ]
    for again in (False, True):
        for entry in told:
            another.write(entry, again)
    mlp = runs_of(client, experiment)["mlp"]
    assert client.search_runs([another._experiment_id]) == []
    assert (mlp.info.status, mlp.info.end_time) == ("FINISHED", ended)
    assert mlp.data.params == ({"seed": "42", "n_images": "3"} if goes_on else {"seed": "42"})
    points = client.get_metric_history(mlp.info.run_id, "loss")
    assert [(point.step, point.value) for point in points] == [(3, 0.5), (3, 0.25)][: 1 + goes_on]


def test_more_values_than_mlflow_takes_at_once_are_all_written(client, experiment, writer):
    writer.write(begin("a", "run", {}))
    writer.write(log_params("a", {f"p{number}": number for number in range(101)}))
    writer.write(log_metrics("a", {f"m{number}": number for number in range(1001)}))
    data = runs_of(client, experiment)["run"].data
    assert data.params == {f"p{number}": str(number) for number in range(101)}
    assert data.metrics == {f"m{number}": number for number in range(1001)}


def test_of_values_that_mlflow_refuses_each_is_named_and_the_others_are_written(client, experiment, writer):
    writer.write(begin("a", "run", {}))
    writer.write(log_params("a", {"epochs": 3, "seed": 7}))
    with pytest.raises(RefusedError) as raised:
        writer.write(log_params("a", {"epochs": 4, "batch_size": 32, "seed": 8}))
    epochs, seed = str(raised.value).split("; ")
    assert "'epochs'" in epochs
    assert "'seed'" in seed
    params = runs_of(client, experiment)["run"].data.params
    assert params == {"epochs": "3", "seed": "7", "batch_size": "32"}


def test_what_belongs_to_a_run_that_has_not_begun_is_refused(writer):
    for entry in (set_tags("a", {"seed": 7}), begin("b", "trial", {}, parent="a"), end("a", "FINISHED")):
        with pytest.raises(RefusedError, match="run a was refused, and so is all that it tells"):
            writer.write(entry)


def test_a_run_that_mlflow_has_is_known_by_its_id(client, experiment, writer):
    run_id = client.create_run(experiment, run_name="opened").info.run_id
    writer.know(run_id)
    writer.write(log_metrics(run_id, {"loss": 0.5}))
    Writer(client, experiment).write(begin(run_id, "opened", {}), again=True)
    assert runs_of(client, experiment)["opened"].data.metrics == {"loss": 0.5}
    assert len(client.search_runs([experiment])) == 1


@pytest.mark.parametrize(
    "log", [lambda path: log_file("a", path, ""), lambda path: log_model("a", "m", path)]
)
def test_a_file_or_a_model_that_is_gone_is_refused(log, writer, tmp_path):
    writer.write(begin("a", "run", {}))
    with pytest.raises(RefusedError, match="gone is not there any more"):
        writer.write(log(str(tmp_path / "gone")))


def test_what_may_work_later_is_no_refusal(writer, client, tmp_path):
    writer.write(begin("a", "run", {}))
    writer.know("0" * 32)  # MLflow has no such run
    with pytest.raises(MlflowException, match="not found"):
        writer.write(set_tags("0" * 32, {"seed": 7}))
