"""The figure: how many times faster each network trains, and how fast it should."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.networks import NETWORKS, Network
from fashion_nets.networks.names import display_name
from fashion_nets.plotting.style import new_figure, styled

LABELS = {"project": "this project", "torch": "PyTorch, eager"}
COLOURS = {"project": "#8ebfe3", "torch": "#f6bd7e"}  # light, so that the marks show
BAR = 0.36
GOALS = {
    "lecture": {"label": "target against the lecture", "color": "black"},
    "torch": {"label": "target against PyTorch", "color": "#c0392b", "linestyle": (0, (2, 0.6))},
}


@styled
def plot_times(table: pd.DataFrame) -> Figure:
    """Bars: how many times faster than the lecture's way, with the targets of this project as marks.

    Args:
        table: A row for each network and way, as ``bench.training`` makes it.
    """
    names = list(dict.fromkeys(table["network"]))
    rows = table.set_index(["network", "way"])
    ways = [way for way in LABELS if way in set(table["way"])]
    figure = new_figure(
        "Training epochs in batches of 32: times as fast as the lecture's way",
        width=8,
        height=1.6 + 0.62 * len(names),
    )
    axes = figure.subplots()
    for position, name in enumerate(names):
        for number, way in enumerate(ways):
            place = position + (number - (len(ways) - 1) / 2) * BAR
            marks = _targets(NETWORKS[name], rows) if way == "project" else {}
            _draw_bar(axes, place, way, rows.loc[(name, way)], marks)
    axes.axvline(1, color="#9a9a9a", linewidth=1)
    axes.set_yticks(range(len(names)), [_describe(name, rows.loc[(name, "lecture")]) for name in names])
    axes.invert_yaxis()
    axes.set_xlim(0, axes.get_xlim()[1] * 1.15)
    axes.set_xlabel("times as fast as plain Keras on float64 arrays (seconds per epoch)")
    entries = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    figure.legend(entries.values(), entries, loc="outside lower center", ncols=4)
    return figure


def _targets(network: Network, rows: pd.DataFrame) -> dict[str, float]:
    """Where on the axis the targets lie; that against PyTorch is relative to its bar."""
    targets = {}
    if network.times_faster is not None:
        targets["lecture"] = network.times_faster
    if network.times_torch is not None and (network.name, "torch") in rows.index:
        targets["torch"] = network.times_torch * rows.loc[(network.name, "torch"), "times_faster"]
    return targets


def _draw_bar(axes: Axes, place: float, way: str, row: pd.Series, marks: dict[str, float]) -> None:
    times = row["times_faster"]
    axes.barh(place, times, BAR, label=LABELS[way], color=COLOURS[way])
    for against, mark in marks.items():
        axes.vlines(mark, place - BAR / 2, place + BAR / 2, linewidth=2.2, **GOALS[against])
    axes.annotate(
        f"{times:.1f} × ({row['epoch_seconds']:.2g} s)",
        (max(times, *marks.values(), 0), place),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
    )


def _describe(name: str, row: pd.Series) -> str:
    return f"{display_name(name)}\n{row['images']:,.0f} images, lecture {row['epoch_seconds']:.2g} s"
