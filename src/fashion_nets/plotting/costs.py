"""What the layers of a network cost."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fashion_nets.formatting import format_number
from fashion_nets.networks.names import display_name
from fashion_nets.plotting.diagram_boxes import block_of
from fashion_nets.plotting.style import new_figure, styled

MAX_ROWS = 40  # of more layers or blocks, those that follow each other share a row
_ROW_INCHES = 0.27
_COUNTS = ((1e9, "billion "), (1e6, "million "), (1e3, "thousand "), (1, ""))
_BYTES = ((1e6, "MB"), (1e3, "kB"), (1, "bytes"))


@styled
def plot_costs(layers: pd.DataFrame, costs: Mapping[str, Any], network: str) -> Figure:
    """Draw the multiplications and the memory of each layer, from the input, on top, to the output.

    The layers of a block, such as a residual unit, share a row, as they share a box of the network's diagram.

    Args:
        layers: A row per layer, in order: ``layer`` (its name), ``type`` (its Keras class),
            ``multiplications`` and ``activation_bytes`` of one image.
        costs: Of the whole network: ``parameters``, ``multiplications``, and ``training_memory_mb`` of a
            batch of ``batch_size`` images in ``precision``.
        network: Its namespace, such as ``"cnn"``.
    """
    layers = _unite_blocks(layers[layers["type"] != "InputLayer"])
    per_row = max(1, math.ceil(len(layers) / MAX_ROWS))
    rows = _share_rows(layers, per_row)
    scale, unit = _choose_unit(costs["multiplications"], _COUNTS)
    figure = new_figure(
        f"{display_name(network)}: {costs['parameters']:,} parameters, "
        f"{format_number(costs['multiplications'] / scale)} {unit}multiplications per image, about "
        f"{format_number(costs['training_memory_mb'])} MB to train on {costs['batch_size']:,} images at a "
        "time",
        width=10.5,
        height=1.6 + _ROW_INCHES * len(rows),
    )
    left, right = figure.subplots(1, 2, sharey=True)
    unit = _draw_bars(left, rows["multiplications"], _COUNTS, "#8ebfe3")
    left.set_xlabel(f"{unit}multiplications per image")
    unit = _draw_bars(right, rows["activation_bytes"], _BYTES, "#f6bd7e")
    right.set_xlabel(f"{unit} of output for one image, {costs['precision']}")
    left.set_yticks(range(len(rows)), rows["label"])
    left.set_ylim(len(rows) - 0.4, -0.6)
    if per_row > 1:
        left.set_title(f"each row: {per_row} layers or blocks that follow each other")
    return figure


def _unite_blocks(layers: pd.DataFrame) -> pd.DataFrame:
    """Sum up the layers of each block."""
    names = layers["layer"].map(lambda name: "".join(block_of(name) or name))
    groups = layers.assign(layer=names).groupby((names != names.shift()).cumsum(), as_index=False)
    return groups.agg({"layer": "first", "multiplications": "sum", "activation_bytes": "sum"})


def _share_rows(layers: pd.DataFrame, per_row: int) -> pd.DataFrame:
    """Sum up so many layers that follow each other to a row."""
    groups = layers.groupby(layers.index // per_row)
    rows = groups[["multiplications", "activation_bytes"]].sum()
    return rows.assign(label=[_name(group["layer"]) for _, group in groups])


def _name(layers: pd.Series) -> str:
    return layers.iloc[0] if len(layers) == 1 else f"{layers.iloc[0]} … {layers.iloc[-1]}"


def _draw_bars(axes: Axes, values: pd.Series, units: tuple[tuple[float, str], ...], colour: str) -> str:
    """Draw a bar a row with its number; return the unit of the axis."""
    scale, unit = _choose_unit(values.max(), units)
    scaled = values / scale
    bars = axes.barh(range(len(scaled)), scaled, color=colour)
    axes.bar_label(bars, [_label(value, units, unit) for value in values], padding=3, fontsize=8)
    axes.set_xlim(0, 1.15 * scaled.max() or 1)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=True, axis="x")
    return unit


def _label(value: float, units: tuple[tuple[float, str], ...], unit: str) -> str:
    """The number of a bar, with its unit where that is smaller than the one of the axis."""
    if not value:
        return ""
    scale, own = _choose_unit(value, units)
    return f"{format_number(value / scale)} {'' if own == unit else own}".strip()


def _choose_unit(value: float, units: tuple[tuple[float, str], ...]) -> tuple[float, str]:
    """The largest unit that is not larger than the value, else the smallest."""
    return next((unit for unit in units if value >= unit[0]), units[-1])
