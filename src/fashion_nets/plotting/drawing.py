"""What several figures draw alike: bands around means, logarithmic axes, grids of panels."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogFormatter, NullLocator
from matplotlib.typing import ColorType

from fashion_nets.formatting import wrap
from fashion_nets.intervals import half_interval
from fashion_nets.plotting.style import QUIET_COLOUR

MAX_MARKED_EPOCHS = 30  # with more, markers would hide the line

QUANTITY_NAMES = {"loss": "cross-entropy", "accuracy": "accuracy"}
"""What the axes of the curves of classifiers are called, in comparisons."""

_LEGEND_BELOW = -0.14  # of the height of a panel
_CHARACTERS_PER_INCH = 13.5  # of a line below, with room to spare


def draw_band(
    axes: Axes,
    x: "pd.Series | pd.Index",
    mean: pd.Series,
    deviation: pd.Series,
    colour: ColorType,
    style: str = "-",
    ceiling: float = np.inf,
    **line: Any,
) -> None:
    """Draw means as a line, and one standard deviation to both sides as a band.

    Args:
        axes: Where to draw.
        x: Of each mean.
        mean: Of several trainings.
        deviation: Their standard deviation; NaN for a single training, which has no band.
        colour: Of line and band.
        style: Of the line, as for ``Axes.plot``.
        ceiling: What no value can exceed, such as 1 for an accuracy: there the band ends, and at 0.
        line: Further properties of the line.
    """
    deviation = deviation.fillna(0)
    axes.plot(x, mean, style, color=colour, **line)
    low, high = (mean - deviation).clip(lower=0), (mean + deviation).clip(upper=ceiling)
    axes.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0)


def ceiling_of(quantity: str) -> float:
    """What no value of a quantity can exceed: 1 of an accuracy, such as ``"val_accuracy"``."""
    return 1.0 if quantity.endswith("accuracy") else np.inf


def summarize(rows: pd.DataFrame, by: str, quantity: str) -> pd.DataFrame:
    """The ``mean`` and the standard deviation ``std`` of a quantity, a row for each value of ``by``."""
    return rows.groupby(by)[quantity].agg(["mean", "std"])


def mark_numbers(axes: Axes, numbers: Sequence[int], base: float = 10) -> None:
    """Make the horizontal axis logarithmic, with these numbers and no others written at it."""
    axes.set_xscale("log", base=base)
    axes.set_xticks(numbers, [f"{number:,}" for number in numbers])
    axes.xaxis.set_minor_locator(NullLocator())


def use_plain_log_numbers(axes: Axes, axis: Literal["x", "y"] = "x") -> None:
    """Make an axis logarithmic, with ``1,000,000`` and ``0.001`` in place of powers of ten.

    Numbers between powers of ten are written too where there would be few.
    """
    axes.set(**{f"{axis}scale": "log"})
    chosen = axes.xaxis if axis == "x" else axes.yaxis
    chosen.set_major_formatter(FuncFormatter(_write_plainly))
    chosen.set_minor_formatter(_PlainMinorNumbers(minor_thresholds=(1, 0.5)))


def _write_plainly(value: float, _: int | None = None) -> str:
    """A number with all its digits, and commas: ``1,000,000``, ``0.0003``."""
    return f"{value:,.0f}" if value >= 1 else f"{value:.12f}".rstrip("0")


class _PlainMinorNumbers(LogFormatter):
    """Chooses as ``LogFormatter`` does which numbers are written, and writes them plainly."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return _write_plainly(x) if super().__call__(x, pos) else ""


def mark_epochs(n_epochs: int) -> str:
    """The marker of each epoch on a line, empty where there are too many."""
    return "o" if n_epochs <= MAX_MARKED_EPOCHS else ""


def grid_of(n_panels: int, max_in_row: int) -> tuple[int, int]:
    """The rows and columns of the smallest grid of so many panels, with rows as full as can be."""
    n_rows = -(-n_panels // max_in_row)
    return n_rows, -(-n_panels // n_rows)


def add_panels(figure: Figure, n_panels: int, grid: tuple[int, int], **options: Any) -> np.ndarray:
    """Add a grid of panels of which so many are seen, shape ``grid``; ``options`` are of ``subplots``."""
    panels = figure.subplots(*grid, squeeze=False, **options)
    for panel in panels.flat[n_panels:]:
        panel.set_visible(False)
    return panels


def name_lowest_panels(panels: np.ndarray, n_panels: int, name: str) -> None:
    """Write the name and the numbers of the shared horizontal axis at the lowest panel of each column."""
    for panel in panels.flat[:n_panels][-panels.shape[1] :]:
        panel.set_xlabel(name)
        panel.tick_params(labelbottom=True)


def put_legend_below(axes: Axes, n_columns: int) -> None:
    """Put the legend of a panel below its horizontal axis, where it hides nothing."""
    axes.legend(loc="upper left", bbox_to_anchor=(0, _LEGEND_BELOW), ncols=n_columns, columnspacing=1.2)


def put_legend_beside(axes: Axes, **look: Any) -> None:
    """Put the legend of a panel to its right, where it hides nothing; ``look`` is of ``Axes.legend``."""
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0, **look)


def tell_image_noise(accuracy: float, n_images: int) -> str:
    """How far the choice of the test images could have moved an accuracy, in words."""
    half = f"{half_interval(accuracy, n_images):.4f} (95 %)"
    return f"measured on {n_images:,} test images, whose choice may move {accuracy:.4f} by {half}"


def write_below(figure: Figure, words: str) -> None:
    """Write a line below a figure, wrapped to its width."""
    wrapped = wrap(words, int(figure.get_figwidth() * _CHARACTERS_PER_INCH))
    figure.supxlabel(wrapped, x=0.012, ha="left", fontsize=9, color=QUIET_COLOUR)


def say(figure: Figure, words: str) -> None:
    """Write in the middle of a figure that has nothing to draw."""
    axes = figure.subplots()
    axes.axis("off")
    axes.text(0.5, 0.5, words, ha="center", va="center")
