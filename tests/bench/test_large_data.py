import json
import shutil
from collections import namedtuple

import numpy as np
import pytest

from bench import large_data
from bench.large_data import measure_sizes, repeat_set, summarize
from fashion_nets.datasets import LabelledImagesDataset


def test_a_set_is_repeated_with_its_shape_and_type(stored_sets, tmp_path):
    repeat_set(stored_sets / "train_set", tmp_path / "large" / "train_set", times=3)
    small = LabelledImagesDataset(filepath=str(stored_sets / "train_set")).load()
    large = LabelledImagesDataset(filepath=str(tmp_path / "large" / "train_set")).load()
    for part, whole in zip(small, large, strict=True):
        assert whole.dtype == part.dtype
        np.testing.assert_array_equal(whole, np.concatenate([part] * 3))


def test_a_row_gives_medians_and_the_time_an_image_takes():
    runs = [
        {"images": images, "epoch_seconds": seconds, "peak_mb": peak, "loss": 0.5, "validation_loss": 0.4}
        for images, seconds, peak in (
            (1_000, [9.0, 1.0, 3.0], 500),
            (10_000, [9.0, 10.0, 10.0], 900),
            (1_000, [9.0, 4.0, 4.0], 700),
            (10_000, [9.0, 20.0, 20.0], 500),
        )
    ]
    table = summarize(runs)
    assert table["images"].to_list() == [1_000, 10_000]
    assert table["epoch_seconds"].to_list() == [3, 15]
    assert table["microseconds_per_image"].to_list() == pytest.approx([3_000, 1_500])
    assert table["peak_mb"].to_list() == [600, 700]


def test_a_disk_without_room_is_told_before_anything_is_written(stored_sets, tmp_path, monkeypatch):
    monkeypatch.setattr(large_data, "SETS", stored_sets)
    monkeypatch.setattr(large_data, "RESULTS", tmp_path / "results")
    full = namedtuple("Usage", ["total", "used", "free"])(10**10, 10**10, 10**6)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(SystemExit, match="has not as much to spare"):
        measure_sizes(times=10, rounds=1, epochs=2)
    assert list((tmp_path / "results").iterdir()) == []


@pytest.mark.slow  # three processes with TensorFlow
def test_a_small_measurement_trains_on_the_set_and_on_its_multiple(run_bench, bench_project):
    run_bench("bench.large_data", "--times=2", "--rounds=1", "--epochs=2")
    results = bench_project / "bench" / "results"
    written = json.loads((results / "large_data.json").read_text())
    small, large = written["table"]
    assert (small["images"], large["images"]) == (55_000, 110_000)  # asked for, of a small set
    memory, seconds = written["targets"]
    assert memory["value"] == pytest.approx(large["peak_mb"] / small["peak_mb"])
    assert seconds["value"] == pytest.approx(
        large["microseconds_per_image"] / small["microseconds_per_image"]
    )
    assert [path.name for path in results.iterdir() if path.is_dir()] == []  # the large set is deleted
