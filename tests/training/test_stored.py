"""Networks load from their files in a process that knows nothing of them."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from tests.parameters import stated

import fashion_nets
from fashion_nets.data.image_set import intensities
from fashion_nets.errors import UserError
from fashion_nets.networks.architectures.lenet5 import LeNet5Params
from fashion_nets.networks.registry import NETWORKS, AnyArchitectureParams, build_network
from fashion_nets.training.learning_rates import PiecewiseLinear, PowerDecay

FRESH = """
import json, sys
import fashion_nets
assert "keras" not in sys.modules
import numpy as np
images = np.load(sys.argv[1])
outputs = {}
for path in sys.argv[2:]:
    network = fashion_nets.load_network(path)
    rate = getattr(getattr(network, "optimizer", None), "_learning_rate", None)
    outputs[path] = [network(images, training=False).numpy().tolist(), type(rate).__name__]
print(json.dumps(outputs))
"""


def build(name):
    group = stated(name)["architecture"]
    return build_network(AnyArchitectureParams.model_validate(group), (28, 28), 10, name)


def test_the_package_imports_no_keras():
    code = (
        "import sys, fashion_nets; print([name for name in sys.modules if name in ('keras', 'tensorflow')])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert told.stdout.strip() == "[]"


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Every network of conf/, and what else has something of this project in it, by path."""
    folder = tmp_path_factory.mktemp("networks")
    networks = {name: build(name) for name in NETWORKS}
    rbf = LeNet5Params.model_validate(stated("architecture_settings.lenet5.architecture", output="rbf"))
    networks["rbf"] = build_network(rbf, (28, 28), 10, "rbf")
    networks["mlp"].compile(keras.optimizers.SGD(PowerDecay(0.1, 50)), "sparse_categorical_crossentropy")
    rates = PiecewiseLinear([0, 10, 20], [0.1, 1, 0.01])
    networks["tied_autoencoder"].compile(keras.optimizers.Adam(rates), "mse")
    for name, network in networks.items():
        network.save(folder / f"{name}.keras")
    return {str(folder / f"{name}.keras"): network for name, network in networks.items()}


@pytest.mark.slow  # a process of its own, which imports TensorFlow and builds twelve networks
def test_every_network_loads_in_a_fresh_process(stored, tmp_path, test_set):
    images = intensities(test_set.images[:3])
    np.save(tmp_path / "images.npy", images)
    command = [sys.executable, "-c", FRESH, str(tmp_path / "images.npy"), *stored]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    outputs = json.loads(told.stdout.splitlines()[-1])
    rates = {"mlp.keras": "PowerDecay", "tied_autoencoder.keras": "PiecewiseLinear"}
    for path, network in stored.items():
        given, rate = outputs[path]
        np.testing.assert_allclose(given, network(images, training=False), rtol=1e-4, atol=1e-6)
        assert rate == rates.get(Path(path).name, "NoneType")


def test_keras_alone_says_which_class_has_to_be_imported(stored, monkeypatch):
    (path,) = [path for path in stored if Path(path).name == "tied_autoencoder.keras"]
    monkeypatch.setattr(sys.modules["keras.src.saving.object_registration"], "GLOBAL_CUSTOM_OBJECTS", {})
    with pytest.raises(
        TypeError, match="make sure they are all imported(.|\n)*fashion_nets.layers.dense_tra"
    ):
        keras.saving.load_model(path)


def test_what_nobody_has_registered_is_named(tmp_path):
    inputs = keras.Input((2,))
    keras.Model(inputs, keras.layers.Dense(2)(inputs)).save(tmp_path / "own.keras")
    with zipfile.ZipFile(tmp_path / "own.keras") as own, zipfile.ZipFile(tmp_path / "x.keras", "w") as other:
        for name in own.namelist():
            content = own.read(name)
            if name == "config.json":
                content = content.replace(
                    b'"keras.layers", "class_name": "Dense"', b'"mine", "class_name": "Mine"'
                )
            other.writestr(name, content)
    with pytest.raises(UserError, match="x.keras has a 'Mine' in it, which is neither of Keras nor of this"):
        fashion_nets.load_network(tmp_path / "x.keras")


def test_a_network_that_is_not_there_is_told_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="cnn.keras"):
        fashion_nets.load_network(tmp_path / "cnn.keras")
