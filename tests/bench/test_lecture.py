from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf
from tests.conftest import SAMPLE_FOLDER

from bench import lecture
from bench.lecture import evaluate, fit, load_parts
from bench.measurement import Job
from bench.networks import NETWORKS, Network
from fashion_nets.data.idx import read_idx


@pytest.fixture(scope="module")
def parts():
    return load_parts(SAMPLE_FOLDER, n_validation=100, n_images=320)


def test_images_are_scaled_in_float64_and_the_first_ones_validate(parts):
    raw = read_idx(SAMPLE_FOLDER / "train-images-idx3-ubyte.gz")
    labels = read_idx(SAMPLE_FOLDER / "train-labels-idx1-ubyte.gz")
    assert parts.train.images.dtype == np.float64
    np.testing.assert_array_equal(parts.validation.images, raw[:100] / 255)
    np.testing.assert_array_equal(parts.train.images, raw[100:420] / 255)
    np.testing.assert_array_equal(parts.train.labels, labels[100:420])
    assert len(parts.test.images) == 1_000


def test_all_images_train_unless_so_many_are_asked_for():
    assert len(load_parts(SAMPLE_FOLDER, n_validation=100).train.labels) == 4_900


def test_autoencoders_are_to_give_back_their_inputs(parts):
    inputs, targets = parts.test.for_network(NETWORKS["linear_autoencoder"])
    assert targets is inputs
    assert parts.test.for_network(NETWORKS["mlp"])[1] is parts.test.labels


class Recorder(keras.layers.Layer):
    """Writes down the first pixel of each image that is trained with."""

    def __init__(self, write):
        super().__init__()
        self.write = write
        self.supports_jit = False

    def call(self, images, training=False):
        if training:
            tf.py_function(lambda batch: self.write(batch.numpy()[:, 0, 0].astype(int)), [images], [])
        return images


def test_the_same_seed_begins_with_the_same_weights(parts):
    first, same, other = (fit(NETWORKS["mlp"], parts, epochs=0, seed=seed)[0] for seed in (1, 1, 2))
    for left, right in zip(first.get_weights(), same.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)
    assert not np.array_equal(first.get_weights()[0], other.get_weights()[0])


def test_each_epoch_has_an_order_of_its_own(parts):
    numbered = parts.train.images.copy()
    numbered[:, 0, 0] = np.arange(320)
    numbered = parts._replace(train=parts.train._replace(images=numbered))
    seen = []
    recorded = Network("recorded", lambda: [Recorder(seen.extend), *NETWORKS["mlp"].layers()], "mlp")
    fit(recorded, numbered, epochs=3, seed=1)
    first, second, third = np.reshape(seen, (3, 320)).tolist()
    assert sorted(first) == sorted(second) == sorted(third) == list(range(320))
    assert first != second != third != first


def test_a_fit_is_evaluated_on_the_test_images(parts):
    model, history = fit(NETWORKS["mlp"], parts, epochs=1, seed=1)
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    guesses = model.predict(parts.test.images, verbose=0).argmax(axis=1)
    result = evaluate(model, NETWORKS["mlp"], parts)
    assert result["accuracy"] == pytest.approx(np.mean(guesses == parts.test.labels))


def test_a_job_is_measured_in_the_ways_of_all(monkeypatch):
    monkeypatch.setattr(lecture, "load_parts", partial(load_parts, SAMPLE_FOLDER, 100))
    measured = lecture.measure(Job(NETWORKS["mlp"], epochs=2, n_images=64, with_test=True))
    assert len(measured["epoch_seconds"]) == 2
    assert set(measured) == {"epoch_seconds", "peak_mb", "loss", "validation_loss", "test_accuracy"}
    assert 0 <= measured["test_accuracy"] <= 1
