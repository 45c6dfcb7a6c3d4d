"""A small project to measure in, and the entry points as a user starts them."""

import io
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from importlib import import_module

import numpy as np
import pytest
from tests.conftest import ROOT, SAMPLE_FOLDER, make_project

from bench.measurement import N_VALIDATION
from fashion_nets.data.idx import read_idx, write_idx
from fashion_nets.data.image_set import LabelledImages
from fashion_nets.datasets import LabelledImagesDataset

N_TRAIN = 320  # ten batches


@pytest.fixture(scope="session")
def stored_sets(tmp_path_factory, train_set, validation_set, test_set):
    """A folder with small sets as the preprocessing stores them."""
    folder = tmp_path_factory.mktemp("sets")
    parts = {"train": train_set, "validation": validation_set, "test": test_set}
    for name, part in parts.items():
        small = LabelledImages(part.images[:N_TRAIN], part.labels[:N_TRAIN])
        LabelledImagesDataset(filepath=str(folder / f"{name}_set")).save(small)
    return folder


@pytest.fixture(scope="session")
def bench_project(tmp_path_factory, stored_sets):
    """A copy of the project and its benchmarks with few images: all of the sample, and some of it again."""
    folder = make_project(tmp_path_factory.mktemp("bench_project"))
    shutil.copytree(ROOT / "bench", folder / "bench", ignore=shutil.ignore_patterns("__pycache__", "results"))
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        values = read_idx(SAMPLE_FOLDER / f"{name}-ubyte.gz")
        if name.startswith("train"):
            values = np.concatenate([values, values])[: N_VALIDATION + N_TRAIN]
        write_idx(folder / "data" / "01_raw" / "fashion_mnist" / f"{name}-ubyte.gz", values)
    shutil.copytree(stored_sets, folder / "data" / "05_model_input")
    return folder


@pytest.fixture
def run_bench(bench_project):
    """Run ``python -m <module>`` in that project, and give what it wrote to standard output."""

    def run(module, *arguments):
        finished = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=bench_project,
            env={**os.environ, "PYTHONPATH": str(bench_project / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    return run


@pytest.fixture
def run_here(monkeypatch):
    """Run the command line of a module in this process, where TensorFlow is imported already.

    It gives what was written to standard output. Standard error stays pytest's own: Kedro sets logging up
    anew, and absl's handler then closes the stream that it has, unless that is still standard error.
    """

    def run(module, *arguments):
        monkeypatch.setattr(sys, "argv", [module, *map(str, arguments)])
        written = io.StringIO()
        with redirect_stdout(written):
            import_module(module).main()
        return written.getvalue()

    return run
