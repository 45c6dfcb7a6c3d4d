import pandas as pd
import pytest

from fashion_nets.plotting.style import new_figure
from fashion_nets.plotting.ways import WAY_COLOURS, WAY_NAMES, draw_by_number_of_images, draw_way

RESULTS = pd.DataFrame(
    {
        "way": ["scratch"] * 3 + ["frozen"] * 3,
        "n_images": [100, 100, 500] * 2,
        "test_accuracy": [0.5, 0.7, 0.8, 0.6, 0.6, 0.9],
    }
)


@pytest.fixture
def axes():
    return new_figure("title", 4, 3).subplots()


def test_every_way_has_a_name_and_a_colour():
    assert set(WAY_NAMES) == set(WAY_COLOURS)


def test_a_way_is_its_mean_by_number_in_its_colour(axes):
    draw_way(axes, RESULTS[RESULTS["way"] == "scratch"], "n_images", "test_accuracy", "scratch")
    (line,) = axes.lines
    assert line.get_xydata().tolist() == [[100, pytest.approx(0.6)], [500, 0.8]]
    assert line.get_color() == WAY_COLOURS["scratch"]
    assert line.get_label() == "from scratch"


def test_a_name_of_two_lines_is_one_in_the_legend(axes):
    draw_way(axes, RESULTS, "n_images", "test_accuracy", "unfrozen")
    assert axes.lines[0].get_label() == "reused, then partly unfrozen"


def test_all_ways_are_drawn_with_a_dot_for_each_training(axes):
    draw_by_number_of_images(axes, RESULTS)
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [line.get_ydata().tolist() for line in dots] == [[0.5, 0.7, 0.8], [0.6, 0.6, 0.9]]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["from scratch", "reused, frozen"]
    assert axes.get_xscale() == "log"
    assert [label.get_text() for label in axes.get_xticklabels()] == ["100", "500"]
