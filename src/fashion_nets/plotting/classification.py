"""How a classifier tells the classes apart, as a picture."""

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from fashion_nets.formatting import format_share
from fashion_nets.networks.names import display_name
from fashion_nets.plotting.style import QUIET_COLOUR, new_figure, styled

_MAX_NUMBERED_CLASSES = 20  # beyond, cells are too small for numbers
_CELL_INCHES = 0.66


@styled
def plot_confusion_matrix(
    confusion: pd.DataFrame, network: str, accuracy: float, interval: tuple[float, float]
) -> Figure:
    """Draw a confusion matrix: each cell has its count and, below, its share of the images of the true class.

    The colours rise steeply at first, so that rare mistakes can be told from none.

    Args:
        confusion: Counts, as by ``confusion_table``: true classes are the index, predicted ones the columns.
        network: Its namespace, such as ``"mlp"``.
        accuracy: Share of all images that is on the diagonal, for the title.
        interval: The ends of its 95 % interval.
    """
    counts = confusion.to_numpy()
    n_classes = len(counts)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    n_images, n_mistakes = counts.sum(), counts.sum() - np.trace(counts)
    cell_inches = _CELL_INCHES if n_classes <= _MAX_NUMBERED_CLASSES else _CELL_INCHES / 2
    figure = new_figure(
        f"{display_name(network)}, test images: accuracy {accuracy:.4f} (95 %: {interval[0]:.4f} to "
        f"{interval[1]:.4f}), {n_mistakes:,} mistakes in {n_images:,}",
        width=max(n_classes * cell_inches + 2.6, 6.0),
        height=n_classes * cell_inches + 1.8,
    )
    axes = figure.subplots()
    norm, colormap = PowerNorm(0.45, 0, 1), colormaps["Blues"]
    picture = axes.imshow(shares, cmap=colormap, norm=norm)
    axes.set_xticks(range(n_classes), confusion.columns, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(n_classes), confusion.index)
    axes.set(xlabel="predicted class", ylabel="true class")
    axes.set_xticks(np.arange(n_classes - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(n_classes - 1) + 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)
    colorbar = figure.colorbar(
        picture, ax=axes, shrink=0.8, pad=0.02, ticks=[0, 0.01, 0.05, 0.1, 0.25, 0.5, 1]
    )
    colorbar.ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    colorbar.set_label("share of the true class")
    colorbar.outline.set_visible(False)
    if n_classes <= _MAX_NUMBERED_CLASSES:
        for (row, column), count in np.ndenumerate(counts):
            share = shares[row, column]
            axes.text(
                column,
                row,
                f"{count:,}\n{format_share(share)}" if count else "0",
                ha="center",
                va="center",
                fontsize=8,
                color=_readable_on(colormap(norm(share))) if count else QUIET_COLOUR,
            )
    return figure


def _readable_on(background: tuple[float, float, float, float]) -> str:
    """Black or white, whichever contrasts more with the background, by its relative luminance (WCAG 2)."""
    encoded = np.array(background[:3])
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return "black" if linear @ [0.2126, 0.7152, 0.0722] > 0.179 else "white"
