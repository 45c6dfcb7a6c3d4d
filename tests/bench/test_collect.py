import io
import json

import numpy as np
import pytest
from PIL import Image

from bench.collect import LARGEST_PICTURE, collect, collect_pictures, main, make_small
from bench.experiments import EXPERIMENTS, read_result
from fashion_nets.provenance.records import read_record, write_record

STUDY = EXPERIMENTS["losses"]
QUESTION = "Are both the same?"


@pytest.fixture
def database(finished_run):
    return finished_run / "mlflow.db"


@pytest.fixture
def study(tmp_path, finished_run):
    """What a study stores, with two seeds, trained by the run that made the default run's comparison."""
    data = tmp_path / "data"
    answer = next(iter(STUDY.pictures.values()))
    for path in (STUDY.trials / "one", answer.parent):
        (data / path).mkdir(parents=True)
    for seed in (8, 7):
        (data / STUDY.trials / "one" / f"seed_{seed}.json").write_text("{}")
    (data / STUDY.tables["comparison.csv"]).write_text("variant,val_accuracy_mean\none,0.5\n")
    Image.new("RGB", (30, 20), (31, 119, 180)).save(data / answer)
    part = {
        "items": [
            {"images": [{"file": "curves.png", "description": "curves"}]},
            {
                "images": [
                    {
                        "file": answer.name,
                        "description": f"{QUESTION} highest with one (0.5\N{NO-BREAK SPACE}± 0.1)",
                    }
                ]
            },
        ]
    }
    (data / STUDY.part).write_text(json.dumps(part))
    record = read_record(finished_run / "data/sample" / EXPERIMENTS["default"].trained)
    write_record(data / STUDY.trained, record)
    return data


def test_the_default_run_is_kept_with_what_made_it(finished_run, database, tmp_path):
    collect("default", finished_run / "data/sample", database, tmp_path)
    result = read_result("default", tmp_path / "results")
    assert result.about["seeds"] == [42]
    assert "kedro run" in result.about["command"]
    assert "--env=sample" in result.about["command"]
    assert 0 < result.about["minutes"] < 60
    assert result.about["machine"]["device"] == "CPU"
    assert "conclusion" not in result.about
    assert set(result.tables["comparison"]["network"]) >= {"mlp", "cnn", "linear_autoencoder"}
    assert result.numbers["pca_comparison"]["codings_size"] == 2


def test_a_study_is_kept_with_its_seeds_and_its_answer(study, database, tmp_path):
    collect("losses", study, database, tmp_path / "docs")
    result = read_result("losses", tmp_path / "docs/results")
    assert result.about["seeds"] == [7, 8]
    assert result.about["conclusion"] == f"{QUESTION} highest with one (0.5 ± 0.1)"
    assert result.tables["comparison"].to_dict("records") == [{"variant": "one", "val_accuracy_mean": 0.5}]


def test_pictures_are_taken_over_and_those_that_are_missing_are_named(study, tmp_path):
    assert collect_pictures("losses", study, tmp_path) == []
    with Image.open(tmp_path / "images/studies/losses.png") as picture:
        assert picture.size == (30, 20)
    assert collect_pictures("optimizers", study, tmp_path) == ["08_reporting/studies/optimizers/answer.png"]


def test_what_is_not_stored_is_refused(study, database, tmp_path):
    with pytest.raises(
        SystemExit, match=r"optimizers: 08_reporting/studies/optimizers/comparison\.csv not found"
    ):
        collect("optimizers", study, database, tmp_path)


def test_what_no_record_tells_the_run_of_is_refused(study, database, tmp_path):
    write_record(study / STUDY.trained, {**read_record(study / STUDY.trained), "run": None})
    with pytest.raises(SystemExit, match="no record names the run"):
        collect("losses", study, database, tmp_path)


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
