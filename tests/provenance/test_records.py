from datetime import date

import pytest

from fashion_nets.provenance import records
from fashion_nets.provenance.content import Stored
from fashion_nets.provenance.records import Contents, as_recorded, read_record, record_path, write_record

WHOLE_RECORD = {
    "format": 1,
    "output": "mlp.model",
    "node": "mlp.train",
    "time": "2026-01-01T00:00:00+00:00",
    "parameters": {"mlp.training": {"epochs": 10}},
    "parameters_digest": "ab",
    "inputs": {"train_set": "cd"},
    "sets": {"train_set": "cd"},
    "fingerprints": ["ef"],
    "stale_inputs": {},
    "commit": {},
    "versions": {"keras": "3"},
    "machine": {"threads": 2},
    "run": None,
    "content": {"digest": "01", "files": {}},
}


@pytest.fixture
def folder(tmp_path):
    for name in ("a.png", "b.png", "of_another.csv"):
        (tmp_path / name).write_text(name)
    return Stored("figures", tmp_path)


def test_of_a_folder_that_is_shared_some_files_are_described_by_name(folder):
    assert set(Contents().describe(folder)["files"]) == {"a.png", "b.png", "of_another.csv"}
    some = Contents().describe(folder, names=["b.png", "a.png"])
    assert list(some["files"]) == ["a.png", "b.png"]
    assert Contents().describe(folder, names=[])["files"] == {}
    record = {"content": some}
    (folder.path / "of_another.csv").write_text("changed")
    assert Contents().describe(folder, record) == some


def test_a_digest_holds_while_sizes_and_times_do(folder):
    some = Contents().describe(folder, names=["a.png"])
    remembered = {"content": {**some, "digest": "remembered"}}
    assert Contents().describe(folder, remembered)["digest"] == "remembered"
    (folder.path / "a.png").write_text("changed")
    assert Contents().describe(folder, remembered)["digest"] not in ("remembered", some["digest"])


@pytest.fixture
def vanishing(folder, monkeypatch):
    """Let a file of a folder vanish between the look at its names and the look at its times, some times."""
    describe = records.describe_files

    def vanish(times):
        left = iter(range(times))

        def describe_or_fail(files, where):
            if next(left, None) is not None:
                (folder.path / "a.png").rename(folder.path / ".aside")
                try:
                    return describe(files, where)
                finally:
                    (folder.path / ".aside").rename(folder.path / "a.png")
            return describe(files, where)

        monkeypatch.setattr(records, "describe_files", describe_or_fail)

    return vanish


def test_what_is_replaced_while_it_is_looked_at_is_looked_at_again(folder, vanishing):
    expected = Contents().describe(folder)
    vanishing(times=1)
    assert Contents().describe(folder) == expected
    vanishing(times=2)
    with pytest.raises(FileNotFoundError):
        Contents().describe(folder)


def test_a_record_lies_beside_its_file_and_is_read_back(tmp_path):
    record = WHOLE_RECORD
    write_record(tmp_path / "mlp" / "model.keras", record)
    assert (
        record_path(tmp_path / "mlp" / "model.keras") == tmp_path / "mlp" / ".made_from" / "model.keras.json"
    )
    assert read_record(tmp_path / "mlp" / "model.keras") == record
    assert read_record(tmp_path / "cnn" / "model.keras") is None


@pytest.mark.parametrize(
    "damaged",
    [
        *(
            {name: value for name, value in WHOLE_RECORD.items() if name != missing}
            for missing in WHOLE_RECORD
        ),
        WHOLE_RECORD | {"content": {"digest": "01"}},
        WHOLE_RECORD | {"machine": None},
        WHOLE_RECORD | {"format": 2},
        [WHOLE_RECORD],
    ],
)
def test_what_lacks_something_is_no_record(tmp_path, damaged):
    write_record(tmp_path / "model.keras", damaged)
    assert read_record(tmp_path / "model.keras") is None


def test_values_are_compared_as_a_record_gives_them_back(tmp_path):
    values = {"since": date(2026, 1, 31), "weights": {0: 0.5, 1: 2}, "sizes": (3, 5), "rate": None}
    write_record(tmp_path / "model.keras", WHOLE_RECORD | {"parameters": values})
    assert as_recorded(values) == read_record(tmp_path / "model.keras")["parameters"]
    assert as_recorded(values)["weights"] == {"0": 0.5, "1": 2}
