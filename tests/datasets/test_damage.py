"""Files that are whole, cut off or empty, made by the libraries that write them."""

import json
import zipfile

import pandas as pd
import pytest
from matplotlib.figure import Figure

from fashion_nets.datasets.damage import find_damage, without_damaged

KINDS = {
    ".csv": "table, as its last line does not end",
    ".json": "JSON file",
    ".keras": ".keras file, which is a zip archive",
    ".parquet": "parquet file",
    ".png": "picture",
}


def write(path):
    if path.suffix == ".csv":
        pd.DataFrame({"epoch": [1, 2]}).to_csv(path, index=False)
    elif path.suffix == ".json":
        path.write_text(json.dumps({"epochs": 10}))
    elif path.suffix == ".keras":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("config.json", "{}")
    elif path.suffix == ".parquet":
        pd.DataFrame({"x": [0.5, 0.25]}).to_parquet(path)
    else:
        Figure(figsize=(1, 1)).savefig(path)
    return path


@pytest.mark.parametrize("ending", KINDS)
def test_a_whole_file_has_nothing_wrong_and_one_without_its_last_byte_has(ending, tmp_path):
    file = write(tmp_path / f"file{ending}")
    assert find_damage(file) is None
    file.write_bytes(file.read_bytes()[:-1])
    assert find_damage(file) == f"damaged: it is no whole {KINDS[ending]}"


@pytest.mark.parametrize("ending", [".parquet", ".png"])
def test_a_file_without_its_beginning_is_damaged_too(ending, tmp_path):
    file = write(tmp_path / f"file{ending}")
    file.write_bytes(file.read_bytes()[1:])
    assert find_damage(file).startswith("damaged: ")


def test_of_an_unknown_kind_only_an_empty_file_is_wrong(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_bytes(b"\x00")
    assert find_damage(file) is None
    file.write_bytes(b"")
    assert find_damage(file) == "empty"


def test_a_marker_alone_is_no_parquet_file(tmp_path):
    file = tmp_path / "codings.parquet"
    file.write_bytes(b"PAR1PAR1")  # no content between the two
    assert find_damage(file) == "damaged: it is no whole parquet file"


def test_nothing_there_is_not_damaged(tmp_path):
    assert find_damage(tmp_path / "missing.json") is None
    assert find_damage(tmp_path) is None


def test_a_folder_is_looked_at_without_hidden_files_and_folders_below(tmp_path):
    write(tmp_path / "whole.json")
    (tmp_path / ".partial_a.json").touch()
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "a.json").touch()
    assert find_damage(tmp_path) is None
    (tmp_path / "half.json").write_text('{"epochs": ')
    assert find_damage(tmp_path) == "damaged: half.json in it is no whole JSON file"
    (tmp_path / "half.json").write_text("")
    assert find_damage(tmp_path) == "damaged: half.json in it is empty"


def test_damaged_files_are_passed_over_with_a_warning_each(tmp_path, said):
    whole, empty, half = (tmp_path / f"{name}.json" for name in ("whole", "empty", "half"))
    write(whole)
    empty.touch()
    half.write_text("[1")
    assert list(without_damaged([empty, whole, half])) == [whole]
    assert said() == [
        f"{empty} is empty: it counts as not there",
        f"{half} is damaged: it is no whole JSON file: it counts as not there",
    ]
