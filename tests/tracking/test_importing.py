"""Files of unsent values, imported into databases of MLflow's own."""

import shutil

import mlflow
import pytest

from fashion_nets.errors import UserError
from fashion_nets.tracking.entries import Entry, begin, end, log_metrics, log_params
from fashion_nets.tracking.importing import import_unsent
from fashion_nets.tracking.unsent import Header, keep_unsent


@pytest.fixture
def store(empty_database, tmp_path):
    return f"sqlite:///{shutil.copy(empty_database, tmp_path / 'mlflow.db')}"


@pytest.fixture
def keep(tmp_path, monkeypatch):
    """Keep entries for a store, and give their file."""
    monkeypatch.setattr("fashion_nets.tracking.unsent.project_root", lambda: tmp_path)

    def keep_entries(uri, *entries):
        keep_unsent(Header(uri, "mine", (tmp_path / "artifacts").as_uri()), entries)
        return tmp_path / "unsent_runs" / f"{entries[0].run}.jsonl"

    return keep_entries


def test_runs_come_into_the_store_of_the_run_and_its_experiment_is_made_anew(
    store, keep, monkeypatch, tmp_path
):
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    file = keep(
        store,
        begin("a", "mlp", {}),
        begin("b", "trial", {}, parent="a"),
        log_metrics("b", {"accuracy": 0.75}),
        end("b", "FINISHED"),
        end("a", "FINISHED"),
    )
    for _ in range(2):
        assert import_unsent(file) == (
            f"The run mlp and 1 below it is in MLflow's store at {store}. The file can go: {file}"
        )
    client = mlflow.MlflowClient(store)
    experiment = client.get_experiment_by_name("mine")
    assert experiment.artifact_location == (tmp_path / "artifacts").as_uri()
    runs = {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}
    assert set(runs) == {"mlp", "trial"}
    assert runs["trial"].data.metrics == {"accuracy": 0.75}
    assert runs["trial"].data.tags["mlflow.parentRunId"] == runs["mlp"].info.run_id


def test_the_store_of_the_variable_wins(store, keep, monkeypatch, tmp_path):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    file = keep(f"sqlite:///{tmp_path / 'other.db'}", begin("a", "mlp", {}), end("a", "FAILED"))
    assert import_unsent(file).startswith(f"The run mlp is in MLflow's store at {store}. ")
    assert not (tmp_path / "other.db").exists()


def test_a_value_that_mlflow_refuses_is_told_and_holds_up_nothing(store, keep, said):
    file = keep(
        store,
        begin("a", "mlp", {}),
        log_params("a", {"epochs": 3}),
        log_params("a", {"epochs": 4}),
        log_metrics("a", {"loss": 0.5}),
        end("a", "FINISHED"),
    )
    import_unsent(file)
    (line,) = said()
    assert line.startswith("MLflow does not take a value: ")
    assert "'epochs'" in line
    client = mlflow.MlflowClient(store)
    (run,) = client.search_runs([client.get_experiment_by_name("mine").experiment_id])
    assert (run.data.params, run.data.metrics) == ({"epochs": "3"}, {"loss": 0.5})


def test_what_another_version_has_kept_is_told_and_the_rest_is_imported(store, keep, said):
    file = keep(
        store,
        begin("a", "mlp", {}),
        Entry("name", "a", {"name": "wide"}, 1),  # type: ignore[arg-type]
        log_metrics("a", {"loss": 0.5}),
        end("a", "FINISHED"),
    )
    import_unsent(file)
    assert said() == ["MLflow does not take a value: another version of this project has told it, as 'name'"]
    client = mlflow.MlflowClient(store)
    (run,) = client.search_runs([client.get_experiment_by_name("mine").experiment_id])
    assert (run.data.metrics, run.info.status) == ({"loss": 0.5}, "FINISHED")


def test_a_store_that_cannot_be_opened_is_named_with_the_reason_and_the_file_stays(
    keep, monkeypatch, tmp_path
):
    (tmp_path / "mlflow.db").write_text("no database " * 100)
    file = keep(f"sqlite:///{tmp_path / 'mlflow.db'}", begin("a", "mlp", {}))
    with pytest.raises(
        UserError, match="takes nothing at the moment .*not a database.* Import the file again"
    ):
        import_unsent(file)
    assert file.exists()
