"""A model applied to a whole set of images."""

import numpy as np

from fashion_nets.data.image_set import LabelledImages, intensities
from fashion_nets.networks.types import KerasModel

BATCH_SIZE = 500  # large enough to keep the processor busy; the result does not depend on it


def predict(model: KerasModel, images: np.ndarray) -> np.ndarray:
    """Run a model on images, silently; grey levels are scaled batch by batch.

    Args:
        model: A built model with one output.
        images: Grey levels, uint8, or intensities in [0, 1], float32, shape (n, height, width); or what else
            the model takes, such as codings. At least one row.

    Returns:
        The model's outputs, float32, n rows.
    """
    first = model.predict_on_batch(intensities(images[:BATCH_SIZE]))
    # Written into one array: parts that are joined in the end would take the memory twice.
    outputs = np.empty((len(images), *first.shape[1:]), first.dtype)
    outputs[:BATCH_SIZE] = first
    for start in range(BATCH_SIZE, len(images), BATCH_SIZE):
        rows = slice(start, start + BATCH_SIZE)
        outputs[rows] = model.predict_on_batch(intensities(images[rows]))
    return outputs


def class_probabilities(model: KerasModel, images: np.ndarray) -> np.ndarray:
    """From raw grey levels to the probability of each class: the one way for every image.

    Evaluation, experiments, pictures of one's own and what is served all go through it, so that none of them
    scales images in another way than the training did.

    Args:
        model: A built classifier, which ends in a softmax, or in one sigmoid unit.
        images: Grey levels, 0 (background) to 255, uint8, shape (n, height, width), at least one.

    Returns:
        float32, shape (n, n_classes). One unit tells the probability of the second of two classes.

    Raises:
        ValueError: If the images are not uint8; scaling twice is the usual cause.
    """
    if images.dtype != np.uint8 or images.ndim != 3:
        raise ValueError(
            f"class_probabilities expects raw grey levels, uint8 of shape (n, height, width), got "
            f"{images.dtype} of shape {images.shape}. Pass the images as they are stored."
        )
    outputs = predict(model, images)
    return np.concatenate([1 - outputs, outputs], axis=1) if outputs.shape[1] == 1 else outputs


def which_are_right(model: KerasModel, labelled: LabelledImages) -> np.ndarray:
    """Which images a classifier gets right, bool, shape (n,)."""
    return class_probabilities(model, labelled.images).argmax(axis=1) == labelled.labels


def accuracy_of(model: KerasModel, labelled: LabelledImages) -> float:
    """The share of images whose class a classifier gets right."""
    return float(which_are_right(model, labelled).mean())
