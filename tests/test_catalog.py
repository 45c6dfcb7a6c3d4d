"""The catalog of a project, with a dataset of each kind that the project stores."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from fashion_nets.catalog import NetworkCatalog
from fashion_nets.data.image_set import LabelledImages

KINDS = {
    "table": {"type": "pandas.CSVDataset", "filepath": "table.csv", "save_args": {"index": False}},
    "card": {"type": "json.JSONDataset", "filepath": "card.json"},
    "codings": {
        "type": "CachedDataset",
        "copy_mode": "assign",
        "dataset": {"type": "pandas.ParquetDataset", "filepath": "codings.parquet"},
    },
    "page": {"type": "text.TextDataset", "filepath": "page.html"},
    "picture": {"type": "matplotlib.MatplotlibDataset", "filepath": "picture.png"},
    "pictures": {"type": "matplotlib.MatplotlibDataset", "filepath": "pictures"},
    "diagrams": {"type": "fashion_nets.datasets.FiguresDataset", "filepath": "diagrams"},
    "raw": {"type": "fashion_nets.datasets.IdxDataset", "filepath": "images.gz"},
    "set": {"type": "fashion_nets.datasets.LabelledImagesDataset", "filepath": "set"},
    "records": {"type": "fashion_nets.datasets.RecordsDataset", "filepath": "records"},
    "mlp.model": {"type": "fashion_nets.datasets.KerasModelDataset", "filepath": "model.keras"},
}


def make_catalog(folder, catalog_class=NetworkCatalog):
    def placed(config):
        if "dataset" in config:
            return {**config, "dataset": placed(config["dataset"])}
        return {**config, "filepath": str(folder / "stored" / config["filepath"])}

    return catalog_class.from_config({name: placed(config) for name, config in KINDS.items()})


def figure(text="", **sizes):
    drawn = Figure(**sizes)
    drawn.text(0, 0, text)
    return drawn


def network(units):
    import keras

    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(units)])


def first_and_second(name):
    """Two values of a dataset of each kind."""
    images = np.arange(24, dtype=np.uint8).reshape(4, 2, 3)
    small, large = {"figsize": (1, 1)}, {"figsize": (2, 1)}
    return {
        "table": lambda: (pd.DataFrame({"loss": [0.5]}), pd.DataFrame({"loss": [0.25, 0.125]})),
        "card": lambda: ({"classes": 10}, {"classes": 2}),
        "codings": lambda: (pd.DataFrame({"c1": [1.0]}), pd.DataFrame({"c1": [2.0, 3.0]})),
        "page": lambda: ("<p>first</p>", "<p>second</p>"),
        "picture": lambda: (figure(**small), figure(**large)),
        "pictures": lambda: ({"a.png": figure(**small)}, {"a.png": figure(**large)}),
        "diagrams": lambda: ({"a.png": figure(**small)}, {"b.png": figure(**large)}),
        "raw": lambda: (images, images + np.uint8(1)),
        "set": lambda: (
            LabelledImages(images, np.zeros(4, np.uint8)),
            LabelledImages(images[:2], np.ones(2, np.uint8)),
        ),
        "records": lambda: ({"sgd/seed_1": {"loss": 0.5}}, {"sgd/seed_1": {"loss": 0.25}}),
        "mlp.model": lambda: (network(1), network(2)),
    }[name]()


@pytest.fixture
def catalog(tmp_path):
    return make_catalog(tmp_path)


@pytest.fixture
def stored(tmp_path):
    """What is stored, by its path below the folder."""
    folder = tmp_path / "stored"
    return lambda: {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def same(loaded, expected):
    if isinstance(expected, pd.DataFrame):
        return loaded.equals(expected)
    if isinstance(expected, LabelledImages):
        return np.array_equal(loaded.images, expected.images) and np.array_equal(
            loaded.labels, expected.labels
        )
    if isinstance(expected, np.ndarray):
        return np.array_equal(loaded, expected)
    return loaded == expected


@pytest.mark.parametrize("name", KINDS)
def test_what_is_saved_takes_the_place_of_what_was_there_and_nothing_else_stays(
    name, catalog, stored, tmp_path
):
    first, second = first_and_second(name)
    catalog.save(name, first)
    assert catalog.exists(name)
    before = stored()
    catalog.save(name, second)
    after = stored()
    assert before != after
    assert len(after) == len(before)  # of diagrams the first is gone
    again = make_catalog(tmp_path)  # nothing is held in memory
    if name == "records":
        assert again.load(name)["sgd/seed_1"]() == {"loss": 0.25}
    elif name == "mlp.model":
        assert again.load(name).output_shape == (None, 2)
    elif "pictur" not in name and name != "diagrams":
        assert same(again.load(name), second)
