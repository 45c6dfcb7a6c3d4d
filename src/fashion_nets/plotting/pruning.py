"""How many weights networks can do without."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator, PercentFormatter

from fashion_nets.formatting import format_share_range
from fashion_nets.networks.names import display_name
from fashion_nets.plotting.drawing import draw_band, put_legend_beside, summarize
from fashion_nets.plotting.study_caption import StudyCaption, new_study_figure, variant_colours
from fashion_nets.plotting.style import styled


@styled
def plot_pruning(
    curves: pd.DataFrame,
    spare: Mapping[str, tuple[float, float]],
    tolerated_loss: float,
    caption: StudyCaption,
) -> Figure:
    """Draw the validation accuracy of networks against the share of their weights that is left.

    Lines are means over the seeds, bands one standard deviation to both sides. The legend says which share of
    the weights can be pruned at a small loss.

    Args:
        curves: A row for each ``variant``, ``seed`` and ``sparsity`` below 1, with its ``accuracy``, as by
            ``pruning_curve``.
        spare: The least and the largest share of the weights that the seeds of each variant can do without.
        tolerated_loss: Of accuracy, at which it can.
        caption: What is written on it.
    """
    figure = new_study_figure(caption, width=10.0, height=4.9)
    axes = figure.subplots()
    colours = variant_colours(curves["variant"].unique(), caption)
    for variant, rows in curves.groupby("variant", sort=False):
        accuracy = summarize(rows, "sparsity", "accuracy")
        label = f"{display_name(variant)}: {format_share_range(*spare[variant])} to spare"
        look: dict[str, Any] = {"style": "-o", "ceiling": 1.0, "markersize": 3, "label": label}
        draw_band(axes, 1 - accuracy.index, accuracy["mean"], accuracy["std"], colours[variant], **look)
    axes.set(
        xscale="log",
        xlabel="weights that are left, the largest ones",
        ylabel="validation accuracy without the others",
    )
    axes.invert_xaxis()
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    axes.grid(visible=True)
    put_legend_beside(
        axes,
        alignment="left",
        title=f"to spare: pruned at a\ncost of at most {tolerated_loss:g}\nof accuracy, by seed",
    )
    return figure
