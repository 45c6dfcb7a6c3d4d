import pytest
from kedro.io import AbstractDataset

from fashion_nets.errors import UserError


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "records"


@pytest.fixture
def dataset(folder):
    """As Kedro makes it of an entry in a catalog; nothing is stored yet."""
    config = {"type": "fashion_nets.datasets.RecordsDataset", "filepath": str(folder)}
    return AbstractDataset.from_config("records", config)


def read_all(dataset):
    return {name: read() for name, read in dataset.load().items()}


def test_a_folder_that_is_not_there_holds_no_records(dataset):
    assert dataset.load() == {}
    assert not dataset.exists()


def test_records_are_stored_by_name_beside_those_that_are_there(dataset, folder):
    dataset.save({"sgd_0.1/seed_1": {"loss": [0.5, None]}})
    dataset.save({"sgd_0.1/seed_2": {}, "adam/seed_1": {"loss": []}})
    assert dataset.exists()
    assert read_all(dataset) == {
        "adam/seed_1": {"loss": []},
        "sgd_0.1/seed_1": {"loss": [0.5, None]},
        "sgd_0.1/seed_2": {},
    }
    assert (folder / "sgd_0.1" / "seed_2.json").read_text() == "{}"


def test_a_record_is_replaced_and_numbers_come_back_to_the_last_digit(dataset):
    dataset.save({"a": 0})
    dataset.save({"a": 0.1 + 0.2})
    assert read_all(dataset) == {"a": 0.1 + 0.2}


@pytest.mark.parametrize("unstorable", [{"loss": float("nan")}, {"loss": object()}])
def test_what_json_cannot_hold_is_refused(unstorable, dataset, folder):
    with pytest.raises(Exception, match="(?i)json"):
        dataset.save({"a": unstorable})
    assert not dataset.exists()


def test_a_damaged_record_counts_as_not_there_and_is_named(dataset, folder, said):
    dataset.save({"whole": 1, "half": {"loss": [0.5]}, "empty": 2})
    (folder / "half.json").write_text('{"loss": [0.')
    (folder / "empty.json").write_text("")
    assert read_all(dataset) == {"whole": 1}
    assert said() == [
        f"{folder / 'empty.json'} is empty: it counts as not there",
        f"{folder / 'half.json'} is damaged: it is no whole JSON file: it counts as not there",
    ]


def test_a_record_damaged_later_is_named(dataset, folder):
    dataset.save({"half": {"loss": [0.5]}})
    records = dataset.load()
    (folder / "half.json").write_text('{"loss": [0.')
    with pytest.raises(UserError, match=r"half\.json is damaged: .* Delete it"):
        records["half"]()


def test_what_is_still_being_written_is_no_record(dataset, folder):
    dataset.save({"a": 1})
    (folder / ".partial_b.json.x" / "new").mkdir(parents=True)
    (folder / ".partial_b.json.x" / "new" / "b.json").write_text("2")
    assert read_all(dataset) == {"a": 1}


def test_kedro_viz_shows_the_numbers_and_short_texts_of_the_first_records(dataset):
    dataset.save(
        {
            "adam/seed_1": {"settings": {"network": "mlp", "data": "0" * 64}, "numbers": {"loss": 0.123456}},
            "sgd/seed_1": {
                "diverged": "loss is NaN",
                "settings": {"network": "cnn"},
                "history": {"loss": [1]},
            },
            "sgd/seed_2": [],
        }
    )
    assert dataset.preview(n_records=2) == {
        "index": [0, 1],
        "columns": ["record", "network", "loss", "diverged"],
        "data": [["adam/seed_1", "mlp", 0.1235, ""], ["sgd/seed_1", "cnn", "", "loss is NaN"]],
    }
    assert dataset.preview()["data"][2] == ["sgd/seed_2", "", "", ""]
