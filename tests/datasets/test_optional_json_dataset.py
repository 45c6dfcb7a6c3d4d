import pytest
from kedro.io import DatasetError

from fashion_nets.datasets import OptionalJSONDataset
from fashion_nets.errors import UserError


def test_what_is_stored_is_loaded(tmp_path):
    dataset = OptionalJSONDataset(filepath=str(tmp_path / "metrics.json"))
    dataset.save({"test_accuracy": 0.9})
    assert dataset.load() == {"test_accuracy": 0.9}


def test_what_is_not_there_holds_nothing_and_says_so(tmp_path):
    metrics = OptionalJSONDataset(filepath=str(tmp_path / "metrics.json")).load()
    assert dict(metrics) == {}
    with pytest.raises(
        UserError, match="metrics.json is not there, and with it 'test_accuracy'. kedro status"
    ):
        metrics["test_accuracy"]


def test_a_damaged_file_is_no_missing_one(tmp_path):
    (tmp_path / "metrics.json").write_text("{")
    with pytest.raises(DatasetError):
        OptionalJSONDataset(filepath=str(tmp_path / "metrics.json")).load()


@pytest.mark.parametrize("content", ["1", '"x"', "[1]", "null"])
def test_what_holds_no_names_with_values_is_damaged(content, tmp_path):
    (tmp_path / "metrics.json").write_text(content)
    with pytest.raises(
        UserError, match=r"metrics\.json is damaged: expected names with values, got .*Delete it"
    ):
        OptionalJSONDataset(filepath=str(tmp_path / "metrics.json")).load()
