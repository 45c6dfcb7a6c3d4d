"""Nodes of the pipeline ``data_ingestion``."""

import logging
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from fashion_nets.data import image_set
from fashion_nets.data.image_set import RawImageSet
from fashion_nets.data.quality import assess_quality, name_doubts
from fashion_nets.data.source_params import DataIngestionParams
from fashion_nets.data.sources import check_chosen_folder, find_image_set
from fashion_nets.pipelines.wiring import checked_by
from fashion_nets.plotting import images

logger = logging.getLogger(__name__)


@checked_by(check_chosen_folder)
def obtain_image_set(
    parameters: DataIngestionParams,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, list[str], str]:
    """Take the image set from the first place that has it whole, and verify it.

    Looked at in order: the folder you chose, what an earlier run stored, the system's folder, Keras's
    cache, the web. Returns training images and labels, test images and labels (uint8, as published),
    the class names and where the images came from.
    """
    raw, source = find_image_set(parameters)
    return *raw, parameters.class_names, source


def describe_image_set(
    train_images: np.ndarray,
    train_labels: np.ndarray,
    test_images: np.ndarray,
    test_labels: np.ndarray,
    class_names: list[str],
    source: str,
) -> dict[str, Any]:
    """Write the data card: source, fingerprint, shape, images per class, mean, deviation and quality.

    What would make numbers wrong is a warning each.
    """
    raw = RawImageSet(train_images, train_labels, test_images, test_labels)
    quality = assess_quality(raw, class_names)
    for doubt in name_doubts(quality):
        logger.warning("Of the data: %s", doubt)
    return {**image_set.describe_image_set(raw, class_names, source), "quality": quality}


def plot_class_examples(
    seed: int,
    train_images: np.ndarray,
    train_labels: np.ndarray,
    class_names: list[str],
    parameters: DataIngestionParams,
) -> Figure:
    """Draw random training images of each class, a row per class."""
    return images.plot_class_examples(
        train_images, train_labels, class_names, parameters.n_examples_per_class, seed
    )
