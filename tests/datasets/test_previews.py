import base64
import io

import numpy as np
import pytest
from PIL import Image

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.datasets.previews import (
    ENLARGEMENT,
    GAP,
    preview_classes,
    preview_images,
    preview_labels,
    preview_pictures,
)

SIDE = 4
CELL = SIDE + GAP


def decode(preview):
    return Image.open(io.BytesIO(base64.b64decode(preview)))


def pixels(preview):
    """The grey levels before they were enlarged."""
    return np.asarray(decode(preview))[::ENLARGEMENT, ::ENLARGEMENT]


def cell(grid, row, column):
    return grid[row * CELL : row * CELL + SIDE, column * CELL : column * CELL + SIDE]


@pytest.fixture
def images():
    """25 images, each of one grey level of its own."""
    return np.repeat(np.arange(25, dtype=np.uint8) * 10, SIDE**2).reshape(25, SIDE, SIDE)


def test_images_stand_in_rows_of_ten_dark_on_white(images):
    grid = pixels(preview_images(images, n_images=12))
    assert grid.shape == (2 * CELL, 10 * CELL)
    for number in range(12):
        np.testing.assert_array_equal(cell(grid, *divmod(number, 10)), 255 - 10 * number)
    assert np.all(cell(grid, 1, 2) == 255)  # no thirteenth
    assert np.all(grid[:, SIDE:CELL] == 255)  # nothing between them


def test_intensities_look_like_the_grey_levels_that_they_were_scaled_from(images):
    scaled = images / np.float32(255)
    np.testing.assert_array_equal(pixels(preview_images(scaled, 25)), pixels(preview_images(images, 25)))


def test_each_class_has_a_row_with_its_first_images(images):
    labels = np.array([1, 0, 1, 2, 1] * 5, dtype=np.uint8)
    grid = pixels(preview_classes(LabelledImages(images, labels), n_images=6))
    assert grid.shape == (3 * CELL, 10 * CELL)
    for row, numbers in enumerate([(1, 6), (0, 2), (3, 8)]):
        for column, number in enumerate(numbers):
            np.testing.assert_array_equal(cell(grid, row, column), 255 - images[number])
        assert np.all(cell(grid, row, 2) == 255)


def test_a_class_has_one_image_however_few_are_asked_for_and_ten_at_the_most(images):
    labels = np.arange(25, dtype=np.uint8) % 2
    assert np.all(cell(pixels(preview_classes(LabelledImages(images, labels), 1)), 0, 1) == 255)
    many = pixels(preview_classes(LabelledImages(images, labels), 1_000))
    np.testing.assert_array_equal(cell(many, 1, 9), 255 - images[19])


def test_classes_are_counted_in_a_bar_chart():
    few, many = (
        np.asarray(decode(preview_labels(np.array([0] * 10 + [2] * n, dtype=np.uint8))).convert("L"))
        for n in (1, 10)
    )
    assert few.shape == (250, 450)
    assert np.sum(many == 0x76) > 1.5 * np.sum(few == 0x76)  # the colour of the bars


def test_pictures_are_brought_to_one_width_four_in_a_row(tmp_path):
    colours = ["#ff0000", "#00ff00", "#0000ff", "#ffff00", "#00ffff"]
    files = [tmp_path / f"{number}.png" for number in range(5)]
    for file, colour, size in zip(
        files, colours, [(70, 10), (700, 50), (70, 10), (70, 10), (140, 40)], strict=True
    ):
        Image.new("RGB", size, colour).save(file)
    page = decode(preview_pictures(files))
    assert page.size == (4 * 700, 100 + 200)  # the rows are as high as their highest picture
    assert page.getpixel((0, 99)) == (255, 0, 0)
    assert page.getpixel((700, 49)) == (0, 255, 0)
    assert page.getpixel((700, 51)) == (255, 255, 255)
    assert page.getpixel((0, 100)) == page.getpixel((699, 299)) == (0, 255, 255)
