"""What MLflow runs of a logged network: raw grey levels in, classes by name and their probabilities out.

MLflow copies this file beside the network, and runs the copy where neither this project nor Keras is: it may
import nothing but MLflow, NumPy, pandas and TensorFlow.
"""

from typing import Any

import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import set_model
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.pyfunc.model import PythonModel

BATCH_SIZE = 500  # large enough to keep the processor busy; the result does not depend on it
MAX_GREY_LEVEL = 255
CLASS_NAME, PROBABILITY = "class_name", "probability"
"""The columns with the most probable class and its probability; those of all classes have their names."""


class RefusedImagesError(MlflowException):
    """Images that the network does not take; a server answers with status 400 and this message."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, INVALID_PARAMETER_VALUE)

    @property
    def message(self) -> str:
        """What is wrong with them, alone: MLflow's server would repeat all of them before it."""
        return str(self)

    @message.setter
    def message(self, _: str) -> None:
        pass


class LoggedNetwork(PythonModel):
    """A network as a SavedModel, with the names of its classes, or without if it is an autoencoder."""

    def load_context(self, context: Any) -> None:
        """Load the network.

        Args:
            context: Has the SavedModel under ``artifacts``, and in ``model_config`` ``class_names`` and
                ``max_images``, the most images that are taken at once.
        """
        import tensorflow as tf

        # The object is kept, and not its function alone: the weights are deleted with it.
        self._network = tf.saved_model.load(context.artifacts["saved_model"])
        self._class_names = list(context.model_config["class_names"])
        self._max_images = int(context.model_config["max_images"])
        spec = self._network.signatures["serving_default"].structured_input_signature[1]["images"]
        self._image_shape = tuple(spec.shape[1:])

    def predict(
        self,
        context: Any,  # noqa: ARG002  # what MLflow passes
        model_input: np.ndarray,
        params: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        """Apply the network.

        Args:
            context: As it was loaded.
            model_input: Grey levels 0 (background) to 255, shape (n, height, width): integers in an array, or
                in lists as JSON has them; or a dictionary with these under ``images``.
            params: There are none.

        Returns:
            Of a classifier a table, a row per image: ``class_name``, the most probable class, its
            ``probability``, and a column for each class with its probability, float32. Of an autoencoder a
            dictionary of float32 arrays: ``reconstructions`` (n, height, width) in [0, 1] and ``codings``
            (n, n_codings).

        Raises:
            RefusedImagesError: If the images are none, too many, of another size, or no grey levels.
        """
        images = check_images(model_input, self._image_shape, self._max_images)
        parts = [
            self._apply(images[start : start + BATCH_SIZE]) for start in range(0, len(images), BATCH_SIZE)
        ]
        outputs = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        if not self._class_names:
            return outputs
        table = pd.DataFrame(outputs["probabilities"], columns=self._class_names)
        best = outputs["probabilities"].argmax(axis=1)
        table.insert(0, CLASS_NAME, [self._class_names[index] for index in best])
        table.insert(1, PROBABILITY, outputs["probabilities"].max(axis=1))
        return table

    def _apply(self, images: np.ndarray) -> dict[str, np.ndarray]:
        import tensorflow as tf

        given = self._network.signatures["serving_default"](images=tf.constant(images))
        return {name: each.numpy() for name, each in given.items()}


def check_images(given: Any, image_shape: tuple[int, ...], max_images: int) -> np.ndarray:
    """Make sure that what a network is given are images as it takes them.

    Args:
        given: What :meth:`LoggedNetwork.predict` takes.
        image_shape: (height, width) of each.
        max_images: The most that are taken at once.

    Returns:
        The grey levels, uint8, shape (n, height, width).

    Raises:
        RefusedImagesError: If they are not; says what was expected and what was received.
    """
    height, width = image_shape
    expected = (
        f"Expected images as a list of 1 to {max_images:,}, each of {height} rows with {width} whole numbers "
        f"from 0 (background) to {MAX_GREY_LEVEL}: shape (n, {height}, {width})"
    )
    if isinstance(given, dict) and set(given) == {"images"}:
        given = given["images"]
    try:
        images = np.asarray(given)
    except ValueError as error:  # NumPy's words are about arrays
        raise RefusedImagesError(f"{expected}. Got rows or images of different lengths.") from error
    if images.ndim > 0 and len(images) == 0:
        raise RefusedImagesError(f"{expected}. Got no image.")
    if images.dtype.kind == "f":
        raise RefusedImagesError(
            f"{expected}. Got numbers with a decimal point; intensities in [0, 1] are the usual cause. Send "
            "the grey levels as they are, since the network scales them itself."
        )
    if images.dtype.kind not in "iu":
        raise RefusedImagesError(f"{expected}. Got something else than whole numbers, {images.dtype}.")
    if images.shape[1:] != image_shape:
        hint = " One image alone is a list of one image." if images.shape == image_shape else ""
        raise RefusedImagesError(f"{expected}. Got the shape {images.shape}.{hint}")
    if len(images) > max_images:
        raise RefusedImagesError(f"{expected}. Got {len(images):,} images; send them in several requests.")
    if images.min() < 0 or images.max() > MAX_GREY_LEVEL:
        raise RefusedImagesError(f"{expected}. Got numbers from {images.min()} to {images.max()}.")
    return images.astype(np.uint8)


set_model(LoggedNetwork())
