"""The accuracies that the variants of a study end with, sorted."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.typing import ColorType

from fashion_nets.networks.names import display_name
from fashion_nets.plotting.study_caption import StudyCaption, new_study_figure, variant_colours
from fashion_nets.plotting.style import QUIET_COLOUR, styled

ROW_INCHES = 0.34
"""Height of the row of a variant."""

_MAX_GAP = 0.12  # of accuracy to the best variant; what is worse would squeeze the others together
_LITTLE_MORE = 0.1  # of the width of the axis: what lies no further beyond that is shown all the same
_PADDING = 0.03  # of the width of the axis, to both sides
AT_THE_EDGE = 0.012
"""Where an arrow stands for what is off the scale, as a share of the axis."""


@styled
def plot_final_accuracies(trials: pd.DataFrame, caption: StudyCaption, with_training: bool = False) -> Figure:
    """Draw the validation accuracy that each variant ends with, the best on top.

    Dots are seeds, bars one standard deviation to both sides of the mean. What lies far behind the best is an
    arrow at the edge, and the axis says so; the number of each variant stands beside its row.

    Args:
        trials: A row per trial: ``variant``, ``seed``, ``diverged``, ``val_accuracy``, ``train_accuracy``.
        caption: What is written on it.
        with_training: Whether to draw the accuracy on training images as well, as an open circle.
    """
    variants = trials["variant"].unique()
    figure = new_study_figure(caption, width=8.4, height=1.9 + ROW_INCHES * len(variants))
    draw_accuracies(figure.subplots(), trials, variant_colours(variants, caption), with_training)
    return figure


def order_of(trials: pd.DataFrame) -> list[str]:
    """The variants, the worst one first; those without any result before it."""
    means = trials.groupby("variant", sort=False)["val_accuracy"].mean()
    return list(means.sort_values(na_position="first", kind="stable").index)


def deviation_of(values: pd.Series) -> float:
    """The standard deviation, 0 of a single value."""
    return 0.0 if len(values) < 2 else float(values.std())


def kinds_of_dots() -> list[Line2D]:
    """What a legend says of dots and open circles."""
    look: dict[str, Any] = {"color": QUIET_COLOUR, "marker": "o", "linestyle": ""}
    return [
        Line2D([], [], **look, label="validation"),
        Line2D([], [], **look, markerfacecolor="none", label="training"),
    ]


def format_diverged(n_diverged: int, n_seeds: int) -> str:
    """What stands behind the name or the number of a variant of which trials diverged."""
    if not n_diverged:
        return ""
    return " (diverged)" if n_diverged == n_seeds else f" ({n_diverged} of {n_seeds} diverged)"


def draw_accuracies(
    axes: Axes, trials: pd.DataFrame, colours: dict[str, ColorType], with_training: bool = False
) -> None:
    """Draw the rows of :func:`plot_final_accuracies` into axes."""
    variants = order_of(trials)
    by_variant = dict(list(trials.groupby("variant")))
    left, right = limits_of(trials[~trials["diverged"]], with_training)
    off_the_scale = False
    for row, variant in enumerate(variants):
        finished = by_variant[variant][~by_variant[variant]["diverged"]]
        if len(finished):
            off_the_scale |= _draw_row(axes, row, finished, colours[variant], left, with_training)
        axes.annotate(
            _format_result(by_variant[variant]),
            (1.02, row),
            xycoords=axes.get_yaxis_transform(),
            va="center",
            fontsize=9,
        )
    axes.set_yticks(range(len(variants)), [display_name(variant) for variant in variants])
    axes.tick_params(axis="y", length=0)
    axes.set(xlim=(left, right), ylim=(-0.6, len(variants) - 0.4))
    what = "accuracy" if with_training else "validation accuracy"
    axes.set_xlabel(f"{what} of the final network{'; ◂ lies further left' * off_the_scale}")
    axes.grid(visible=True)
    if with_training:
        axes.legend(handles=kinds_of_dots(), loc="lower right", bbox_to_anchor=(1, 1), ncols=2)


def limits_of(finished: pd.DataFrame, with_training: bool) -> tuple[float, float]:
    """The ends of an axis of accuracies: all that is drawn, but for what is far behind the best.

    Args:
        finished: The trials that are drawn, as for :func:`plot_final_accuracies`.
        with_training: Whether accuracies on training images are drawn too.

    Returns:
        The lower and the upper end, with a margin; what is drawn ends at 1.
    """
    if finished.empty:
        return 0.0, 1.0
    rows = finished.groupby("variant")["val_accuracy"].agg(["mean", deviation_of, "min", "max"])
    ends = [
        rows["mean"] - rows["deviation_of"],
        rows["mean"] + rows["deviation_of"],
        rows["min"],
        rows["max"],
    ]
    if with_training:
        ends.append(finished.groupby("variant")["train_accuracy"].mean())
    shown = np.concatenate(ends)
    low, high = max(shown.min(), rows["mean"].max() - _MAX_GAP), min(shown.max(), 1.0)
    if low - shown.min() < _LITTLE_MORE * (high - low):
        low = shown.min()
    padding = _PADDING * (high - low or 0.1)
    return low - padding, high + padding


def _draw_row(
    axes: Axes, row: int, finished: pd.DataFrame, colour: ColorType, left: float, with_training: bool
) -> bool:
    """Draw the trials of a variant; return whether something of it is off the scale."""
    accuracies = finished["val_accuracy"]
    mean, deviation, training = accuracies.mean(), deviation_of(accuracies), finished["train_accuracy"].mean()
    dots = accuracies[accuracies >= left]
    axes.plot(dots, [row] * len(dots), "o", markersize=3.5, alpha=0.6, color=colour)
    off = len(dots) < len(accuracies)
    if mean >= left:
        ends = [[mean - max(mean - deviation, left)], [min(mean + deviation, 1) - mean]]
        axes.errorbar(mean, row, xerr=ends, fmt="|", markersize=13, capsize=3, color=colour)
        off |= mean - deviation < left
    if off:
        _point_left(axes, row, colour, is_filled=True)
    if with_training and training >= left:
        axes.plot(training, row, "o", markersize=6, markerfacecolor="none", color=colour, zorder=3)
    elif with_training:
        _point_left(axes, row, colour, is_filled=off)
    return bool(off or (with_training and training < left))


def _point_left(axes: Axes, row: int, colour: ColorType, is_filled: bool) -> None:
    """An arrow at the left edge, whatever the limits of the axis."""
    axes.plot(
        AT_THE_EDGE,
        row,
        marker="<",
        markersize=7,
        color=colour,
        markerfacecolor=colour if is_filled else "none",
        transform=axes.get_yaxis_transform(),
    )


def _format_result(rows: pd.DataFrame) -> str:
    finished = rows.loc[~rows["diverged"], "val_accuracy"]
    n_diverged, n_seeds = len(rows) - len(finished), len(rows)
    if n_diverged == n_seeds:
        return "diverged"
    mean = f"{finished.mean():.4f}"
    written = f"{mean} ± {deviation_of(finished):.4f}" if len(finished) > 1 else mean
    return written + format_diverged(n_diverged, n_seeds)
