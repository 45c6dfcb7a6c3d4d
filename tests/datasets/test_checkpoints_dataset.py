import pytest

from fashion_nets.datasets import CheckpointsDataset
from fashion_nets.datasets.errors import StoredDataError


def test_it_gives_the_folder_under_the_name_of_the_network(tmp_path):
    dataset = CheckpointsDataset(filepath=str(tmp_path / "mlp"))
    assert dataset.exists()
    checkpoint = dataset.load().phase("layer_1", n_frozen=1)
    assert checkpoint.details == {"n_frozen": 1}
    assert list(tmp_path.iterdir()) == []  # it makes nothing that no training has asked for


def test_it_is_written_by_the_training_alone(tmp_path):
    with pytest.raises(StoredDataError, match="written by the training itself"):
        CheckpointsDataset(filepath=str(tmp_path)).save({})
