"""Networks in the formats of other programs: SavedModel, ONNX and LiteRT. All take raw grey levels, uint8."""

import importlib.util
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError, first_line
from fashion_nets.inspection.prediction import class_probabilities
from fashion_nets.inspection.saved_model import IMAGES, PROBABILITIES, serving_function, write_saved_model
from fashion_nets.networks.types import KerasModel

SAVED_MODEL, ONNX, LITERT, LITERT_INT8 = (
    "saved_model",
    "network.onnx",
    "network.tflite",
    "network_int8.tflite",
)
"""What the files are called; the first one is a folder."""
INSTALL = "tools/setup.sh export"
OPSET = 17
"""The version of ONNX's operators, which programs of 2023 and later know."""

BATCH_SIZE = 100
TIMED_IMAGES = 200
"""How many single images are timed, after one that does not count."""

Outputs = dict[str, np.ndarray]
logger = logging.getLogger(__name__)


class Format(NamedTuple):
    """A format.

    Attributes:
        title: What people call it.
        packages: Of the extra ``export``, without which it cannot be written or run.
        write: Writes a network to a path; the images, uint8, are for calibration.
        load: Gives a function from images to outputs by name; one core computes where that is a choice.
    """

    title: str
    packages: tuple[str, ...]
    write: Callable[[KerasModel, Path, np.ndarray], None]
    load: Callable[[Path], Callable[[np.ndarray], Outputs]]

    @property
    def missing(self) -> tuple[str, ...]:
        """The packages that are not installed."""
        return tuple(name for name in self.packages if importlib.util.find_spec(name) is None)


def export_network(model: KerasModel, folder: Path, images: np.ndarray) -> list[str]:
    """Write a network in all formats whose packages are installed; say which are not.

    Args:
        model: A network of this project.
        folder: Where the files of :data:`FORMATS` are put.
        images: Training images by which integers are calibrated, uint8, (n, height, width), some hundred.

    Returns:
        The names of what was written.

    Raises:
        UserError: If a format has no place for a layer; names format and operation.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in FORMATS:
        _remove(folder / name)  # that of an earlier training would stay where one cannot be written
    written = []
    for name, each in FORMATS.items():
        if each.missing:
            logger.warning(
                "%s of %s is left out, as %s is not installed: %s",
                each.title,
                model.name,
                " and ".join(each.missing),
                INSTALL,
            )
            continue
        try:
            each.write(model, folder / name, images)
        except (ValueError, RuntimeError, NotImplementedError) as error:
            raise UserError(f"{model.name} cannot be written as {each.title}: {error}") from error
        written.append(name)
    return written


def compare_formats(
    model: KerasModel, folder: Path, written: Sequence[str], test_set: LabelledImages
) -> pd.DataFrame:
    """Hold what was written of a classifier against the network itself.

    Args:
        model: The classifier.
        folder: Where it was written.
        written: What, by the names of files.
        test_set: Raw images with their labels.

    Returns:
        A row for each format: ``format``, ``file``, ``mb``, ``ms_per_image`` (the median of single images on
        one core), ``accuracy`` and ``agreement`` (the share of images that get the class that Keras gives).
    """
    expected = class_probabilities(model, test_set.images).argmax(axis=1)
    rows = []
    for name in written:
        run = FORMATS[name].load(folder / name)
        parts = [
            run(test_set.images[start : start + BATCH_SIZE])[PROBABILITIES].argmax(axis=1)
            for start in range(0, len(test_set.images), BATCH_SIZE)
        ]
        given = np.concatenate(parts)
        rows.append(
            {
                "format": FORMATS[name].title,
                "file": name,
                "mb": _size(folder / name) / 1e6,
                "ms_per_image": _milliseconds(run, test_set.images),
                "accuracy": float((given == test_set.labels).mean()),
                "agreement": float((given == expected).mean()),
            }
        )
    return pd.DataFrame(rows)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return sum(each.stat().st_size for each in files)


def _milliseconds(run: Callable[[np.ndarray], Outputs], images: np.ndarray) -> float:
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


def _write_saved_model(model: KerasModel, path: Path, images: np.ndarray) -> None:  # noqa: ARG001
    write_saved_model(model, path)


def _load_saved_model(path: Path) -> Callable[[np.ndarray], Outputs]:
    import tensorflow as tf

    network = tf.saved_model.load(str(path))

    def run(images: np.ndarray) -> Outputs:
        given = network.signatures["serving_default"](images=tf.constant(images))
        return {name: each.numpy() for name, each in given.items()}

    return run


def _write_onnx(model: KerasModel, path: Path, images: np.ndarray) -> None:  # noqa: ARG001
    import tf2onnx

    function = serving_function(model)
    tf2onnx.convert.from_function(
        function, input_signature=function.input_signature, opset=OPSET, output_path=str(path)
    )


def _load_onnx(path: Path) -> Callable[[np.ndarray], Outputs]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_outputs()]
    (taken,) = session.get_inputs()
    return lambda images: dict(zip(names, session.run(names, {taken.name: images}), strict=True))


def _write_litert(model: KerasModel, path: Path, images: np.ndarray) -> None:  # noqa: ARG001
    path.write_bytes(_convert(_converter(path)))


def _write_litert_int8(model: KerasModel, path: Path, images: np.ndarray) -> None:  # noqa: ARG001
    import tensorflow as tf

    converter = _converter(path)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ({IMAGES: image[np.newaxis]} for image in images)
    path.write_bytes(_convert(converter))


def _converter(path: Path) -> Any:
    """What converts the SavedModel that was written beside."""
    import tensorflow as tf

    return tf.lite.TFLiteConverter.from_saved_model(str(path.with_name(SAVED_MODEL)))


def _convert(converter: Any) -> bytes:
    """What a converter of TensorFlow makes; its own error, an ``Exception`` alone, as a ValueError."""
    from tensorflow.lite.python.convert_phase import ConverterError

    try:
        converted: bytes = converter.convert()
    except ConverterError as error:
        raise ValueError(first_line(error)) from error
    return converted


def _load_litert(path: Path) -> Callable[[np.ndarray], Outputs]:
    from ai_edge_litert.interpreter import Interpreter

    runner = Interpreter(model_path=str(path), num_threads=1).get_signature_runner("serving_default")
    return lambda images: runner(images=images)


FORMATS = {
    SAVED_MODEL: Format("SavedModel", (), _write_saved_model, _load_saved_model),
    ONNX: Format("ONNX", ("tf2onnx", "onnx", "onnxruntime"), _write_onnx, _load_onnx),
    LITERT: Format("LiteRT, float32", ("ai_edge_litert",), _write_litert, _load_litert),
    LITERT_INT8: Format("LiteRT, int8", ("ai_edge_litert",), _write_litert_int8, _load_litert),
}
"""By the names of their files."""
