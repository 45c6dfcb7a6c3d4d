"""The sample in the repository, against the script that made it and the configuration that uses it."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import yaml

from fashion_nets.data.idx import idx_digest, read_idx

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "01_raw" / "fashion_mnist_sample"
FULL = Path("/usr/share/datasets/fashion-mnist")
NAMES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}


@pytest.fixture(scope="module")
def make_sample():
    spec = importlib.util.spec_from_file_location("make_sample", ROOT / "tools" / "make_sample.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("part", "n_per_class"), [("train", 500), ("test", 100)])
def test_the_sample_has_every_class_equally(part, n_per_class):
    images = read_idx(SAMPLE / f"{NAMES[f'{part}_images']}.gz")
    labels = read_idx(SAMPLE / f"{NAMES[f'{part}_labels']}.gz")

    assert images.shape == (10 * n_per_class, 28, 28)
    np.testing.assert_array_equal(np.bincount(labels), [n_per_class] * 10)


@pytest.mark.parametrize("part", NAMES)
def test_the_configuration_has_its_checksums(part):
    conf = yaml.safe_load((ROOT / "conf" / "sample" / "parameters_data_ingestion.yml").read_text())

    expected = conf["data_ingestion"]["files"][part]["sha256"]
    assert idx_digest(read_idx(SAMPLE / f"{NAMES[part]}.gz")) == expected


def test_the_first_of_each_class_are_chosen_in_file_order(make_sample):
    labels = np.array([*range(10), 3, 0, 3, *range(10)], dtype=np.uint8)

    chosen = make_sample.first_of_each_class(labels, 2)

    np.testing.assert_array_equal(chosen, [*range(12), 14, 15, 17, 18, 19, 20, 21, 22])


@pytest.mark.skipif(not FULL.is_dir(), reason="needs Fashion-MNIST from the package dataset-fashion-mnist")
def test_the_script_makes_the_sample_of_fashion_mnist(make_sample, tmp_path, capsys):
    make_sample.main(FULL, tmp_path)

    printed = capsys.readouterr().out.splitlines()
    for name in NAMES.values():
        made = read_idx(tmp_path / f"{name}.gz")
        np.testing.assert_array_equal(made, read_idx(SAMPLE / f"{name}.gz"))
        assert f"{idx_digest(made)}  {name}" in printed
