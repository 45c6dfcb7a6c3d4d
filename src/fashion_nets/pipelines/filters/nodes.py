"""Nodes of the pipeline ``filters``."""

from pathlib import Path
from typing import Any, Self

import numpy as np
from matplotlib.figure import Figure
from pydantic import FiniteFloat, NonNegativeInt, PositiveInt, field_validator, model_validator

from fashion_nets.data.image_set import ImageSetError, LabelledImages
from fashion_nets.data.pictures import check_picture_file, read_picture
from fashion_nets.data.subsets import choose_image
from fashion_nets.errors import UserError
from fashion_nets.filters.convolution_matrix import ConvolutionMode, convolution_matrix, output_shape
from fashion_nets.filters.masks import filter_image
from fashion_nets.parameters import Parameters, RefusedValueError
from fashion_nets.pipelines.wiring import checked_by
from fashion_nets.plotting import filters as plots
from fashion_nets.plotting.style import IMAGE_COLORMAP

PHOTOGRAPH_COLORMAP = "gray"  # 0 is black, where a garment's 0 is white paper

Numbers = tuple[tuple[FiniteFloat, ...], ...]


class ExampleParams(Parameters):
    """A convolution small enough to write out.

    Attributes:
        image: Its rows, at most 6 of at most 6 numbers: the matrix has a column for each.
        kernel: Its rows; it fits into the image.
    """

    image: Numbers
    kernel: Numbers

    @model_validator(mode="after")
    def _check_sizes(self) -> Self:
        for name, numbers in (("image", self.image), ("kernel", self.kernel)):
            if len({len(row) for row in numbers}) != 1 or not numbers[0]:
                raise ValueError(f"{name} needs rows of equal length, got {[list(row) for row in numbers]}")
        (height, width), (rows, columns) = np.shape(self.image), np.shape(self.kernel)
        if max(height, width) > 6:
            raise ValueError(f"image must be at most 6 x 6 for its matrix to be read, got {height} x {width}")
        if rows > height or columns > width:
            raise ValueError(f"kernel must fit into the image of {height} x {width}, got {rows} x {columns}")
        return self


class FiltersParams(Parameters):
    """What is filtered and how.

    Attributes:
        image: A file with a picture; without one a test image is filtered.
        image_index: Which test image, counted from 0.
        mean_size: Rows and columns of the mean filter, in pixels.
        example: The convolution that is written as a matrix.
    """

    image: Path | None
    image_index: NonNegativeInt
    mean_size: PositiveInt
    example: ExampleParams

    @field_validator("image", mode="before")
    @classmethod
    def _read_empty_as_none(cls, value: Any) -> Any:
        """Let ``--params "filters.image="`` undo what a file sets."""
        return value or None


def check_picture(filters: FiltersParams) -> None:
    """Refuse a file that is no picture."""
    if filters.image is not None:
        try:
            check_picture_file(filters.image.expanduser().absolute())
        except UserError as error:
            raise RefusedValueError("filters", "image", str(error)) from error


def check_index(filters: FiltersParams, test_set: LabelledImages) -> None:
    """Refuse a test image that there is not."""
    if filters.image is None:
        try:
            choose_image(test_set, filters.image_index)
        except ImageSetError as error:
            raise RefusedValueError("filters", "image_index", str(error)) from error


@checked_by(check_picture, check_index)
def plot_filtered_image(test_set: LabelledImages, class_names: list[str], filters: FiltersParams) -> Figure:
    """Draw a picture or a test image, smoothed, sharpened, and its edges."""
    if filters.image is None:
        image, label = choose_image(test_set, filters.image_index)
        name, colormap = f"Test image {filters.image_index} ({class_names[label]})", IMAGE_COLORMAP
    else:
        path = filters.image.expanduser().absolute()
        image, name, colormap = read_picture(path), path.name, PHOTOGRAPH_COLORMAP
    return plots.plot_filtered_images(
        filter_image(image, filters.mean_size), name, filters.mean_size, colormap
    )


def plot_convolution_matrix(filters: FiltersParams) -> Figure:
    """Draw the worked example as a matrix product: the kernel wherever it lies within the image."""
    return _plot_example(filters.example, "valid")


def plot_circulant_matrix(filters: FiltersParams) -> Figure:
    """Draw the worked example with periodic boundaries: its matrix is doubly block circulant."""
    return _plot_example(filters.example, "circular")


def _plot_example(example: ExampleParams, mode: ConvolutionMode) -> Figure:
    kernel, image = np.array(example.kernel), np.array(example.image)
    matrix = convolution_matrix(kernel, image.shape, mode)
    result = (matrix @ image.ravel()).reshape(output_shape(kernel.shape, image.shape, mode))
    return plots.plot_convolution_matrix(kernel, image, matrix.toarray(), result, mode)
