"""Networks in MLflow."""

from typing import Any

import numpy as np


def log_network(model: Any, name: str) -> str:
    """Log a Keras model with its signature to the active run.

    Args:
        model: Takes float32 images, gives float32 outputs.
        name: What MLflow calls it.

    Returns:
        The id that MLflow gives it, to which metrics can be tied.
    """
    import keras
    import mlflow.keras
    import tensorflow as tf
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    def schema(shape: tuple[int | None, ...]) -> Schema:
        sizes = tuple(-1 if size is None else size for size in shape)
        return Schema([TensorSpec(np.dtype("float32"), sizes)])

    logged = mlflow.keras.log_model(
        model,
        name=name,
        signature=ModelSignature(schema(model.input_shape), schema(model.output_shape)),
        # Named here, since finding them out takes MLflow 10 s a model.
        pip_requirements=[f"keras=={keras.__version__}", f"tensorflow=={tf.__version__}"],
    )
    return logged.model_id
