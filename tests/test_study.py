"""A study as a person runs it: from the command line, interrupted, gone on with, and seen in MLflow."""

import logging
import re
import signal
import time

import mlflow
import pandas as pd
import pytest
import yaml
from tests.conftest import make_project
from tests.test_command_line import (
    SECONDS_UNTIL_STUCK,
    finish,
    refused_here,
    run_here,
    start,
    tracked_runs,
)

# All that a new study takes.
MY_STUDY = {
    "question": "Does a hidden layer help?",
    "network": "mlp",
    "overrides": {"training.epochs": 1},
    "n_seeds": 2,
    "variants": {
        "with": {"architecture.hidden_units": [16]},
        "without": {"architecture.hidden_units": []},
    },
    "measurements": ["sparsity"],
    "claims": [],
    "answer": {"kind": "against", "quantity": "parameters"},
    "further_figures": {"zeros": {"kind": "sparsity"}},
}
pytestmark = pytest.mark.slow  # a study in a process of its own, interrupted, and once more

RUN = ("--pipelines=study", "--params", "study.name=my_study")


class Kept(logging.Handler):
    """Keeps the lines of a log."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def wait_for(condition):
    until = time.monotonic() + SECONDS_UNTIL_STUCK
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project on the sample with a study of its own, which Ctrl+C has ended in its second trial."""
    project = make_project(tmp_path_factory.mktemp("study"))
    (project / "conf/sample/parameters_mine.yml").write_text(
        yaml.safe_dump({"studies": {"my_study": MY_STUDY}})
    )
    with pytest.MonkeyPatch.context() as patch:
        run_here(
            project, patch, "--pipelines=data_ingestion,preprocessing", "--params=tracking.enabled=false"
        )
    # A job in the background of a shell ignores Ctrl+C, and so would what it starts.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = start(project, "kedro", "run", "--env=sample", *RUN)
    finally:
        signal.signal(signal.SIGINT, handler)
    assert any("study my_study, trial 1 of 4: with, seed 42, val_accuracy" in line for line in process.stdout)
    wait_for(lambda: any(run.info.run_name == "with, seed 43" for run in tracked_runs(project)))
    process.send_signal(signal.SIGINT)
    assert finish(process).returncode == 130  # by itself, or left where it computes on
    return project


@pytest.fixture(scope="module")
def gone_on(project):
    """The same project after the study was run once more, in this process; and what that run said."""
    interrupted = {run.info.run_name: run.info.status for run in tracked_runs(project)}
    said, logger = Kept(), logging.getLogger("fashion_nets")
    level = logger.level
    with pytest.MonkeyPatch.context() as patch:
        logger.addHandler(said)
        logger.setLevel(logging.INFO)
        try:
            run_here(project, patch, *RUN)
        finally:
            logger.removeHandler(said)
            logger.setLevel(level)
    return project, interrupted, "\n".join(said.lines)


@pytest.fixture
def parent(gone_on):
    project, *_ = gone_on
    mlflow.set_tracking_uri(f"sqlite:///{project / 'mlflow.db'}")
    return next(run for run in tracked_runs(project) if run.info.run_name == "study my_study")


def test_an_interrupted_study_goes_on_with_what_is_missing(gone_on):
    project, _, said = gone_on
    assert re.search("study my_study: [123] of 4 trials were finished earlier", said)
    assert re.search(r"study my_study, trial 4 of 4: with(out)?, seed 4[23], val_accuracy 0\.", said)
    stored = project / "data/sample/07_model_output/studies/my_study"
    assert sorted(path.relative_to(stored).as_posix() for path in stored.rglob("*.*")) == [
        *("with/seed_42.json", "with/seed_43.json"),
        *("without/seed_42.json", "without/seed_43.json"),
    ]


def test_table_and_figures_lie_in_the_folder_of_the_study(gone_on):
    project, _, said = gone_on
    folder = project / "data/sample/08_reporting/studies/my_study"
    assert {path.name for path in folder.iterdir()} == {
        *("comparison.csv", "conclusion.json", "curves.png", "answer.png"),
        *("further_figures", "report_part.json", "report.html"),
        ".made_from",
    }
    assert [path.name for path in (folder / "further_figures").iterdir()] == ["zeros.png"]
    comparison = pd.read_csv(folder / "comparison.csv").set_index("variant")
    assert comparison["parameters"].to_dict() == {"with": 785 * 16 + 17 * 10, "without": 785 * 10}
    assert comparison["n_seeds"].to_list() == [2, 2]
    assert comparison["val_accuracy_mean"].between(0.3, 1).all()  # chance is 0.1
    assert "Study my_study: Does a hidden layer help?" in said


def test_what_was_interrupted_is_tracked_as_killed(gone_on):
    _, interrupted, _ = gone_on
    assert interrupted["study my_study"] == "KILLED"
    assert interrupted["with, seed 42"] == "FINISHED"
    assert interrupted["with, seed 43"] == "KILLED"


def test_a_study_is_a_run_with_a_run_below_it_for_each_trial(gone_on, parent):
    project, *_ = gone_on
    assert parent.info.status == "FINISHED"
    children = {
        run.info.run_name: run
        for run in tracked_runs(project)
        if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id
    }
    assert set(children) == {"with, seed 43", "without, seed 42", "without, seed 43"}
    assert {run.info.status for run in children.values()} == {"FINISHED"}
    assert children["without, seed 43"].data.params["architecture.hidden_units"] == "[]"
    assert children["with, seed 43"].data.metrics["val_accuracy"] > 0.3


def test_a_trial_of_the_interrupted_run_is_linked_and_not_told_again(gone_on, parent):
    project, *_ = gone_on
    (earlier,) = (run for run in tracked_runs(project) if run.info.run_name == "with, seed 42")
    assert earlier.data.tags["mlflow.parentRunId"] != parent.info.run_id
    page = f"#/experiments/{earlier.info.experiment_id}/runs/{earlier.info.run_id}"
    assert f"[with, seed 42]({page})" in parent.data.tags["mlflow.note.content"]


def test_the_run_of_a_study_has_its_parameters_and_no_others(parent):
    groups = {name.partition(".")[0] for name in parent.data.params}
    assert groups == {"seed", "study", "studies", "activation_functions", "trials"}
    assert parent.data.params["studies.my_study.network"] == "mlp"
    assert all(name.startswith("studies.my_study.") for name in parent.data.params if "studies" in name)


def test_the_run_of_a_study_has_its_table_and_figures(parent):
    files = mlflow.MlflowClient().list_artifacts(parent.info.run_id, "my_study")
    assert {file.path.partition("/")[2] for file in files} == {
        *("comparison.csv", "conclusion.json", "curves.png", "answer.png"),
        *("zeros.png", "report.html"),
    }


def test_an_unknown_study_is_answered_with_the_known_ones(gone_on, monkeypatch):
    project, *_ = gone_on
    (message,) = refused_here(project, monkeypatch, "--pipelines=study", "--params", "study.name=optimisers")
    assert message.startswith("study: 'name': there is no study 'optimisers'; did you mean 'optimizers'?")
    assert "my_study" in message
    assert not (project / "data/sample/08_reporting/studies/optimisers").exists()


def test_a_name_in_the_environment_names_the_folders_too(gone_on, monkeypatch, said):
    project, *_ = gone_on
    file = project / "conf/sample/parameters_mine.yml"
    file.write_text(file.read_text() + "study: {name: my_study}\n")
    run_here(project, monkeypatch, "--pipelines=study")
    assert "study my_study: 4 of 4 trials were finished earlier" in said()
    assert not (project / "data/sample/08_reporting/studies/optimizers").exists()
