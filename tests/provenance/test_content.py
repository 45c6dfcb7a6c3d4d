import os
import zipfile

import pytest

from fashion_nets.provenance.content import Stored, describe_files, digest_files


def keras_file(path, weights=b"weights", name="mlp", address=1, date="2026-01-01"):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", f'{{"date_saved": "{date}"}}')
        archive.writestr("config.json", f'{{"name": "{name}", "shared_object_id": {address}}}')
        archive.writestr("model.weights.h5", weights)
    return digest_files([path], path.parent)


def test_the_files_of_a_folder_are_those_that_are_not_hidden_and_fit_its_pattern(tmp_path):
    for name in ("a/one.json", "two.json", "results.csv", ".made_from/results.csv.json", "a/.partial_x.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    found = Stored("trials", tmp_path, "*.json").files()
    assert [file.relative_to(tmp_path).as_posix() for file in found] == ["a/one.json", "two.json"]
    assert Stored("table", tmp_path / "results.csv").files() == [tmp_path / "results.csv"]
    assert Stored("nothing", tmp_path / "missing").files() == []


def test_a_digest_is_about_names_and_content_and_not_about_times(tmp_path):
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.write_text("a")
    other.write_text("b")
    before = digest_files([one, other], tmp_path)
    os.utime(one, ns=(0, 0))
    assert digest_files([one, other], tmp_path) == before
    assert describe_files([one], tmp_path) == {"one.csv": {"bytes": 1, "mtime_ns": 0}}
    one.write_text("b")
    assert digest_files([one, other], tmp_path) != before


@pytest.mark.parametrize(
    ("change", "is_the_same"),
    [
        ({"date": "2026-02-02"}, True),
        ({"address": 2}, True),
        ({"weights": b"others"}, False),
        ({"name": "cnn"}, False),
    ],
)
def test_a_network_is_known_by_its_weights_and_its_layers(tmp_path, change, is_the_same):
    before = keras_file(tmp_path / "model.keras")
    assert (keras_file(tmp_path / "model.keras", **change) == before) is is_the_same
