import os
import threading

import keras
import numpy as np
import pandas as pd
import pytest

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.evaluation import formats
from fashion_nets.evaluation.formats import compare_formats
from fashion_nets.inspection import exported
from fashion_nets.inspection.exported import export_network
from fashion_nets.inspection.formats import FORMATS
from fashion_nets.networks.autoencoders.parts import CODINGS_LAYER


@pytest.fixture
def saved(monkeypatch):
    """Writes a network as a SavedModel alone, which needs no other package."""
    monkeypatch.setattr(exported, "FORMATS", {"saved_model": FORMATS["saved_model"]})
    return lambda model: export_network(model, ["dark", "light"], np.zeros((1, 2, 2), np.uint8)).files


def constant_classifier(scale):
    """Says that an image is light where the mean of its pixels, times ``scale``, is over a half."""
    inputs = keras.Input((2, 2))
    outputs = keras.layers.Dense(2, "softmax")(keras.layers.Flatten()(inputs))
    model = keras.Model(inputs, outputs)
    model.set_weights([np.array([[0, scale / 4]] * 4, np.float32), np.array([0, -0.5], np.float32)])
    return model


def constant_images(*levels):
    return np.stack([np.full((2, 2), level, np.uint8) for level in levels])


def test_a_classifier_is_held_against_labels_and_against_keras(saved):
    files = saved(constant_classifier(1.0))
    test_set = LabelledImages(constant_images(0, 100, 150, 255), np.array([0, 1, 1, 1], np.uint8))
    (row,) = compare_formats(constant_classifier(1.0), files, test_set).itertuples()
    assert (row.format, row.file) == ("SavedModel", "saved_model")
    assert row.mb == sum(len(files[path]) for path in files if path.startswith("saved_model/")) / 1e6
    assert row.ms_per_image > 0
    assert (row.test_accuracy, row.agreement) == (0.75, 1)  # 100 is under a half of 255
    (row,) = compare_formats(constant_classifier(2.0), files, test_set).itertuples()
    assert (row.test_accuracy, row.agreement) == (0.75, 0.75)  # of the file; Keras takes 100 for light


def test_an_autoencoder_is_held_against_images_and_against_keras(saved):
    def autoencoder(factor):
        inputs = keras.Input((2, 2))
        codings = keras.layers.Flatten(name=CODINGS_LAYER)(inputs)
        return keras.Model(inputs, keras.layers.Reshape((2, 2))(keras.layers.Rescaling(factor)(codings)))

    test_set = LabelledImages(constant_images(0, 255), np.array([0, 1], np.uint8))
    (row,) = compare_formats(autoencoder(0.75), saved(autoencoder(0.5)), test_set).itertuples()
    assert row.test_mse == pytest.approx((0 + 0.25) / 2)
    assert row.largest_difference == pytest.approx(0.25)
    assert "class_names.txt" not in saved(autoencoder(0.5))


def test_all_images_are_compared_whatever_their_number(saved, monkeypatch):
    monkeypatch.setattr(formats, "BATCH_SIZE", 2)
    monkeypatch.setattr(formats, "TIMED_IMAGES", 1)
    test_set = LabelledImages(constant_images(0, 0, 0, 0, 255), np.array([0, 0, 0, 0, 0], np.uint8))
    table = compare_formats(constant_classifier(1.0), saved(constant_classifier(1.0)), test_set)
    pd.testing.assert_series_equal(table["test_accuracy"], pd.Series([0.8], name="test_accuracy"))


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system cannot place threads")
def test_threads_that_run_already_are_timed_on_one_core():
    before = os.sched_getaffinity(0)
    done = threading.Event()
    thread = threading.Thread(target=done.wait, args=(60,))
    thread.start()
    try:
        with formats._one_core():
            assert os.sched_getaffinity(thread.native_id) == {min(before)}
        assert os.sched_getaffinity(thread.native_id) == os.sched_getaffinity(0) == before
    finally:
        done.set()
        thread.join()
