"""The formats in which other programs take networks: SavedModel, ONNX, LiteRT. All take raw grey levels."""

import importlib.util
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fashion_nets.errors import first_line
from fashion_nets.inspection.saved_model import IMAGES, serving_function, write_saved_model
from fashion_nets.networks.types import KerasModel

SAVED_MODEL, ONNX, LITERT, LITERT_INT8 = (
    "saved_model",
    "network.onnx",
    "network.tflite",
    "network_int8.tflite",
)
"""What the files are called; the first one is a folder."""
OPSET = 17
"""The version of ONNX's operators, which programs of 2023 and later know."""

Outputs = dict[str, np.ndarray]
Run = Callable[[np.ndarray], Outputs]
"""From images, uint8, (n, height, width), to outputs by name."""


class Format(NamedTuple):
    """A format.

    Attributes:
        title: What people call it.
        packages: Of the extra ``export``, without which it cannot be written or run.
        write: Writes a network to a path; the images, uint8, are for calibration. Where the format has no
            place for a layer it raises a ``ValueError``, a ``RuntimeError`` or a ``NotImplementedError``.
        load: Reads it from a path, and gives what runs it, on one core where that is a choice.
    """

    title: str
    packages: tuple[str, ...]
    write: Callable[[KerasModel, Path, np.ndarray], None]
    load: Callable[[Path], Run]

    @property
    def missing(self) -> tuple[str, ...]:
        """The packages that are not installed."""
        return tuple(name for name in self.packages if importlib.util.find_spec(name) is None)


def _write_saved_model(model: KerasModel, path: Path, images: np.ndarray) -> None:  # noqa: ARG001
    write_saved_model(model, path)


def _load_saved_model(path: Path) -> Run:
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


def _load_onnx(path: Path) -> Run:
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
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*tf.lite.Interpreter is deprecated")  # which the converter uses
        path.write_bytes(_convert(converter))


def _converter(path: Path) -> Any:
    """What converts the SavedModel that was written beside."""
    import tensorflow as tf

    return tf.lite.TFLiteConverter.from_saved_model(str(path.with_name(SAVED_MODEL)))


def _convert(converter: Any) -> bytes:
    """What a converter of TensorFlow makes; its own error, an ``Exception`` alone, as a ValueError.

    That has a page of the inner graph, in which the operation stands that it cannot hold.
    """
    from tensorflow.lite.python.convert_phase import ConverterError

    try:
        converted: bytes = converter.convert()
    except ConverterError as error:
        operations = dict.fromkeys(re.findall(r"'tf\.(\w+)' op\b", str(error)))
        reason = f"it has no place for {', '.join(operations)}" if operations else first_line(error)
        raise ValueError(reason) from error
    return converted


def _load_litert(path: Path) -> Run:
    from ai_edge_litert.interpreter import Interpreter

    runner = Interpreter(model_path=str(path), num_threads=1).get_signature_runner("serving_default")
    return lambda images: runner(images=images)


FORMATS = {
    SAVED_MODEL: Format("SavedModel", (), _write_saved_model, _load_saved_model),
    ONNX: Format("ONNX", ("tf2onnx", "onnx", "onnxruntime"), _write_onnx, _load_onnx),
    LITERT: Format("LiteRT, float32", ("ai_edge_litert",), _write_litert, _load_litert),
    LITERT_INT8: Format("LiteRT, int8", ("ai_edge_litert",), _write_litert_int8, _load_litert),
}
"""By the names of their files. LiteRT is converted from the SavedModel, so that this comes first."""
