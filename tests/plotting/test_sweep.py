import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from tests.conftest import title_of

from fashion_nets.plotting.sweep import (
    WINNER_COLOUR,
    Axis,
    SweepCaption,
    plot_history,
    plot_importance,
    plot_parallel_coordinates,
)

CAPTION = SweepCaption(
    "mine", "MLP", "test accuracy 0.9000 ± 0.0060", "how much of it", "val_accuracy", True, 2
)
FALLING = CAPTION._replace(objective="val_loss", is_rising=False)
AXES = [Axis("units", ["16", "32", "64"]), Axis("optimizer.learning_rate", (), 0.001, 0.1, log=True)]


NONE = pd.DataFrame(columns=["parameter", "importance"])


def row(trial, rung, accuracy, units, rate, outcome="ended early"):
    return {
        "trial": trial,
        "rung": rung,
        "epochs": (2, 6)[rung - 1],
        "val_accuracy": accuracy,
        "val_loss": 1 - accuracy,
        "outcome": outcome,
        "units": units,
        "optimizer.learning_rate": rate,
    }


PARTS = pd.DataFrame(
    [
        row(1, 1, 0.80, "16", 0.001),
        row(2, 1, 0.85, "64", 0.01, "promoted"),
        row(2, 2, 0.90, "64", 0.01, "finished"),
        row(3, 1, 0.83, "32", 0.1, "promoted"),
        row(4, 1, 0.20, "32", 0.1),
        row(5, 1, np.nan, "16", 0.1, "diverged"),
        row(3, 2, 0.88, "32", 0.1, "finished"),
    ]
)


def test_the_history_goes_by_all_epochs_that_were_trained():
    figure = plot_history(PARTS, CAPTION)
    assert title_of(figure) == "MLP, sweep mine: test accuracy 0.9000 ± 0.0060"
    (axes,) = figure.axes
    dots = {marker: [line for line in axes.lines if line.get_marker() == marker] for marker in ("o", "v")}
    found = [list(zip(*line.get_data(), strict=True)) for line in dots["o"]]
    assert found == [[(2, 0.80), (4, 0.85), (10, 0.83)], [(8, 0.90), (18, 0.88)]]
    assert [line.get_xdata().tolist() for line in dots["v"]] == [[12], []]  # far behind
    (best,) = (line for line in axes.lines if line.get_color() == WINNER_COLOUR)
    assert best.get_data()[0].tolist() == [8, 18, 18]
    assert best.get_data()[1].tolist() == [0.90, 0.90, 0.90]
    assert axes.get_xlabel() == "epochs trained by all trials so far; 1 diverged"
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["2 epochs", "6 epochs", "best so far,\ntrained to the end"]
    (label,) = axes.texts
    assert (label.get_text(), label.xy) == ("trial 2", (8, 0.90))


@pytest.mark.parametrize(("caption", "edge"), [(CAPTION, 0.02), (FALLING, 0.98)])
def test_a_winner_off_the_scale_is_named_at_its_arrow(caption, edge):
    """All are good after the first rung, and the only one that gets to the end is far behind there."""
    firsts = [row(trial, 1, 0.80 + 0.01 * trial, "16", 0.001) for trial in range(1, 9)]
    parts = pd.DataFrame([*firsts, row(2, 2, 0.30, "16", 0.001, "finished")])
    (axes,) = plot_history(parts, caption).axes
    (arrow,) = (line for line in axes.lines if line.get_marker() in "v^" and len(line.get_xdata()))
    (label,) = axes.texts
    assert label.get_text() == "trial 2"
    assert label.xy == (arrow.get_xdata()[0], arrow.get_ydata()[0])
    assert label.xy[1] == pytest.approx(edge, abs=0.03)
    assert label.xycoords == arrow.get_transform()


def test_a_loss_is_best_where_it_is_lowest():
    (axes,) = plot_history(PARTS, FALLING).axes
    (best,) = (line for line in axes.lines if line.get_color() == WINNER_COLOUR)
    np.testing.assert_allclose(best.get_ydata(), 0.1)
    assert axes.get_ylabel() == "validation cross-entropy"
    assert [line.get_xdata().tolist() for line in axes.lines if line.get_marker() == "^"] == [[12], []]


def test_what_mattered_most_is_on_top_and_in_the_title():
    importance = pd.DataFrame({"parameter": ["rate", "units"], "importance": [0.7, 0.3]})
    figure = plot_importance(importance, PARTS, CAPTION)
    assert title_of(figure) == "MLP, sweep mine: rate mattered most, 70 % of what is explained"
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_yticklabels()] == ["units", "rate"]
    assert [bar.get_width() for bar in axes.patches] == [0.3, 0.7]
    assert [text.get_text() for text in axes.texts] == ["30 %", "70 %"]


def test_with_too_few_trials_nothing_is_said_of_what_mattered():
    figure = plot_importance(NONE, PARTS, CAPTION)
    assert title_of(figure) == "MLP, sweep mine: too few trials to tell what mattered"
    assert [text.get_text() for text in figure.axes[0].texts] == ["no importance is computed"]


def test_of_trials_that_are_alike_it_is_said_that_they_are():
    figure = plot_importance(NONE, PARTS.assign(val_accuracy=0.8), CAPTION)
    assert title_of(figure) == "MLP, sweep mine: all trials reached the same"


def test_each_trial_is_a_line_from_what_it_chose_to_what_it_reached():
    figure = plot_parallel_coordinates(PARTS, AXES, CAPTION)
    assert title_of(figure) == (
        "MLP, sweep mine: what trials chose, and reached after 2 epochs; blue: the best 1 of 4, orange: the "
        "winner, trial 2"
    )
    (axes,) = figure.axes
    lines = [line for line in axes.lines if len(line.get_xdata()) == 3]
    assert len(lines) == 4  # one diverged
    (winner,) = (line for line in lines if to_hex(line.get_color()) == WINNER_COLOUR)
    np.testing.assert_allclose(winner.get_ydata()[:2], [1, 0.5])
    assert winner.get_ydata()[2] == max(line.get_ydata()[2] for line in lines)
    assert [text.get_text() for text in axes.get_xticklabels()] == [
        *("units", "learning\nrate", "validation\naccuracy"),
    ]
    written = [text.get_text() for text in axes.texts]
    assert written[:6] == ["16", "32", "64", "0.001", "0.01", "0.1"]
    assert written[6].startswith("≤ ")  # 0.20 lies below
    (axes,) = plot_parallel_coordinates(PARTS[PARTS["trial"] != 4], AXES, CAPTION).axes
    assert [text.get_text() for text in axes.texts][6] == "0.797"  # 0.80, and a little room


def test_a_dimension_may_be_called_place():
    parts, axis = PARTS.rename(columns={"units": "place"}), AXES[0]._replace(path="place")
    drawn = [line.get_ydata() for line in plot_parallel_coordinates(PARTS, AXES, CAPTION).axes[0].lines]
    renamed = plot_parallel_coordinates(parts, [axis, AXES[1]], CAPTION).axes[0].lines
    for line, expected in zip(renamed, drawn, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), expected)


@pytest.mark.parametrize(
    ("axis", "value", "place"),
    [
        (Axis("a", ["x", "y", "z"]), "y", 0.5),
        (Axis("a", (), 0.0, 0.5), 0.1, 0.2),
        (Axis("a", (), 1e-4, 1e-2, log=True), 1e-3, 0.5),
    ],
)
def test_values_have_their_places(axis, value, place):
    assert axis.place(value) == pytest.approx(place)
