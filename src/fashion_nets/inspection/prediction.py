"""A model applied to a whole set of images."""

import numpy as np

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.networks.types import KerasModel

BATCH_SIZE = 500  # large enough to keep the processor busy; the result does not depend on it


def predict(model: KerasModel, images: np.ndarray) -> np.ndarray:
    """Run a model on images, silently.

    Args:
        model: A built model.
        images: Intensities in [0, 1], float32, shape (n, height, width).

    Returns:
        The model's outputs, float32, n rows.
    """
    return model.predict(images, batch_size=BATCH_SIZE, verbose=0)


def accuracy_of(model: KerasModel, part: LabelledImages) -> float:
    """The share of images whose class a classifier gets right."""
    return float((predict(model, part.images).argmax(axis=1) == part.labels).mean())
