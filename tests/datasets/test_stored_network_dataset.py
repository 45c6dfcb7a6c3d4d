import keras
import pytest

from fashion_nets.datasets import KerasModelDataset, StoredNetworkDataset
from fashion_nets.datasets.errors import StoredDataError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "mlp" / "model.keras"


def test_a_stored_network_is_loaded_when_it_is_asked_for(path):
    dataset = StoredNetworkDataset(filepath=str(path))
    assert dataset.load() is None
    network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2)])
    KerasModelDataset(filepath=str(path)).save(network)
    assert dataset.load()().output_shape == (None, 2)


def test_a_damaged_one_counts_as_not_there(path, said):
    path.parent.mkdir()
    path.write_text("no network")
    assert StoredNetworkDataset(filepath=str(path)).load() is None
    (line,) = said()
    assert "mlp/model.keras is damaged: it is no whole .keras file" in line


def test_nothing_is_saved_by_it(path):
    with pytest.raises(StoredDataError, match="only read here"):
        StoredNetworkDataset(filepath=str(path)).save({})
