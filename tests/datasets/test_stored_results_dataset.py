import pytest

from fashion_nets.datasets import StoredResultsDataset
from fashion_nets.datasets.errors import StoredDataError


@pytest.fixture
def dataset(tmp_path):
    return StoredResultsDataset(filepath=str(tmp_path / "08_reporting"))


def test_a_folder_that_is_not_there_has_no_results_and_is_nothing_to_ask_for(dataset):
    assert dataset.exists()
    assert dataset.load() == {}


def test_results_are_known_by_their_path_and_read_when_they_are_asked_for(dataset, tmp_path):
    folder = tmp_path / "08_reporting"
    for name, content in {"mlp/metrics": '{"a": 1}', "studies/losses/part": '{"b": 2}'}.items():
        (folder / name).parent.mkdir(parents=True)
        (folder / f"{name}.json").write_text(content)
    (folder / "mlp" / ".made_from").mkdir()
    (folder / "mlp" / ".made_from" / "metrics.json").write_text("{}")
    (folder / "mlp" / "layers.csv").write_text("layer\n")
    stored = dataset.load()
    assert set(stored) == {"mlp/metrics", "studies/losses/part"}
    assert (stored["mlp/metrics"](), stored["studies/losses/part"]()) == ({"a": 1}, {"b": 2})
    (folder / "mlp" / "metrics.json").write_text('{"a": 3}')
    assert stored["mlp/metrics"]() == {"a": 3}


def test_a_damaged_result_is_none_with_a_warning(dataset, tmp_path, said):
    (tmp_path / "08_reporting" / "mlp").mkdir(parents=True)
    (tmp_path / "08_reporting" / "mlp" / "metrics.json").write_text('{"a": ')
    stored = dataset.load()
    assert said() == []
    assert stored["mlp/metrics"]() is None
    (line,) = said()
    assert line.endswith("metrics.json is damaged: it is no whole JSON file: it counts as not there")


@pytest.mark.parametrize("content", ["1", '"x"', "[1]", "null"])
def test_what_holds_no_names_with_values_is_none_with_a_warning(content, dataset, tmp_path, said):
    (tmp_path / "08_reporting" / "mlp").mkdir(parents=True)
    (tmp_path / "08_reporting" / "mlp" / "metrics.json").write_text(content)
    assert dataset.load()["mlp/metrics"]() is None
    (line,) = said()
    assert "metrics.json is damaged: it holds no names with values" in line


def test_it_is_only_read(dataset):
    with pytest.raises(StoredDataError, match="is only read here"):
        dataset.save({})
