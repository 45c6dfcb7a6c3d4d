"""A sweep as a person runs it: to its winner, gone on with, seen in MLflow, and its best parameters in a run.

All of it is slow: a dozen trainings, and a run of the command in a process of its own. What a sweep chooses
is tested without any training in tests/pipelines/sweep.
"""

import json

import mlflow
import pandas as pd
import pytest
import yaml
from tests.conftest import make_project
from tests.test_command_line import kedro_run, run_here, succeeded, tracked_runs
from tests.trials.store import children_of

from fashion_nets.datasets.records_dataset import RecordsDataset

pytestmark = pytest.mark.slow  # 50 s: see above

MY_SWEEP = {
    "network": "mlp",
    "overrides": {"architecture.hidden_units": [16], "training.batch_size": 64},
    "space": {
        "architecture.dropout": {"low": 0.0, "high": 0.3, "step": 0.1},
        "optimizer": {"choice": {"adam": {"optimizer.name": "Adam"}, "nadam": {"optimizer.name": "Nadam"}}},
        "optimizer.learning_rate": {"low": 1e-3, "high": 1e-2, "log": True},
    },
    "n_trials": 4,
    "epochs": 3,
    "rungs": [1],
    "reduction": 2,
    "n_seeds": 1,
}
RUN = ("--pipelines=sweep", "--params", "sweep.name=my_sweep,sweep.pending=2,trials.workers=2")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project on the sample in which a sweep of its own has run."""
    project = make_project(tmp_path_factory.mktemp("sweep"))
    (project / "conf/sample/parameters_mine.yml").write_text(
        yaml.safe_dump({"sweeps": {"my_sweep": MY_SWEEP}})
    )
    with pytest.MonkeyPatch.context() as patch:
        run_here(
            project, patch, "--pipelines=data_ingestion,preprocessing", "--params=tracking.enabled=false"
        )
        run_here(project, patch, *RUN)
    return project


@pytest.fixture
def results(project):
    return project / "data/sample/08_reporting/sweeps/my_sweep"


@pytest.fixture
def trials(project):
    return project / "data/sample/07_model_output/sweeps/my_sweep/trials"


def read(folder):
    return {key: read_it() for key, read_it in RecordsDataset(str(folder)).load().items()}


def scores(record):
    return {name: value for name, value in record["numbers"].items() if "seconds" not in name}


def test_a_sweep_ends_with_its_winner_tested_and_everything_in_its_folder(project, results):
    assert {path.name for path in results.iterdir()} == {
        *("best.yml", "trials.csv", "winner.csv", "verdict.json", "metrics.json", "importance.csv"),
        *("history.png", "importance.png", "parallel_coordinates.png", "report_part.json", "report.html"),
        ".made_from",
    }
    table = pd.read_csv(results / "trials.csv")
    assert table["outcome"].value_counts().to_dict() == {"ended early": 2, "promoted": 2, "finished": 2}
    assert table.groupby("outcome")["epochs"].unique().map(list).to_dict() == {
        "ended early": [1],
        "finished": [3],
        "promoted": [1],
    }
    verdict = json.loads((results / "verdict.json").read_text())
    finished = table[table["outcome"] == "finished"].set_index("trial")["val_accuracy"]
    assert verdict["trial"] == finished.idxmax()
    assert verdict["val_accuracy_of_the_trial"] == finished.max()
    finals = pd.read_csv(results / "winner.csv")
    assert finals["seed"].to_list() == [43]  # that of the trials was 42
    assert verdict["test_accuracy"] == pytest.approx(finals["test_accuracy"].mean())
    assert verdict["test_accuracy"] > 0.6  # chance is 0.1
    assert not list((project / "data/sample/06_models/checkpoints").rglob("*.npz"))


def test_only_the_trainings_of_the_winner_have_seen_the_test_set(project, trials):
    assert not [name for record in read(trials).values() for name in record["numbers"] if "test" in name]
    finals = read(trials.parent / "finals")
    assert [scores(record).keys() >= {"test_accuracy"} for record in finals.values()] == [True]


def test_each_part_is_a_run_with_its_number_and_its_rung(project):
    mlflow.set_tracking_uri(f"sqlite:///{project / 'mlflow.db'}")
    parent = next(run for run in tracked_runs(project) if run.info.run_name == "sweep my_sweep")
    children = children_of(parent)
    tags = [run.data.tags for run in children.values()]
    assert len(children) == 4 + 2 + 1
    assert {tag["sweep"] for tag in tags} == {"my_sweep"}
    rungs = [tag.get("rung") for tag in tags]
    assert [rungs.count(rung) for rung in ("rung_1", "rung_2", None)] == [4, 2, 1]
    gone_on = [run for run in children.values() if run.data.tags.get("rung") == "rung_2"]
    first_parts = {
        run.info.run_id: run.data.tags["number"] for run in children.values() if "number" in run.data.tags
    }
    for run in gone_on:
        assert first_parts[run.data.tags["resumes"]] == run.data.tags["number"]
    assert parent.data.metrics["my_sweep/test_accuracy"] > 0.6


def test_what_is_missing_is_trained_to_the_same_bits_with_another_number_of_workers(
    project, results, trials, monkeypatch
):
    before, table = read(trials), pd.read_csv(results / "trials.csv")
    lost = [key for key in before if "trial_001" not in key or "rung_2" in key]
    for key in lost:
        (trials / f"{key}.json").unlink()
    run_here(
        project, monkeypatch, *RUN[:-1], RUN[-1].replace("workers=2", "workers=1,tracking.enabled=false")
    )
    after = read(trials)
    assert after.keys() == before.keys()
    for key, record in after.items():
        assert scores(record) == scores(before[key]), key
        assert (record == before[key]) == (key not in lost)  # times differ
    columns = table.columns.drop("seconds")
    pd.testing.assert_frame_equal(pd.read_csv(results / "trials.csv")[columns], table[columns])


def test_the_best_parameters_train_the_network_that_won(project, results):
    done = succeeded(kedro_run(project, f"--config={results.relative_to(project) / 'best.yml'}"))
    assert "mlp is trained: 3 epochs" in done.stdout
    metrics = json.loads((project / "data/sample/08_reporting/mlp/metrics.json").read_text())
    verdict = json.loads((results / "verdict.json").read_text())
    assert metrics["val_accuracy"] == pytest.approx(verdict["val_accuracy_of_the_trial"], abs=0.02)
