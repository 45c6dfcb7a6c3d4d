import keras
import pytest

from fashion_nets.datasets import KerasModelDataset, StoredNetworksDataset
from fashion_nets.datasets.errors import StoredDataError


@pytest.fixture
def store(tmp_path):
    def store_network(folder, units):
        network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(units)])
        KerasModelDataset(filepath=str(tmp_path / folder / "model.keras")).save(network)

    return store_network


def test_networks_are_found_by_name_and_loaded_one_by_one_but_for_damaged_ones(store, tmp_path, said):
    store("mlp", 1)
    store("deep/cnn", 2)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "model.keras").write_text("no network")
    networks = StoredNetworksDataset(filepath=str(tmp_path)).load()
    assert sorted(networks) == ["deep/cnn", "mlp"]
    assert networks["deep/cnn"]().output_shape == (None, 2)
    (line,) = said()
    assert "broken/model.keras is damaged: it is no whole .keras file" in line


def test_a_folder_that_is_not_there_is_empty(tmp_path):
    assert StoredNetworksDataset(filepath=str(tmp_path / "nowhere")).load() == {}


def test_a_network_stored_in_between_is_seen(store, tmp_path):
    dataset = StoredNetworksDataset(filepath=str(tmp_path))
    assert dataset.load() == {}
    store("mlp", 1)
    assert list(dataset.load()) == ["mlp"]


def test_nothing_is_saved_by_it(tmp_path):
    with pytest.raises(StoredDataError, match="only read here"):
        StoredNetworksDataset(filepath=str(tmp_path)).save({})
