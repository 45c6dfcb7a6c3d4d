import logging

import keras
import numpy as np
import pytest

from fashion_nets.data.files import write_folder
from fashion_nets.errors import UserError
from fashion_nets.inspection import exported
from fashion_nets.inspection.exported import CLASS_NAMES_FILE, export_network
from fashion_nets.inspection.formats import FORMATS
from fashion_nets.inspection.prediction import class_probabilities, predict
from fashion_nets.layers.dense_transpose import DenseTranspose
from fashion_nets.layers.radial_basis import RadialBasis
from fashion_nets.layers.sampling import Sampling
from fashion_nets.layers.threefry_dropout import ThreefryDropout
from fashion_nets.networks.autoencoders.parts import CODINGS_LAYER

FLOATS = [name for name, each in FORMATS.items() if "int8" not in each.title]


def small_classifier():
    """With layers of this project, at the places where its networks have them."""
    keras.utils.set_random_seed(3)
    inputs = keras.Input((28, 28))
    x = keras.layers.Conv2D(4, 3, 2, activation="tanh")(keras.layers.Reshape((28, 28, 1))(inputs))
    x = ThreefryDropout(0.5)(keras.layers.Flatten()(x))
    distances = RadialBasis(10)(keras.layers.Dense(8, "tanh")(x))
    outputs = keras.layers.Softmax()(keras.layers.Rescaling(-1.0)(distances))
    return keras.Model(inputs, outputs, name="tiny")


def small_autoencoder():
    """Its codings are drawn, and held small, in training; its decoder has the weights of its encoder."""
    keras.utils.set_random_seed(3)
    inputs = keras.Input((28, 28))
    flat = keras.layers.Flatten()(inputs)
    dense = keras.layers.Dense(16, name=CODINGS_LAYER, activity_regularizer="l1")
    codings = Sampling()([dense(flat), keras.layers.Dense(16)(flat)])
    images = keras.layers.Reshape((28, 28))(DenseTranspose(dense, "sigmoid")(codings))
    return keras.Model(inputs, images, name="small")


@pytest.fixture(scope="module")
def _with_the_extra():
    for name in FORMATS["network.onnx"].packages + FORMATS["network.tflite"].packages:
        pytest.importorskip(name, reason="the extra 'export' is not installed")


@pytest.fixture(scope="module")
def written(_with_the_extra, tmp_path_factory, train_set, class_names):
    """A classifier in all formats, and the folder in which these are."""
    folder = tmp_path_factory.mktemp("export")
    model = small_classifier()
    files, left_out = export_network(model, class_names, train_set.images[:50])
    assert left_out.empty
    write_folder(folder, files)
    return model, folder


def test_all_formats_take_grey_levels_and_give_the_same(written, test_set):
    model, folder = written
    assert {path.name for path in folder.iterdir()} == {*FORMATS, CLASS_NAMES_FILE}
    expected = class_probabilities(model, test_set.images)
    for name in FLOATS:
        given = FORMATS[name].load(folder / name)(test_set.images)["probabilities"]
        np.testing.assert_allclose(given, expected, rtol=1e-4, atol=1e-6)
    quantized = FORMATS["network_int8.tflite"].load(folder / "network_int8.tflite")(test_set.images)
    assert np.abs(quantized["probabilities"] - expected).max() < 0.2


def test_the_names_of_the_classes_are_beside_in_the_order_of_the_probabilities(written, class_names):
    _, folder = written
    assert (folder / CLASS_NAMES_FILE).read_text().splitlines() == class_names


@pytest.mark.usefixtures("_with_the_extra")
def test_an_autoencoder_gives_reconstructions_and_codings_in_all_formats(tmp_path, test_set, train_set):
    """With the means in place of samples, so that it says the same each time."""
    model = small_autoencoder()
    files, left_out = export_network(model, [], train_set.images[:20])
    assert left_out.empty
    assert CLASS_NAMES_FILE not in files
    assert float(model.get_layer(CODINGS_LAYER).activity_regularizer.l1) == pytest.approx(0.01)  # as it was
    write_folder(tmp_path, files)
    for name in FORMATS:
        given = FORMATS[name].load(tmp_path / name)(test_set.images[:5])
        assert given["codings"].shape == (5, 16)
        if name in FLOATS:
            np.testing.assert_allclose(
                given["reconstructions"], predict(model, test_set.images[:5]), rtol=1e-4, atol=1e-5
            )


def test_without_the_extra_what_needs_none_is_written(monkeypatch, caplog, train_set, class_names):
    caplog.set_level(logging.WARNING)
    without = [
        each._replace(packages=("numpy", "no_such_package"))
        for each in (FORMATS["network.onnx"], FORMATS["network.tflite"])
    ]
    formats = {
        "saved_model": FORMATS["saved_model"],
        "network.onnx": without[0],
        "network.tflite": without[1],
    }
    monkeypatch.setattr(exported, "FORMATS", formats)
    files, left_out = export_network(small_classifier(), class_names, train_set.images[:5])
    assert {path.partition("/")[0] for path in files} == {"saved_model", CLASS_NAMES_FILE}
    assert left_out.to_dict("list") == {
        "format": ["ONNX", "LiteRT, float32"],
        "reason": ["not installed: no_such_package"] * 2,
    }
    (line,) = [record.getMessage() for record in caplog.records]
    assert line == (
        "Left out, as no_such_package is not installed: ONNX, LiteRT, float32. "
        "Install the extra 'export' for them: tools/setup.sh export"
    )


@pytest.mark.usefixtures("_with_the_extra")
def test_a_layer_that_a_format_has_no_place_for_is_named_and_the_others_are_written(
    monkeypatch, caplog, train_set, class_names
):
    caplog.set_level(logging.WARNING)
    names = ("saved_model", "network.tflite")
    monkeypatch.setattr(exported, "FORMATS", {name: FORMATS[name] for name in names})
    inputs = keras.Input((28, 28))
    x = keras.ops.erfinv(keras.layers.Flatten()(inputs) / 2)
    model = keras.Model(inputs, keras.layers.Dense(10, "softmax")(x), name="tiny")
    files, left_out = export_network(model, class_names, train_set.images[:5])
    assert {path.partition("/")[0] for path in files} == {"saved_model", CLASS_NAMES_FILE}
    (row,) = left_out.itertuples()
    assert (row.format, row.reason) == ("LiteRT, float32", "it has no place for Erfinv")
    assert "tiny cannot be written as LiteRT, float32: it has no place for Erfinv" in caplog.text


def test_without_even_a_saved_model_nothing_is_written(monkeypatch, train_set, class_names):
    def refuse(*_):
        raise ValueError("the operation Cumsum is not supported\nand more")

    formats = {"saved_model": FORMATS["saved_model"]._replace(write=refuse)}
    monkeypatch.setattr(exported, "FORMATS", formats)
    with pytest.raises(UserError, match=r"tiny cannot be written as SavedModel: .* Cumsum is not supported$"):
        export_network(small_classifier(), class_names, train_set.images[:5])
