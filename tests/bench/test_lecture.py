from functools import partial

import numpy as np
import pytest
from tests.conftest import SAMPLE_FOLDER

from bench import lecture
from bench.lecture import evaluate, fit, load_parts
from bench.measurement import Job
from bench.networks import NETWORKS
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


def test_a_fit_follows_from_its_seed_and_is_evaluated_on_the_test_images(parts):
    model, history = fit(NETWORKS["mlp"], parts, epochs=1, seed=1)
    assert fit(NETWORKS["mlp"], parts, epochs=1, seed=1)[1] == history
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
