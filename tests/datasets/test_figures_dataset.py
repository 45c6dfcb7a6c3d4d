import base64
import io

import pytest
from matplotlib.figure import Figure
from PIL import Image

from fashion_nets.datasets import FiguresDataset

COLOURS = {"red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255)}


def figure_of(colour, width, height):
    return Figure(figsize=(width, height), dpi=100, facecolor=colour)


@pytest.fixture
def shown(tmp_path):
    """The preview of figures, saved by name."""

    def show(figures):
        dataset = FiguresDataset(filepath=str(tmp_path / "figures"))
        dataset.save(figures)
        return Image.open(io.BytesIO(base64.b64decode(dataset.preview()))).convert("RGB")

    return show


def test_figures_are_stored_by_name_and_shown_in_the_order_of_their_names(shown, tmp_path):
    picture = shown({"b.png": figure_of("green", 4, 3), "a.png": figure_of("red", 4, 3)})
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {"a.png", "b.png"}
    assert picture.getpixel((picture.width // 4, picture.height // 2)) == COLOURS["red"]
    assert picture.getpixel((picture.width * 3 // 4, picture.height // 2)) == COLOURS["green"]


def test_a_row_is_as_high_as_its_highest_figure_and_the_next_starts_below(shown):
    figures = {f"{place}.png": figure_of("red", 4, 2) for place in range(3)}
    figures |= {"3.png": figure_of("green", 4, 8), "4.png": figure_of("blue", 4, 2)}
    picture = shown(figures)
    colours = {colour for _, colour in picture.getcolors(maxcolors=10**6)}
    assert set(COLOURS.values()) <= colours
    blue = [picture.getpixel((picture.width // 8, y)) for y in range(picture.height)].index(COLOURS["blue"])
    green = [picture.getpixel((picture.width * 7 // 8, y)) for y in range(picture.height)]
    assert COLOURS["green"] not in green[blue:]


def test_one_figure_is_shown_alone(shown):
    picture = shown({"a.png": figure_of("red", 4, 2)})
    assert picture.width == pytest.approx(2 * picture.height, rel=0.1)


def test_figures_are_drawn_as_the_entry_says(tmp_path):
    dataset = FiguresDataset(filepath=str(tmp_path / "figures"), save_args={"dpi": 50})
    assert not dataset.exists()
    dataset.save({"b.png": figure_of("green", 4, 2)})
    assert dataset.exists()
    with Image.open(tmp_path / "figures" / "b.png") as picture:
        assert picture.size == (200, 100)
        assert picture.convert("RGB").getpixel((0, 0)) == COLOURS["green"]


def test_pictures_are_loaded_by_name_with_their_titles(tmp_path):
    dataset = FiguresDataset(filepath=str(tmp_path / "figures"))
    with pytest.raises(Exception, match="No such file"):
        dataset.load()
    figures = {name: figure_of("red", 4, 2) for name in ("b.png", "a.png")}
    figures["b.png"].suptitle("A title\nin two lines")
    dataset.save(figures)
    pictures = dataset.load()
    assert list(pictures) == ["a.png", "b.png"]
    file = tmp_path / "figures" / "b.png"
    assert pictures["b.png"] == (file, file.read_bytes(), "A title in two lines")
    assert pictures["a.png"].description == ""


def test_a_folder_may_have_no_figures(tmp_path):
    dataset = FiguresDataset(filepath=str(tmp_path / "figures"))
    dataset.save({})
    assert dataset.exists()
    assert (dataset.load(), dataset.preview()) == ({}, "")
