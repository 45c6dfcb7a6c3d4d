"""What kedro-viz shows of a dataset: pictures as PNG in base64, and tables."""

import base64
import io
import json
import math
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NewType

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from fashion_nets.data.image_set import MAX_GREY_LEVEL, LabelledImages

# kedro-viz goes by the name of the type that preview() returns
ImagePreview = NewType("ImagePreview", str)
TablePreview = NewType("TablePreview", dict[str, Any])  # index, columns, data: the values of each row

GRID_COLUMNS = 10
ENLARGEMENT = 2  # kedro-viz shows a preview about 400 pixels wide
GAP = 2  # pixels between images
PICTURE_COLUMNS = 4
PICTURE_WIDTH = 700  # pixels, at which the text of a diagram can be read
SETTINGS = ("units", "filters", "kernel_size", "strides", "pool_size", "rate", "activation")
"""What is shown of a layer."""
LONGEST_TEXT = 40
"""Of a record; what is longer is a digest or a sentence."""


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


def preview_layers(model: Path) -> TablePreview:
    """List the layers of a stored network, without TensorFlow.

    Args:
        model: A whole ``.keras`` file.
    """
    with zipfile.ZipFile(model) as archive:
        layers = json.loads(archive.read("config.json"))["config"]["layers"]
    rows = [
        {"layer": layer["config"]["name"], "type": layer["class_name"], **_settings(layer["config"])}
        for layer in layers
    ]
    return _table(rows, [name for name in ("layer", "type", *SETTINGS) if any(name in row for row in rows)])


def preview_records(records: Iterable[tuple[str, Any]]) -> TablePreview:
    """List records with their numbers and short texts, a row each.

    Args:
        records: Name and content of each; of nested ones, what is on their first two levels.
    """
    rows = [{"record": name, **_plain_values(record)} for name, record in records]
    return _table(rows, list(dict.fromkeys(name for row in rows for name in row)))


def _settings(config: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: config[name] for name in SETTINGS if config.get(name) is not None}
    return {
        name: value if isinstance(value, str | int | float) else _in_words(value)
        for name, value in found.items()
    }


def _in_words(value: Any) -> str:
    """Lengths, or the name of a function or of an object's class."""
    if isinstance(value, list):
        return " x ".join(map(str, value))
    return str(value["config"] if value["class_name"] == "function" else value["class_name"])


def _plain_values(record: Any) -> dict[str, Any]:
    if not isinstance(record, Mapping):
        return {}
    inner = [value for value in record.values() if isinstance(value, Mapping)]
    return {
        name: float(f"{value:.4g}") if isinstance(value, float) else value
        for group in (record, *inner)
        for name, value in group.items()
        if isinstance(value, int | float) or (isinstance(value, str) and len(value) <= LONGEST_TEXT)
    }


def _table(rows: Sequence[Mapping[str, Any]], columns: list[str]) -> TablePreview:
    data = [[row.get(name, "") for name in columns] for row in rows]
    return TablePreview({"index": list(range(len(rows))), "columns": columns, "data": data})


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
