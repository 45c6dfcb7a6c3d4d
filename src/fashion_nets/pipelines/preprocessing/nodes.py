"""Nodes of the pipeline ``preprocessing``."""

from typing import Literal

import numpy as np
from pydantic import Field

from fashion_nets.data.image_set import (
    LabelledImages,
    check_labelled_images,
    scale_pixels,
    split_validation,
)
from fashion_nets.parameters import Parameters


class PreprocessingParams(Parameters):
    """How training images are set aside for validation.

    Attributes:
        validation_size: How many images validate.
        validation_method: ``first`` or ``stratified``, as in :func:`split_validation`.
    """

    validation_size: int = Field(gt=0)
    validation_method: Literal["first", "stratified"]


def split_training_images(
    seed: int, images: np.ndarray, labels: np.ndarray, parameters: PreprocessingParams
) -> tuple[LabelledImages, LabelledImages]:
    """Set training images aside for validation and scale intensities to [0, 1], float32.

    Returns the set to train with and the validation set.
    """
    train, validation = split_validation(
        images, labels, parameters.validation_size, parameters.validation_method, seed
    )
    return _scale(train), _scale(validation)


def prepare_test_set(images: np.ndarray, labels: np.ndarray) -> LabelledImages:
    """Scale the intensities of the test images to [0, 1], float32."""
    test = LabelledImages(images, labels)
    check_labelled_images(test, "test")
    return _scale(test)


def _scale(part: LabelledImages) -> LabelledImages:
    return part._replace(images=scale_pixels(part.images))
