import json
import re
from pathlib import Path

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


def test_the_memory_is_that_of_this_process_in_units_of_1024_kb():
    written = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert resident_mb() == pytest.approx(int(written[1]) / 1024, abs=5)


def test_the_process_prints_what_was_estimated_and_measured(run_here):
    result = json.loads(run_here("bench.memory_run", 8, "--architecture=lenet5").splitlines()[-1])
    assert (result["architecture"], result["precision"], result["batch_size"]) == ("lenet5", "float32", 8)
    assert result["estimated_mb"] == result["costs"]["training_memory_mb"] > 0
    assert result["measured_mb"] >= 0
