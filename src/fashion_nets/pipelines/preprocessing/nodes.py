"""Nodes of the pipeline ``preprocessing``."""

from typing import Literal

import numpy as np
from pydantic import Field

from fashion_nets.data.image_set import ImageSetError, LabelledImages, check_labelled_images
from fashion_nets.data.splits import choose_validation, split_validation
from fashion_nets.parameters import Parameters, RefusedValueError
from fashion_nets.pipelines.wiring import checked_by


class PreprocessingParams(Parameters):
    """How training images are set aside for validation.

    Attributes:
        validation_size: How many images validate.
        validation_method: ``first`` or ``stratified``, as in :func:`split_validation`.
    """

    validation_size: int = Field(gt=0)
    validation_method: Literal["first", "stratified"]


def check_split(seed: int, labels: np.ndarray, parameters: PreprocessingParams) -> None:
    """Refuse a split whose parts cannot serve."""
    try:
        choose_validation(labels, parameters.validation_size, parameters.validation_method, seed)
    except ImageSetError as error:
        reason = str(error).removeprefix("validation_size ")
        raise RefusedValueError("parameters", "validation_size", reason) from error


@checked_by(check_split)
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
