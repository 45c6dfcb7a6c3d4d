import pytest

from bench import places
from bench.places import check_stored, load_parameters


def test_parameters_are_those_of_conf():
    parameters = load_parameters()
    assert parameters["mlp"]["training"]["batch_size"] == 32
    assert (
        load_parameters("sample")["preprocessing"]["validation_size"]
        < parameters["preprocessing"]["validation_size"]
    )


@pytest.fixture
def nothing_stored(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "ROOT", tmp_path)
    monkeypatch.setattr(places, "RAW", tmp_path / "raw")
    monkeypatch.setattr(places, "SETS", tmp_path / "sets")
    return tmp_path


def test_where_images_are_not_stored_the_commands_that_store_them_are_named(nothing_stored):
    (nothing_stored / "sets" / "train_set").mkdir(parents=True)
    with pytest.raises(SystemExit) as end:
        check_stored()
    assert "raw/train-images-idx3-ubyte.gz, sets/validation_set, sets/test_set." in end.value.code
    assert "kedro run --pipelines=preprocessing" in end.value.code


def test_sets_of_the_sample_are_made_by_a_run_on_it(nothing_stored, monkeypatch):
    monkeypatch.setattr(places, "SAMPLE_SETS", nothing_stored / "sample")
    with pytest.raises(SystemExit) as end:
        check_stored("sample")
    assert end.value.code.startswith(
        "Not stored yet: sample/train_set, sample/validation_set, sample/test_set."
    )
    assert end.value.code.endswith("kedro run --env=sample --pipelines=data_ingestion,preprocessing")


def test_what_is_stored_is_enough(nothing_stored):
    for part in ("train", "validation", "test"):
        (nothing_stored / "sets" / f"{part}_set").mkdir(parents=True)
    (nothing_stored / "raw").mkdir()
    (nothing_stored / "raw" / "train-images-idx3-ubyte.gz").touch()
    check_stored()
