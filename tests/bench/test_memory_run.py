import json

import numpy as np
import pytest
from tests.conftest import SAMPLE_FOLDER

from bench.memory_run import load_images, resident_mb
from fashion_nets.data.idx import read_idx


def test_images_of_the_sample_come_again_where_it_has_fewer():
    labels = read_idx(SAMPLE_FOLDER / "train-labels-idx1-ubyte.gz")
    images = load_images(12_000)  # of 5,000, each three times
    assert images.images.shape == (12_000, 28, 28)
    np.testing.assert_array_equal(images.labels, labels.repeat(3)[:12_000])
    np.testing.assert_array_equal(images.images[0], images.images[2])
    np.testing.assert_array_equal(load_images(10).labels, labels[:10])


def test_memory_grows_with_what_is_held():
    before = resident_mb()
    held = np.ones(50 * 2**20, np.uint8)
    assert resident_mb() - before == pytest.approx(held.nbytes / 2**20, abs=5)


def test_the_process_prints_what_was_estimated_and_measured(run_here):
    result = json.loads(run_here("bench.memory_run", 8, "--architecture=lenet5").splitlines()[-1])
    assert (result["architecture"], result["precision"], result["batch_size"]) == ("lenet5", "float32", 8)
    assert result["estimated_mb"] == result["costs"]["training_memory_mb"] > 0
    assert result["measured_mb"] >= 0
