"""Networks in MLflow."""

from pathlib import Path
from typing import Any

import numpy as np


def save_network(model: Any, folder: Path) -> None:
    """Save a Keras model as MLflow does, with its signature, so that it can be logged later.

    Args:
        model: Takes float32 images, gives float32 outputs.
        folder: Made for it.
    """
    import keras
    import mlflow.keras
    import tensorflow as tf
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    def schema(shape: tuple[int | None, ...]) -> Schema:
        sizes = tuple(-1 if size is None else size for size in shape)
        return Schema([TensorSpec(np.dtype("float32"), sizes)])

    mlflow.keras.save_model(
        model,
        str(folder),
        signature=ModelSignature(schema(model.input_shape), schema(model.output_shape)),
        # Named here, since finding them out takes MLflow 10 s a model.
        pip_requirements=[f"keras=={keras.__version__}", f"tensorflow=={tf.__version__}"],
    )
