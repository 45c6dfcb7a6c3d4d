import numpy as np
import pandas as pd
import pytest

from fashion_nets.plotting.drawing import (
    add_panels,
    draw_band,
    grid_of,
    mark_epochs,
    mark_numbers,
    name_lowest_panels,
    say,
    summarize,
    use_plain_log_numbers,
)
from fashion_nets.plotting.style import new_figure

ROWS = pd.DataFrame({"n_images": [10, 10, 20], "accuracy": [0.5, 0.7, 0.8]})


@pytest.fixture
def figure():
    return new_figure("title", 4, 3)


@pytest.fixture
def axes(figure):
    return figure.subplots()


def labels(axis):
    axis.figure.draw_without_rendering()
    return [label.get_text() for label in axis.get_ticklabels(which="both")]


def test_a_summary_has_a_row_for_each_value():
    summary = summarize(ROWS, "n_images", "accuracy")
    assert summary["mean"].to_dict() == pytest.approx({10: 0.6, 20: 0.8})
    assert summary.loc[10, "std"] == pytest.approx(0.02**0.5)  # 0.1 to both sides, of two values
    assert np.isnan(summary.loc[20, "std"])


def test_a_band_is_a_deviation_wide_to_both_sides_and_has_no_width_for_a_single_training(axes):
    summary = summarize(ROWS, "n_images", "accuracy")
    draw_band(axes, summary.index, summary["mean"], summary["std"], "red", "--", label="here")
    (line,), (band,) = axes.lines, axes.collections
    assert line.get_xydata().tolist() == [[10, pytest.approx(0.6)], [20, 0.8]]
    assert (line.get_linestyle(), line.get_label(), line.get_color()) == ("--", "here", "red")
    corners = band.get_paths()[0].vertices
    assert sorted({round(y, 4) for x, y in corners if x == 10}) == [0.4586, 0.7414]
    assert {y for x, y in corners if x == 20} == {0.8}


def test_only_the_given_numbers_are_marked(axes):
    mark_numbers(axes, [100, 5_000])
    axes.set_xlim(50, 10_000)
    assert labels(axes.xaxis) == ["100", "5,000"]


def test_decades_are_written_as_plain_numbers(axes):
    use_plain_log_numbers(axes)
    axes.set_xlim(5, 20_000)
    assert {"10", "1,000", "10,000"} <= set(labels(axes.xaxis))


def test_large_and_small_decades_have_all_their_digits(axes):
    for axis in ("x", "y"):
        use_plain_log_numbers(axes, axis)
        axes.set(**{f"{axis}lim": (5e-5, 2e6)})
    written = set(labels(axes.yaxis))
    assert written == set(labels(axes.xaxis))
    assert {"0.0001", "0.01", "1", "100", "10,000", "1,000,000"} <= written | {"0.0001", "0.01"}
    assert not any("e" in number for number in written)


def test_a_band_ends_where_no_value_can_be(axes):
    mean, deviation = pd.Series([0.1, 0.9]), pd.Series([0.2, 0.2])
    draw_band(axes, pd.Series([1, 2]), mean, deviation, "red", ceiling=1)
    corners = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (corners.min(), corners.max()) == (0, 1)


@pytest.mark.parametrize(("n_epochs", "marker"), [(1, "o"), (30, "o"), (31, "")])
def test_many_epochs_have_no_markers(n_epochs, marker):
    assert mark_epochs(n_epochs) == marker


@pytest.mark.parametrize(
    ("n_panels", "grid"), [(1, (1, 1)), (3, (1, 3)), (4, (2, 2)), (5, (2, 3)), (7, (3, 3))]
)
def test_rows_of_a_grid_are_as_full_as_can_be(n_panels, grid):
    assert grid_of(n_panels, max_in_row=3) == grid


def test_of_a_grid_so_many_panels_are_seen_and_the_lowest_are_named(figure):
    panels = add_panels(figure, 4, (2, 3), sharex=True)
    assert panels.shape == (2, 3)
    assert [panel.get_visible() for panel in panels.flat] == [True] * 4 + [False] * 2
    name_lowest_panels(panels, 4, "epoch")
    assert [panel.get_xlabel() for panel in panels.flat] == ["", "epoch", "epoch", "epoch", "", ""]
    assert panels[0, 1].xaxis.get_tick_params()["labelbottom"]
    assert not panels[0, 0].xaxis.get_tick_params()["labelbottom"]


def test_words_stand_in_the_middle_of_a_figure_without_axes(figure):
    say(figure, "nothing was measured")
    (axes,) = figure.axes
    assert not axes.axison
    (text,) = axes.texts
    assert (text.get_text(), text.get_position()) == ("nothing was measured", (0.5, 0.5))
