"""What figures that compare ways to reuse layers have in common: names, colours, bands."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from fashion_nets.plotting.drawing import ceiling_of, draw_band, mark_numbers, put_legend_below, summarize

WAY_NAMES = {
    "scratch": "from scratch",
    "frozen": "reused, frozen",
    "unfrozen": "reused, then\npartly unfrozen",
    "fine_tuned": "reused, then\nfine-tuned",
}
WAY_COLOURS = {"scratch": "#6b6b6b", "frozen": "#0b5f6b", "unfrozen": "#d1681f", "fine_tuned": "#d1681f"}

_THINNEST, _EACH_WIDER = 1.3, 1.4  # points; what is drawn before is wider, so that equal lines are all seen


def draw_by_number_of_images(axes: Axes, results: pd.DataFrame) -> None:
    """Draw the test accuracy of each way over the number of labelled images, on a logarithmic axis.

    Each dot is a training. Lines are means, bands one standard deviation to both sides. The first line is the
    widest, so that none is hidden where several are equal.

    Args:
        axes: Where to draw.
        results: A row for each ``n_images``, ``way`` and seed, with its ``test_accuracy``.
    """
    n_ways = results["way"].nunique()
    for place, (way, rows) in enumerate(results.groupby("way", sort=False)):
        dots: dict[str, Any] = {"markersize": 3, "alpha": 0.5, "color": WAY_COLOURS[way]}
        axes.plot(rows["n_images"], rows["test_accuracy"], "o", **dots)
        draw_way(axes, rows, "n_images", "test_accuracy", way)
        axes.lines[-1].set_linewidth(_THINNEST + _EACH_WIDER * (n_ways - 1 - place))
    mark_numbers(axes, sorted(results["n_images"].unique()))
    axes.grid(visible=True)
    put_legend_below(axes, n_columns=3)


def draw_way(axes: Axes, rows: pd.DataFrame, by: str, quantity: str, way: str) -> None:
    """Draw the mean of a way's trainings as a line, and one standard deviation to both sides as a band.

    Args:
        axes: Where to draw.
        rows: A row for each value of ``by`` and seed.
        by: Column of the horizontal axis.
        quantity: Column of the vertical axis.
        way: Names the line and gives its colour.
    """
    summary = summarize(rows, by, quantity)
    mean, deviation = summary["mean"], summary["std"]
    look: dict[str, Any] = {"ceiling": ceiling_of(quantity), "label": name_way(way)}
    draw_band(axes, summary.index, mean, deviation, WAY_COLOURS[way], **look)


def name_way(way: str) -> str:
    """The name of a way on one line."""
    return WAY_NAMES[way].replace("\n", " ")
