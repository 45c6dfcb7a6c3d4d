"""Pictures of image data for kedro-viz, as PNG in base64."""

import base64
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NewType

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from fashion_nets.data.image_set import MAX_GREY_LEVEL, LabelledImages

ImagePreview = NewType("ImagePreview", str)  # kedro-viz goes by the name of the type that preview() returns

GRID_COLUMNS = 10
ENLARGEMENT = 2  # kedro-viz shows a preview about 400 pixels wide
GAP = 2  # pixels between images
PICTURE_COLUMNS = 4
PICTURE_WIDTH = 700  # pixels, at which the text of a diagram can be read


def preview_images(images: np.ndarray, n_images: int) -> ImagePreview:
    """Draw the first images in a grid, in reading order, dark on white.

    Args:
        images: uint8 grey levels or floats in [0, 1], shape (n, height, width).
        n_images: How many to show.
    """
    return _encode(_draw_grid(images[:n_images]))


def preview_classes(labelled_images: LabelledImages, n_images: int) -> ImagePreview:
    """Draw the first images of each class, a row per class, dark on white.

    Args:
        labelled_images: Images, uint8 grey levels or floats in [0, 1], with their labels.
        n_images: How many to show in all, as far as they fill rows of ten.
    """
    images, labels = labelled_images
    classes = np.unique(labels)
    n_per_class = min(GRID_COLUMNS, max(1, n_images // len(classes)))
    grid = np.zeros((len(classes), GRID_COLUMNS, *images.shape[1:]), images.dtype)
    for row, label in enumerate(classes):
        first = images[np.flatnonzero(labels == label)[:n_per_class]]
        grid[row, : len(first)] = first
    return _encode(_draw_grid(grid.reshape(-1, *images.shape[1:])))


def preview_labels(labels: np.ndarray) -> ImagePreview:
    """Draw how many images each class has, as a bar chart.

    Args:
        labels: Class indices, uint8, shape (n,).
    """
    counts = np.bincount(labels)
    figure = Figure(figsize=(4.5, 2.5), dpi=100, layout="constrained")
    axes = figure.add_subplot()
    axes.bar(range(len(counts)), counts, color="#767676")
    axes.set(xlabel="class index", ylabel="images", xticks=range(len(counts)))
    axes.spines[["top", "right"]].set_visible(False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return ImagePreview(base64.b64encode(buffer.getvalue()).decode())


def preview_pictures(files: Sequence[Path]) -> ImagePreview:
    """Set pictures beside and below each other, in reading order, each as wide as the others.

    Args:
        files: At least one picture.
    """
    pictures = []
    for file in files:
        with Image.open(file) as opened:
            height = round(opened.height * PICTURE_WIDTH / opened.width)
            pictures.append(opened.convert("RGB").resize((PICTURE_WIDTH, height)))
    rows = [pictures[start : start + PICTURE_COLUMNS] for start in range(0, len(pictures), PICTURE_COLUMNS)]
    heights = [max(picture.height for picture in row) for row in rows]
    size = (PICTURE_WIDTH * len(rows[0]), sum(heights))
    page = Image.new("RGB", size, "white")
    for number, row in enumerate(rows):
        for column, picture in enumerate(row):
            page.paste(picture, (column * PICTURE_WIDTH, sum(heights[:number])))
    return _encode_picture(page)


def _draw_grid(images: np.ndarray) -> np.ndarray:
    n_images, height, width = images.shape
    scale = 1 if images.dtype == np.uint8 else MAX_GREY_LEVEL
    n_rows = math.ceil(n_images / GRID_COLUMNS)
    grid = np.full((n_rows * (height + GAP), GRID_COLUMNS * (width + GAP)), MAX_GREY_LEVEL, np.uint8)
    for index, image in enumerate(images):
        row, column = divmod(index, GRID_COLUMNS)
        top, left = row * (height + GAP), column * (width + GAP)
        grid[top : top + height, left : left + width] = MAX_GREY_LEVEL - np.rint(image * scale)
    return grid


def _encode(grid: np.ndarray) -> ImagePreview:
    height, width = grid.shape
    size = (width * ENLARGEMENT, height * ENLARGEMENT)
    return _encode_picture(Image.fromarray(grid).resize(size, Image.Resampling.NEAREST))


def _encode_picture(picture: Image.Image) -> ImagePreview:
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return ImagePreview(base64.b64encode(buffer.getvalue()).decode())
