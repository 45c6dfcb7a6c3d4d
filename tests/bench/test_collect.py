import io
import json

import mlflow
import numpy as np
import pytest
from PIL import Image

from bench.collect import LARGEST_PICTURE, collect, collect_pictures, main, make_small
from bench.experiments import EXPERIMENTS, read_result
from fashion_nets.provenance.digests import digest_record
from fashion_nets.provenance.records import FORMAT, NESTED, write_record

STUDY = EXPERIMENTS["losses"]
RECORD: dict = {
    **{name: {} for name in NESTED},
    "format": FORMAT,
    "output": "study.trials",
    "node": "study.train_trials",
    "time": "2026-01-02T03:04:05+00:00",
    "parameters_digest": "",
    "fingerprints": [],
    "commit": {"git_commit": "0123456789abcdef"},
    "machine": {"processor": "AMD EPYC", "threads": 1, "device": "CPU"},
    "versions": {"keras": "3.15.1"},
    "content": {"digest": "", "files": {}},
}


@pytest.fixture
def run_id(empty_store):
    """A run of MLflow that took 90 seconds."""
    client = mlflow.MlflowClient()
    run = client.create_run("0", 1767322800000, {"kedro_command": "kedro run --pipelines=study", "seed": "7"})
    client.set_terminated(run.info.run_id, end_time=1767322890000)
    return run.info.run_id


def create_trial(parent, record, **tags):
    """The run of a trial below another one."""
    own = {"mlflow.parentRunId": parent, "trial": digest_record(record), **tags}
    mlflow.MlflowClient().create_run("0", tags=own)


@pytest.fixture
def study(tmp_path, run_id):
    """The data of a project with a study that has two seeds."""
    data = tmp_path / "data"
    answer = data / next(iter(STUDY.pictures.values()))
    for path in (data / STUDY.trials / "one", answer.parent):
        path.mkdir(parents=True)
    for seed in (8, 7):
        record = {"seed": seed}
        (data / STUDY.trials / "one" / f"seed_{seed}.json").write_text(json.dumps(record))
        create_trial(run_id, record)
    (data / STUDY.tables["comparison.csv"]).write_text("variant,val_accuracy_mean\none,0.5\n")
    (data / STUDY.tables["conclusion.json"]).write_text('{"sentence": "Are both the same? MLP: yes"}')
    Image.new("RGB", (30, 20), (31, 119, 180)).save(answer)
    write_record(data / STUDY.trained, {**RECORD, "run": run_id})
    return data


def test_a_study_is_kept_with_what_made_it(study, tmp_path):
    collect("losses", study, tmp_path / "mlflow.db", tmp_path / "docs")
    result = read_result("losses", tmp_path / "docs/results")
    assert result.about == {
        "command": "kedro run --pipelines=study",
        "seeds": [7, 8],
        "date": "2026-01-02",
        "minutes": 1.5,
        "commit": "0123456789abcdef",
        "machine": RECORD["machine"],
        "versions": RECORD["versions"],
    }
    assert result.numbers == {"conclusion": {"sentence": "Are both the same? MLP: yes"}}
    assert result.tables["comparison"].to_dict("records") == [{"variant": "one", "val_accuracy_mean": 0.5}]


def test_trials_of_an_earlier_run_are_told_beside_the_minutes_of_the_last(study, run_id, tmp_path):
    for name, parent, tags in (
        ("two", "an earlier run", {}),  # as MLflow has it already
        ("three", run_id, {"finished_earlier": "true"}),  # as the last run has told MLflow of it
        ("four", run_id, {}),
    ):
        record = {"variant": name}
        (study / STUDY.trials / name).mkdir()
        (study / STUDY.trials / name / "seed_7.json").write_text(json.dumps(record))
        create_trial(parent, record, **tags)
    collect("losses", study, tmp_path / "mlflow.db", tmp_path / "docs")
    assert read_result("losses", tmp_path / "docs/results").about["finished_earlier"] == 2


