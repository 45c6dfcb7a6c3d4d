"""What a network is worth in the formats of other programs: size, time, and whether it is the same."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pandas as pd

from fashion_nets.data.files import write_folder
from fashion_nets.data.image_set import LabelledImages
from fashion_nets.evaluation.reconstruction import reconstruction_metrics
from fashion_nets.inspection.formats import FORMATS, Run
from fashion_nets.inspection.prediction import class_probabilities, predict
from fashion_nets.inspection.saved_model import PROBABILITIES, RECONSTRUCTIONS, is_autoencoder
from fashion_nets.networks.types import KerasModel
from fashion_nets.temporary import TemporaryFolder

BATCH_SIZE = 100
TIMED_IMAGES = 200
"""How many single images are timed, after one that does not count."""


def compare_formats(model: KerasModel, files: Mapping[str, bytes], test_set: LabelledImages) -> pd.DataFrame:
    """Hold what was written of a network against the network itself.

    Args:
        model: The network.
        files: As by :func:`fashion_nets.inspection.exported.export_network`.
        test_set: Raw images with their labels.

    Returns:
        A row for each format: ``format``, ``file``, ``mb`` (10^6 bytes), ``ms_per_image`` (the median of
        single images on one core). Of a classifier ``test_accuracy`` and ``agreement``, the share of images
        that get the class that Keras gives; of an autoencoder ``test_mse`` and ``largest_difference``, how
        far the intensity of any pixel, in [0, 1], is from that of Keras.
    """
    measure = _compare_images if is_autoencoder(model) else _compare_classes
    expected = (predict if is_autoencoder(model) else class_probabilities)(model, test_set.images)
    rows = []
    with TemporaryFolder() as folder:
        write_folder(folder, files)
        for name in (each for each in FORMATS if (folder / each).exists()):
            run = FORMATS[name].load(folder / name)
            size = sum(
                len(content) for path, content in files.items() if path == name or path.startswith(f"{name}/")
            )
            milliseconds = _milliseconds(run, test_set.images)
            known = {"format": FORMATS[name].title, "file": name, "mb": size / 1e6}
            rows.append({**known, "ms_per_image": milliseconds, **measure(run, expected, test_set)})
    return pd.DataFrame(rows)


def _compare_classes(run: Run, expected: np.ndarray, test_set: LabelledImages) -> dict[str, float]:
    classes = _outputs(run, PROBABILITIES, test_set.images).argmax(axis=1)
    return {
        "test_accuracy": float((classes == test_set.labels).mean()),
        "agreement": float((classes == expected.argmax(axis=1)).mean()),
    }


def _compare_images(run: Run, expected: np.ndarray, test_set: LabelledImages) -> dict[str, float]:
    given = _outputs(run, RECONSTRUCTIONS, test_set.images)
    return {
        "test_mse": reconstruction_metrics(test_set.images, given)["mse"],
        "largest_difference": float(np.abs(given - expected).max()),
    }


def _outputs(run: Run, name: str, images: np.ndarray) -> np.ndarray:
    starts = range(0, len(images), BATCH_SIZE)
    return np.concatenate([run(images[start : start + BATCH_SIZE])[name] for start in starts])


def _milliseconds(run: Run, images: np.ndarray) -> float:
    with _one_core():
        run(images[:1])
        took = []
        for index in range(min(TIMED_IMAGES, len(images))):
            start = time.perf_counter()
            run(images[index : index + 1])
            took.append(1000 * (time.perf_counter() - start))
    return float(np.median(took))


@contextmanager
def _one_core() -> Iterator[None]:
    """Let all threads, and those that they start, run on one core, where the system can do that.

    TensorFlow computes in threads that it has started before.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    _place_threads({min(before)})
    try:
        yield
    finally:
        _place_threads(before)


def _place_threads(cores: set[int]) -> None:
    """Let all threads of this process run on these cores; one that has just ended is left out."""
    for thread in Path("/proc/self/task").iterdir():
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread.name), cores)
