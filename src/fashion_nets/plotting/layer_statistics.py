"""What the hidden layers of several networks do, epoch by epoch."""

from functools import partial

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator, PercentFormatter

from fashion_nets.formatting import format_power, format_share
from fashion_nets.networks.names import display_name
from fashion_nets.plotting.drawing import add_panels, grid_of, name_lowest_panels
from fashion_nets.plotting.study_caption import StudyCaption, new_study_figure, say_nothing_to_draw
from fashion_nets.plotting.style import styled

COLOUR_LABELS = {
    "mean_gradient": "mean absolute gradient of the loss by the weights",
    "mean_activation": "mean absolute output of the units",
    "activation_deviation": "standard deviation of a unit's outputs over the images",
    "dead_units": "share of the units that give 0 for every image",
}
_COLOURMAP = colormaps["viridis"].with_extremes(bad="#d9d9d9")  # grey: what a logarithm cannot show
_MAX_PANELS_IN_ROW = 4


@styled
def plot_layer_statistics(statistics: pd.DataFrame, quantity: str, caption: StudyCaption) -> Figure:
    """Draw one quantity of every hidden layer over the epochs, a panel per variant, all in one colour scale.

    The layer next to the input is at the bottom. A panel's title has the values of its first and last
    layer after the last epoch. Seeds are averaged. Values of 0 are grey where the scale is logarithmic.
    Variants without any dead unit have no panel, and are named below.

    Args:
        statistics: A row for each ``variant``, seed, ``epoch`` and ``depth``, as by ``LayerStatistics``.
        quantity: ``"mean_gradient"``, ``"mean_activation"``, ``"activation_deviation"`` or ``"dead_units"``.
        caption: What is written on it.
    """
    is_share = quantity == "dead_units"
    maps = {
        variant: rows.pivot_table(index="depth", columns="epoch", values=quantity, dropna=False)
        for variant, rows in statistics.groupby("variant", sort=False)
    }
    without = [variant for variant, values in maps.items() if is_share and not values.to_numpy().any()]
    if without:
        named = ", ".join(map(display_name, without))
        caption = caption._replace(facts=f"No unit is dead in any layer of {named}. {caption.facts}")
        maps = {variant: values for variant, values in maps.items() if variant not in without}
    if not maps:
        return say_nothing_to_draw(caption)
    grid = grid_of(len(maps), _MAX_PANELS_IN_ROW)
    figure = new_study_figure(caption, width=max(2.8 * grid[1] + 1.6, 7.4), height=2.9 * grid[0] + 1.0)
    panels = add_panels(figure, len(maps), grid, sharex=True, sharey=True)
    write = partial(format_share, digits=0) if is_share else format_power
    norm = Normalize(0, 1) if is_share else _logarithmic_norm(statistics[quantity])
    for panel, (variant, values) in zip(panels.flat, maps.items(), strict=False):
        image = _draw_map(panel, values, norm)
        first, last = (write(value) for value in values.iloc[[0, -1], -1])
        panel.set_title(
            f"{display_name(variant)}\nepoch {values.columns[-1]}: first layer {first}, last {last}",
            fontsize=9,
        )
    name_lowest_panels(panels, len(maps), "epoch")
    for panel in panels[:, 0]:
        panel.set_ylabel("hidden layer, from the input")
    colorbar = figure.colorbar(image, ax=panels.ravel().tolist(), aspect=40, pad=0.02)
    has_grey = not is_share and (statistics[quantity] == 0).any()
    colorbar.set_label(COLOUR_LABELS[quantity] + (" (grey: 0)" if has_grey else ""))
    colorbar.outline.set_visible(False)
    if is_share:
        colorbar.ax.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    return figure


def _logarithmic_norm(values: pd.Series) -> LogNorm:
    shown = values[np.isfinite(values) & (values > 0)]
    return LogNorm(shown.min(), shown.max()) if len(shown) else LogNorm(0.1, 1)


def _draw_map(axes: Axes, values: pd.DataFrame, norm: Normalize) -> AxesImage:
    epochs, depths = values.columns, values.index
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.spines[:].set_visible(False)
    return axes.imshow(
        values,
        cmap=_COLOURMAP,
        norm=norm,
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        extent=(epochs[0] - 0.5, epochs[-1] + 0.5, depths[0] - 0.5, depths[-1] + 0.5),
    )
