"""Networks in MLflow."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fashion_nets.errors import UserError
from fashion_nets.inspection.saved_model import (
    CODINGS,
    IMAGES,
    RECONSTRUCTIONS,
    is_autoencoder,
    write_saved_model,
)
from fashion_nets.temporary import TemporaryFolder

CODE = Path(__file__).with_name("logged_network.py")
"""What MLflow runs of a logged network."""
SAVED_MODEL, KERAS_FILE = "saved_model", "model.keras"
"""The artifacts of a logged network: what is served, and what this project loads."""
MAX_IMAGES = 10_000
"""The most images that a logged network takes at once, unless it is loaded with another ``model_config``."""
COLUMNS = {"class_name": "string", "probability": "float"}
"""What a logged classifier tells of an image before all its probabilities, as logged_network.py has it."""


def save_network(model: Any, folder: Path, class_names: Sequence[str], example: np.ndarray) -> None:
    """Save a network as MLflow does, so that it can be logged later and used where this project is not.

    What is logged takes raw grey levels, uint8, (n, height, width). A classifier gives a table with class and
    probabilities by name, an autoencoder ``reconstructions`` and ``codings``.

    Args:
        model: A Keras model of this project, float32 images in.
        folder: Made for it.
        class_names: One for each class in the order of the outputs; without, their numbers from 0. An
            autoencoder has none.
        example: An image or some, uint8, (n, height, width), which MLflow shows and keeps as a request.

    Raises:
        UserError: If a classifier has another number of classes, or a class has the name of another column.
    """
    import keras
    import mlflow.pyfunc
    import tensorflow as tf

    names = [] if is_autoencoder(model) else check_class_names(model, class_names)
    with TemporaryFolder() as place:
        saved_model, keras_file = place / SAVED_MODEL, place / KERAS_FILE
        write_saved_model(model, saved_model)
        model.save(keras_file)
        mlflow.pyfunc.save_model(
            str(folder),
            python_model=str(CODE),
            artifacts={SAVED_MODEL: str(saved_model), "keras": str(keras_file)},
            model_config={"class_names": names, "max_images": MAX_IMAGES},
            signature=_signature(model, names),
            input_example=example,
            # Named here, since finding them out takes MLflow 10 s a model.
            pip_requirements=[
                f"mlflow=={mlflow.__version__}",
                f"tensorflow=={tf.__version__}",
                f"keras=={keras.__version__}",
            ],
        )


def check_class_names(model: Any, class_names: Sequence[str]) -> list[str]:
    """Refuse names of classes that do not go with a classifier's outputs; return them.

    Raises:
        UserError: See :func:`save_network`.
    """
    n_classes = max(2, model.output_shape[-1])  # one output tells the second of two classes
    names = list(class_names) or [str(index) for index in range(n_classes)]
    if len(names) != n_classes:
        raise UserError(
            f"{model.name} tells {n_classes} classes apart, but there are {len(names)} class names"
        )
    if taken := [name for name in names if name in COLUMNS]:
        raise UserError(f"a class is named '{taken[0]}', as a column that tells the most probable class")
    return names


def _signature(model: Any, class_names: Sequence[str]) -> Any:
    """What goes in and out, by name.

    MLflow would cut decimals off before anybody could refuse them. It does so only with what it checks
    itself, so it is told that the code of the model does that, as where a type hint says what is taken.
    """
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema, TensorSpec

    def tensor(name: str, shape: tuple[int | None, ...], dtype: str = "float32") -> TensorSpec:
        return TensorSpec(np.dtype(dtype), tuple(-1 if size is None else size for size in shape), name)

    outputs: list[ColSpec | TensorSpec]
    if class_names:
        columns = COLUMNS | dict.fromkeys(class_names, "float")
        outputs = [ColSpec(kind, name) for name, kind in columns.items()]
    else:
        n_codings = model.get_layer(CODINGS).output.shape[-1]
        outputs = [tensor(RECONSTRUCTIONS, model.output_shape), tensor(CODINGS, (None, n_codings))]
    signature = ModelSignature(Schema([tensor(IMAGES, model.input_shape, "uint8")]), Schema(outputs))
    signature._is_signature_from_type_hint = True
    return signature