@pytest.mark.parametrize(
    ("commit", "told"), [("0123456789abcdef", None), ("fedcba9876543210", "fedcba9876543210")]
)
def test_tables_that_a_later_commit_has_told_anew_name_it(study, run_id, tmp_path, commit, told):
    record = {**RECORD, "run": None, "commit": {"git_commit": commit}}
    write_record(study / STUDY.tables["comparison.csv"], record)
    collect("losses", study, tmp_path / "mlflow.db", tmp_path / "docs")
    about = read_result("losses", tmp_path / "docs/results").about
    assert (about["commit"], about.get("told_after")) == (RECORD["commit"]["git_commit"], told)


def test_a_run_without_trials_has_the_seed_that_it_was_given(tmp_path, run_id):
    experiment = EXPERIMENTS["default"]
    for kept, path in experiment.tables.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("{}" if kept.endswith("json") else "network\nmlp\n")
    write_record(tmp_path / experiment.trained, {**RECORD, "run": run_id})
    collect("default", tmp_path, tmp_path / "mlflow.db", tmp_path / "docs")
    assert read_result("default", tmp_path / "docs/results").about["seeds"] == [7]


def test_pictures_are_taken_over_and_those_that_are_missing_are_named(study, tmp_path):
    assert collect_pictures("losses", study, tmp_path) == []
    with Image.open(tmp_path / "images/studies/losses.png") as picture:
        assert picture.size == (30, 20)
    assert collect_pictures("optimizers", study, tmp_path) == ["08_reporting/studies/optimizers/answer.png"]


def test_what_is_not_stored_is_refused(study, tmp_path):
    with pytest.raises(SystemExit, match=r"optimizers: 08_reporting/studies/optimizers/comparison\.csv"):
        collect("optimizers", study, tmp_path / "mlflow.db", tmp_path)


def test_what_no_record_tells_the_run_of_is_refused(study, tmp_path):
    write_record(study / STUDY.trained, {**RECORD, "run": None})
    with pytest.raises(SystemExit, match="no record names the run"):
        collect("losses", study, tmp_path / "mlflow.db", tmp_path)


def test_a_run_that_is_still_at_work_is_refused(study, tmp_path):
    run = mlflow.MlflowClient().create_run("0")
    write_record(study / STUDY.trained, {**RECORD, "run": run.info.run_id})
    with pytest.raises(SystemExit, match="still at work"):
        collect("losses", study, tmp_path / "mlflow.db", tmp_path)


def test_an_unknown_experiment_is_refused_with_those_that_there_are(capsys):
    with pytest.raises(SystemExit):
        main(["loses"])
    assert "no such experiment: loses; there are default, initializers" in capsys.readouterr().err


@pytest.mark.parametrize(("size", "noise", "keeps_size"), [((300, 200), 0, True), ((1500, 900), 60, False)])
def test_a_picture_gets_small_and_keeps_the_colours_of_classes(tmp_path, size, noise, keeps_size):
    pixels = np.full((size[1], size[0], 3), 255, dtype=np.uint8)
    rng = np.random.default_rng(0)
    pixels[:, : size[0] // 2] -= rng.integers(0, noise + 1, (size[1], size[0] // 2, 3), dtype=np.uint8)
    colours = np.array([(31, 119, 180), (255, 127, 14), (148, 103, 189)], dtype=np.uint8)
    for place, colour in enumerate(colours):
        pixels[-60:, -40 * (place + 1) : -40 * place or None] = colour
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    small = make_small(tmp_path / "picture.png")
    with Image.open(io.BytesIO(small)) as picture:
        found = np.asarray(picture.convert("RGB")).astype(int)
        assert (picture.size == size) == keeps_size
    assert len(small) <= LARGEST_PICTURE or found.shape[1] <= 900
    corner = found[-10, [-10, -found.shape[1] * 60 // size[0], -found.shape[1] * 100 // size[0]]]
    assert np.abs(corner - colours).max() <= 8
