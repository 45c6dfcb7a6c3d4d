"""Errors by the size of the training set."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from fashion_nets.formatting import format_share
from fashion_nets.networks.names import display_name
from fashion_nets.plotting.drawing import draw_band, mark_numbers, put_legend_below, summarize
from fashion_nets.plotting.learning_curves import TRAINING_COLOUR, VALIDATION_COLOUR
from fashion_nets.plotting.style import QUIET_COLOUR, TEXT_COLOUR, new_figure, styled

TEST_COLOUR = "#d1681f"

_SHOWN_FLOOR = 0.0005  # less is nothing with three digits
_PARTS = {
    "train_error": ("training", "--", TRAINING_COLOUR),
    "val_error": ("validation", "-", VALIDATION_COLOUR),
    "test_error": ("test", "-", TEST_COLOUR),
}


@styled
def plot_errors(results: pd.DataFrame, verdict: Mapping[str, Any]) -> Figure:
    """Draw the errors against the number of training images, and where a power law takes the test error.

    Lines are means over the seeds, bands one standard deviation to both sides, dots single trainings.

    Args:
        results: A row for each ``n_images`` and ``seed``, with ``train_error``, ``val_error`` and
            ``test_error``.
        verdict: As by ``report_verdict``: its network, power law, predictions and acceptable test error are
            drawn.
    """
    nearest = verdict["predictions"][0]
    interval = f"{format_share(nearest['low'])} to {format_share(nearest['high'])}"
    figure = new_figure(
        f"{display_name(verdict['network'])}: test error {format_share(verdict['test_error_mean'])} with "
        f"{verdict['n_images']:,} training images, {format_share(nearest['error'])} expected with "
        f"{nearest['factor']} times as many (95 %: {interval})",
        width=9.6,
        height=5.4,
    )
    axes = figure.subplots()
    for error, (part, line, colour) in _PARTS.items():
        errors = summarize(results, "n_images", error)
        draw_band(axes, errors.index, errors["mean"], errors["std"], colour, line, ceiling=1.0, label=part)
        axes.plot(results["n_images"], results[error], "o", markersize=2.5, alpha=0.5, color=colour)
    _draw_power_law(axes, results["n_images"].min(), verdict)
    acceptable = verdict["acceptable_errors"]["test"]
    axes.axhline(acceptable, color=QUIET_COLOUR, linestyle=":", linewidth=1, label="acceptable")
    sizes = [*sorted(results["n_images"].unique()), *(each["n_images"] for each in verdict["predictions"])]
    mark_numbers(axes, sizes)
    axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    axes.set(xlabel="training images", ylabel="error")
    axes.set_ylim(bottom=0)
    axes.grid(visible=True)
    put_legend_below(axes, n_columns=3)
    return figure


def _draw_power_law(axes: Axes, smallest: int, verdict: Mapping[str, Any]) -> None:
    law, predictions = verdict["power_law"], verdict["predictions"]
    floor = f" + {law['c']:.3f}" if law["c"] >= _SHOWN_FLOOR else ""
    sizes = np.geomspace(smallest, predictions[-1]["n_images"], 100)
    axes.plot(
        sizes,
        law["a"] * sizes ** -law["b"] + law["c"],
        linewidth=1,
        color=TEXT_COLOUR,
        zorder=1.5,
        label=f"power law of the test error:\n{law['a']:.2g} n^(–{law['b']:.2f}){floor}",
    )
    errors = np.array([each["error"] for each in predictions])
    ends = np.array([[each["low"], each["high"]] for each in predictions]).T
    axes.errorbar(
        [each["n_images"] for each in predictions],
        errors,
        yerr=np.abs(ends - errors),
        fmt="o",
        markersize=4,
        markerfacecolor="white",
        capsize=3,
        color=TEXT_COLOUR,
        label="expected, with 95 % interval",
    )
