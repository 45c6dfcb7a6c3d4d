"""Nodes of the pipeline ``preprocessing``."""

from typing import Literal

import numpy as np
from pydantic import Field

from fashion_nets.data.image_set import LabelledImages, check_labelled_images, split_validation
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
    """Set training images aside for validation: returns the set to train with and the validation set."""
    return split_validation(images, labels, parameters.validation_size, parameters.validation_method, seed)


def prepare_test_set(images: np.ndarray, labels: np.ndarray) -> LabelledImages:
    """Check that test images and labels are a pair, and put them together."""
    test = LabelledImages(images, labels)
    check_labelled_images(test, "test")
    return test
