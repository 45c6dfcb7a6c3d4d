import pytest
from kedro.io import DatasetError

from fashion_nets.datasets import TrackedNetworkDataset


def test_the_parts_of_a_network_in_mlflow_are_loaded(registry_store, logged_classifiers, class_names):
    run = logged_classifiers.runs["second/cnn"]
    parts = {part: TrackedNetworkDataset(run, part) for part in ("model", "about", "class_names")}
    assert parts["model"].load().output_shape == (None, 10)
    assert parts["class_names"].load() == class_names
    about = {"called": f"run {run[:8]}", "network": "cnn", "architecture": "mlp"}
    assert parts["about"].load() == about
    assert parts["model"].exists()


def test_a_network_that_is_not_there_is_told_in_one_line(registry_store):
    with pytest.raises(
        DatasetError, match="^fashion-classifier in MLflow has no 'champion'; nothing is regis"
    ):
        TrackedNetworkDataset("champion", "model").load()


def test_nothing_is_saved():
    with pytest.raises(DatasetError, match="'champion' is only read here"):
        TrackedNetworkDataset("champion", "model").save("a network")
