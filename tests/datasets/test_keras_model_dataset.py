import keras
import numpy as np
import pytest
from kedro.io.core import DatasetError

from fashion_nets.datasets import KerasModelDataset
from fashion_nets.datasets.errors import StoredDataError


def _model(weight):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)], name="scale")
    model.compile("sgd", "mse")
    model.set_weights([np.array([[weight]], "float32")])
    return model


@pytest.fixture
def dataset(tmp_path):
    return KerasModelDataset(filepath=str(tmp_path / "scale" / "model.keras"))


def test_a_model_comes_back_as_it_was(dataset):
    dataset.save(_model(2.5))
    loaded = dataset.load()
    assert loaded.name == "scale"
    assert loaded.predict(np.ones((1, 1)), verbose=0) == 2.5
    assert loaded.loss == "mse"


def test_kedro_viz_shows_the_layers(dataset):
    image = keras.Input((4, 4, 1), name="image")
    features = keras.layers.Conv2D(2, 3, activation="relu", name="edges")(image)
    scores = keras.layers.Dense(1, activation=keras.layers.LeakyReLU(0.1), name="scores")(features)
    dataset.save(keras.Model(image, scores))
    assert dataset.preview() == {
        "index": [0, 1, 2],
        "columns": ["layer", "type", "units", "filters", "kernel_size", "strides", "activation"],
        "data": [
            ["image", "InputLayer", "", "", "", "", ""],
            ["edges", "Conv2D", "", 2, "3 x 3", "1 x 1", "relu"],
            ["scores", "Dense", 1, "", "", "", "LeakyReLU"],
        ],
    }


def test_code_hidden_in_a_model_is_not_run(dataset, tmp_path):
    harmful = keras.Sequential([keras.Input((1,)), keras.layers.Lambda(lambda x: x)])
    (tmp_path / "scale").mkdir()
    harmful.save(tmp_path / "scale" / "model.keras")
    with pytest.raises(DatasetError, match="Lambda"):
        dataset.load()


def test_a_truncated_file_is_refused(dataset, tmp_path):
    dataset.save(_model(1.0))
    path = tmp_path / "scale" / "model.keras"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(StoredDataError, match=r"model.keras is damaged: it is no whole .keras file.* Train"):
        dataset.load()


def test_what_is_not_stored_is_missing_and_does_not_exist(dataset):
    assert not dataset.exists()
    with pytest.raises(DatasetError) as raised:
        dataset.load()
    assert isinstance(raised.value.__cause__, FileNotFoundError)
    dataset.save(_model(1.0))
    assert dataset.exists()
