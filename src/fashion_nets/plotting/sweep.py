"""What a sweep has tried, and what mattered."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter
from matplotlib.typing import ColorType

from fashion_nets.formatting import count_epochs, format_number, format_share
from fashion_nets.plotting.drawing import put_legend_beside, say, write_below
from fashion_nets.plotting.final_accuracies import AT_THE_EDGE
from fashion_nets.plotting.style import QUIET_COLOUR, TEXT_COLOUR, new_figure, styled

OBJECTIVES = {"val_accuracy": "validation accuracy", "val_loss": "validation cross-entropy"}
WINNER_COLOUR = "#d1681f"

_ROW_INCHES = 0.34
_AXIS_INCHES = 1.35  # from one axis of parallel coordinates to the next
_SHOWN_SHARE = 0.75  # of the trials lie within an axis of results; worse ones would squeeze them together
_LABEL_CHARACTERS = 18
_BEST_SHARE = 0.25  # of the trials stand out
_LINES: dict[str, dict[str, Any]] = {
    "winner": {"color": WINNER_COLOUR, "linewidth": 2.4, "zorder": 3},
    "best": {"color": colormaps["viridis"](0.3), "linewidth": 1.3, "alpha": 0.9, "zorder": 2.5},
    "other": {"color": "#bdbdbd", "linewidth": 0.7, "alpha": 0.8},
}


class SweepCaption(NamedTuple):
    """What is written on each figure of a sweep.

    Attributes:
        name: Of the sweep.
        network: What is searched, as people write it.
        result: What its winner reaches, with its interval.
        facts: How much data, how long, how many trials.
        objective: What makes a trial good, one of ``OBJECTIVES``.
        is_rising: Whether a higher one is better.
        winner: The number of the winning trial.
    """

    name: str
    network: str
    result: str
    facts: str
    objective: str
    is_rising: bool
    winner: int

    def new_figure(self, words: str, width: float, height: float) -> Figure:
        """A figure that says these words of the network and the facts below; sizes are inches."""
        figure = new_figure(f"{self.network}, sweep {self.name}: {words}", width, height)
        write_below(figure, self.facts)
        return figure


class Axis(NamedTuple):
    """One dimension of a space.

    Attributes:
        path: The parameter, or what several of them are called together; a column of the table.
        choices: Its values, where it has a few; empty of a range.
        low: The lower end of a range.
        high: The upper end.
        log: Whether the range is logarithmic.
    """

    path: str
    choices: Sequence[str] = ()
    low: float = 0.0
    high: float = 1.0
    log: bool = False

    @property
    def label(self) -> str:
        """The name of the parameter without its group."""
        return self.path.partition(".")[2] or self.path

    def place(self, value: Any) -> float:
        """Where a value lies, 0 at the first one and 1 at the last."""
        if self.choices:
            return self.choices.index(str(value)) / (len(self.choices) - 1)
        ends = np.array([self.low, self.high, value], float)
        low, high, found = np.log(ends) if self.log else ends
        return float((found - low) / (high - low))

    def marks(self) -> list[tuple[float, str]]:
        """What is written beside it, and where."""
        if self.choices:
            return [(self.place(choice), choice) for choice in self.choices]
        middle = (self.low * self.high) ** 0.5 if self.log else (self.low + self.high) / 2
        return [(self.place(value), format_number(value)) for value in (self.low, middle, self.high)]


def first_parts(parts: pd.DataFrame) -> pd.DataFrame:
    """The rows of the first rung, which all trials reach that do not diverge before: there they compare."""
    return parts[(parts["rung"] == 1) & (parts["outcome"] != "diverged")]


@styled
def plot_history(parts: pd.DataFrame, caption: SweepCaption) -> Figure:
    """Draw each trial as it was told, by the epochs that had been trained by then, and the best so far.

    A trial is a dot for each rung that it reached, the later ones darker. What is far behind is an arrow at
    the edge.

    Args:
        parts: A row for each part of a trial, in the order in which they were told: ``trial``, ``rung``,
            ``epochs``, ``outcome`` and the objective.
        caption: What is written on it.
    """
    figure = caption.new_figure(caption.result, width=8.4, height=4.6)
    axes = figure.subplots()
    before = parts.groupby("trial")["epochs"].shift(fill_value=0)
    rows = parts.assign(trained=(parts["epochs"] - before).cumsum()).query("outcome != 'diverged'")
    limits = _limits_of(rows[caption.objective], caption)
    n_rungs = int(parts["rung"].max())
    colours = _colours_of(n_rungs)
    for rung, reached in rows.groupby("rung"):
        values, colour = reached[caption.objective], colours[int(rung) - 1]
        _draw_dots(axes, reached["trained"], values, colour, limits, caption)
    last = rows[rows["rung"] == n_rungs]
    best = last[caption.objective].cummax() if caption.is_rising else last[caption.objective].cummin()
    axes.step(
        [*last["trained"], rows["trained"].max()],
        [*best, best.iloc[-1]],
        where="post",
        color=WINNER_COLOUR,
        linewidth=1.4,
    )
    won = last[last["trial"] == caption.winner].iloc[-1]
    is_seen = limits[0] <= won[caption.objective] <= limits[1]
    axes.annotate(
        f"trial {caption.winner}",
        (won["trained"], won[caption.objective] if is_seen else _arrow_of(caption)[0]),
        xycoords="data" if is_seen else axes.get_xaxis_transform(),
        xytext=(0, 7 if caption.is_rising else -13),
        textcoords="offset points",
        ha="center",
        fontsize=9,
        color=WINNER_COLOUR,
    )
    n_diverged = int((parts["outcome"] == "diverged").sum())
    lost = f"; {n_diverged} diverged" if n_diverged else ""
    axes.set(xlabel=f"epochs trained by all trials so far{lost}", ylabel=OBJECTIVES[caption.objective])
    axes.set_ylim(*limits)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(visible=True)
    epochs = parts.groupby("rung")["epochs"].max()
    dots = [
        Line2D([], [], color=colour, marker="o", linestyle="", markersize=5, label=count_epochs(epochs[rung]))
        for rung, colour in enumerate(colours, start=1)
    ]
    line = Line2D([], [], color=WINNER_COLOUR, label="best so far,\ntrained to the end")
    put_legend_beside(axes, handles=[*dots, line], title="a trial after")
    return figure


@styled
def plot_importance(importance: pd.DataFrame, parts: pd.DataFrame, caption: SweepCaption) -> Figure:
    """Draw how much of what the trials differ by each dimension explains.

    Args:
        importance: A row for each dimension, the most important first: ``parameter`` and ``importance``; none
            where there are too few trials to tell, or all have reached the same.
        parts: As for :func:`plot_history`.
        caption: What is written on it.
    """
    if importance.empty:
        reached = first_parts(parts)[caption.objective]
        are_alike = len(reached) > len(set(reached)) == 1
        words = "all trials reached the same" if are_alike else "too few trials to tell what mattered"
        figure = caption.new_figure(words, width=8.4, height=2.0)
        say(figure, "no importance is computed")
        return figure
    first = importance.iloc[0]
    words = f"{first['parameter']} mattered most, {format_share(first['importance'], 0)} of what is explained"
    figure = caption.new_figure(words, width=8.4, height=1.9 + _ROW_INCHES * len(importance))
    axes = figure.subplots()
    rows = importance[::-1]
    axes.barh(rows["parameter"], rows["importance"], height=0.6, color=colormaps["viridis"](0.35))
    beside: dict[str, Any] = {"xytext": (4, 0), "textcoords": "offset points", "va": "center", "fontsize": 9}
    for row, share in enumerate(rows["importance"]):
        axes.annotate(format_share(share, 0), (share, row), **beside)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    axes.set_xlabel(
        f"share of the differences in {OBJECTIVES[caption.objective]} after the first rung (fANOVA)"
    )
    axes.set_xlim(0, 1.08 * float(first["importance"]))
    return figure


@styled
def plot_parallel_coordinates(
    parts: pd.DataFrame, axes_of_space: Sequence[Axis], caption: SweepCaption
) -> Figure:
    """Draw each trial as a line through what was chosen for it, to what it reached after the first rung.

    The best quarter is blue, the winner orange, the others grey.

    Args:
        parts: As for :func:`plot_history`, with a column for each dimension.
        axes_of_space: The dimensions.
        caption: What is written on it.
    """
    first = first_parts(parts)
    low, high = _limits_of(first[caption.objective], caption)
    worst, best = (low, high) if caption.is_rising else (high, low)
    places = ((first[caption.objective] - worst) / (best - worst)).clip(0, 1).sort_values()
    first = first.loc[places.index]
    n_best = max(1, round(_BEST_SHARE * len(first)))
    epochs = count_epochs(int(first["epochs"].max()))
    figure = caption.new_figure(
        f"what trials chose, and reached after {epochs}; blue: the best {n_best} of {len(first)}, orange: "
        f"the winner, trial {caption.winner}",
        width=max(8.4, _AXIS_INCHES * (len(axes_of_space) + 1)),
        height=5.0,
    )
    axes = figure.subplots()
    ranked = zip(first.to_dict("records"), places, strict=True)
    for rank, (chosen, reached) in enumerate(ranked, start=n_best - len(first)):
        line = [*(axis.place(chosen[axis.path]) for axis in axes_of_space), reached]
        kind = "winner" if chosen["trial"] == caption.winner else "best" if rank >= 0 else "other"
        axes.plot(range(len(line)), line, **_LINES[kind])
    for place, axis in enumerate(axes_of_space):
        _draw_axis(axes, place, axis.marks())
    beyond = "" if places.gt(0).all() else "≤ " if caption.is_rising else "≥ "
    _draw_axis(axes, len(axes_of_space), [(0.0, f"{beyond}{worst:.3f}"), (1.0, f"{best:.3f}")])
    names = [*(axis.label for axis in axes_of_space), OBJECTIVES[caption.objective]]
    axes.set_xticks(range(len(names)), [name.replace("_", "\n").replace(" ", "\n") for name in names])
    axes.set(yticks=[], xlim=(-0.3, len(names) - 0.4), ylim=(-0.05, 1.05))
    axes.tick_params(axis="x", length=0)
    axes.spines[:].set_visible(False)
    return figure


def _draw_axis(axes: Axes, place: int, marks: Sequence[tuple[float, str]]) -> None:
    axes.axvline(place, color=QUIET_COLOUR, linewidth=0.8, zorder=2)
    for height, text in marks:
        axes.annotate(
            text if len(text) <= _LABEL_CHARACTERS else f"{text[: _LABEL_CHARACTERS - 1]}…",
            (place, height),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=TEXT_COLOUR,
            zorder=4,
            bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.8},
        )


def _draw_dots(
    axes: Axes,
    trained: pd.Series,
    values: pd.Series,
    colour: ColorType,
    limits: tuple[float, float],
    caption: SweepCaption,
) -> None:
    """Draw trials, those off the scale as arrows at the edge."""
    seen = values.between(*limits)
    axes.plot(trained[seen], values[seen], "o", markersize=5, color=colour, alpha=0.85)
    edge, marker = _arrow_of(caption)
    beyond, across = trained[~seen], axes.get_xaxis_transform()
    axes.plot(beyond, [edge] * len(beyond), marker, markersize=6, color=colour, transform=across)


def _arrow_of(caption: SweepCaption) -> tuple[float, str]:
    """Where what is off the scale is drawn, as a share of the height, and as what."""
    return (AT_THE_EDGE, "v") if caption.is_rising else (1 - AT_THE_EDGE, "^")


def _colours_of(n_rungs: int) -> list[ColorType]:
    """One for each rung, the last one darkest."""
    return [tuple(colour) for colour in colormaps["viridis_r"](np.linspace(0.25, 0.95, n_rungs))]


def _limits_of(values: pd.Series, caption: SweepCaption) -> tuple[float, float]:
    """The ends of an axis that shows all trials that are good, and of the others as many as fit."""
    best = float(values.max() if caption.is_rising else values.min())
    edge = float(values.quantile(1 - _SHOWN_SHARE if caption.is_rising else _SHOWN_SHARE))
    worst = best - 2 * (best - edge) if best != edge else best - (0.05 if caption.is_rising else -0.05)
    worst = max(worst, float(values.min())) if caption.is_rising else min(worst, float(values.max()))
    if worst == best:
        worst = best - (0.05 if caption.is_rising else -0.05)
    margin = 0.06 * (best - worst)
    low, high = sorted((worst - margin, best + margin))
    return low, high
