import logging
import os
import threading

import keras
import numpy as np
import pytest

from fashion_nets.errors import UserError
from fashion_nets.inspection import exported
from fashion_nets.inspection.exported import FORMATS, compare_formats, export_network
from fashion_nets.inspection.prediction import class_probabilities, predict
from fashion_nets.layers.dense_transpose import DenseTranspose
from fashion_nets.networks.autoencoders.parts import CODINGS_LAYER

FLOATS = [name for name, each in FORMATS.items() if "int8" not in each.title]


def small_classifier():
    keras.utils.set_random_seed(3)
    inputs = keras.Input((28, 28))
    x = keras.layers.Conv2D(4, 3, 2, activation="relu")(keras.layers.Reshape((28, 28, 1))(inputs))
    x = keras.layers.Dropout(0.5)(keras.layers.Flatten()(x))
    return keras.Model(inputs, keras.layers.Dense(10, "softmax")(x), name="tiny")


@pytest.fixture(scope="module")
def written(tmp_path_factory, train_set):
    """A classifier in all formats, the folder and what is in it."""
    for name in FORMATS["network.onnx"].packages + FORMATS["network.tflite"].packages:
        pytest.importorskip(name, reason="the extra 'export' is not installed")
    folder = tmp_path_factory.mktemp("export")
    model = small_classifier()
    return model, folder, export_network(model, folder, train_set.images[:50])


def test_all_formats_take_grey_levels_and_give_the_same(written, test_set):
    model, folder, names = written
    assert names == list(FORMATS)
    expected = class_probabilities(model, test_set.images)
    for name in FLOATS:
        given = FORMATS[name].load(folder / name)(test_set.images)["probabilities"]
        np.testing.assert_allclose(given, expected, rtol=1e-4, atol=1e-6)
    quantized = FORMATS["network_int8.tflite"].load(folder / "network_int8.tflite")(test_set.images)
    assert np.abs(quantized["probabilities"] - expected).max() < 0.1


def test_the_table_has_size_time_accuracy_and_agreement(written, test_set):
    model, folder, names = written
    table = compare_formats(model, folder, names, test_set).set_index("file")
    assert list(table.columns) == ["format", "mb", "ms_per_image", "accuracy", "agreement"]
    right = (class_probabilities(model, test_set.images).argmax(axis=1) == test_set.labels).mean()
    assert table.loc[FLOATS, "accuracy"].tolist() == [right] * len(FLOATS)
    assert (table.loc[FLOATS, "agreement"] == 1).all()
    assert table.loc["network.onnx", "mb"] == (folder / "network.onnx").stat().st_size / 1e6
    assert table.loc["network_int8.tflite", "mb"] < table.loc["network.tflite", "mb"] / 2
    assert (table["ms_per_image"] > 0).all()


def test_tied_weights_work_in_all_formats(written, tmp_path, test_set, train_set):
    keras.utils.set_random_seed(3)
    inputs = keras.Input((28, 28))
    dense = keras.layers.Dense(16, "relu", name=CODINGS_LAYER)
    codings = dense(keras.layers.Flatten()(inputs))
    images = keras.layers.Reshape((28, 28))(DenseTranspose(dense, "sigmoid")(codings))
    model = keras.Model(inputs, images, name="tied")
    for name in export_network(model, tmp_path, train_set.images[:20]):
        given = FORMATS[name].load(tmp_path / name)(test_set.images[:5])
        assert given["codings"].shape == (5, 16)
        if name in FLOATS:
            np.testing.assert_allclose(
                given["reconstructions"], predict(model, test_set.images[:5]), rtol=1e-4, atol=1e-5
            )


def test_without_the_extra_what_needs_none_is_written(tmp_path, monkeypatch, caplog, train_set):
    caplog.set_level(logging.WARNING)
    without = FORMATS["network.onnx"]._replace(packages=("tf2onnx", "no_such_package"))
    monkeypatch.setattr(exported, "FORMATS", {"saved_model": FORMATS["saved_model"], "network.onnx": without})
    assert export_network(small_classifier(), tmp_path, train_set.images[:5]) == ["saved_model"]
    assert (tmp_path / "saved_model" / "saved_model.pb").is_file()
    assert "ONNX of tiny is left out, as no_such_package is not installed: tools/setup" in caplog.text


def test_what_cannot_be_written_leaves_no_older_file_behind(tmp_path, monkeypatch, train_set):
    (tmp_path / "network.onnx").write_bytes(b"of an earlier training")
    without = FORMATS["network.onnx"]._replace(packages=("no_such_package",))
    monkeypatch.setattr(exported, "FORMATS", {"network.onnx": without})
    assert export_network(small_classifier(), tmp_path, train_set.images[:5]) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system cannot place threads")
def test_threads_that_run_already_are_timed_on_one_core():
    before = os.sched_getaffinity(0)
    done = threading.Event()
    thread = threading.Thread(target=done.wait, args=(60,))
    thread.start()
    try:
        with exported._one_core():
            assert os.sched_getaffinity(thread.native_id) == {min(before)}
        assert os.sched_getaffinity(thread.native_id) == os.sched_getaffinity(0) == before
    finally:
        done.set()
        thread.join()


def test_a_layer_that_litert_has_no_place_for_is_named(tmp_path, monkeypatch, train_set):
    pytest.importorskip("ai_edge_litert", reason="the extra 'export' is not installed")
    names = ("saved_model", "network.tflite")
    monkeypatch.setattr(exported, "FORMATS", {name: FORMATS[name] for name in names})
    inputs = keras.Input((28, 28))
    x = keras.ops.erfinv(keras.layers.Flatten()(inputs) / 2)
    model = keras.Model(inputs, keras.layers.Dense(10, "softmax")(x), name="tiny")
    with pytest.raises(UserError, match=r"tiny cannot be written as LiteRT, float32: .*Erfinv"):
        export_network(model, tmp_path, train_set.images[:5])


def test_a_format_that_cannot_hold_a_layer_is_named(tmp_path, monkeypatch, train_set):
    def refuse(*_):
        raise ValueError("the operation Cumsum is not supported")

    monkeypatch.setattr(
        exported, "FORMATS", {"network.onnx": FORMATS["network.onnx"]._replace(packages=(), write=refuse)}
    )
    with pytest.raises(UserError, match="tiny cannot be written as ONNX: the operation Cumsum is not"):
        export_network(small_classifier(), tmp_path, train_set.images[:5])
