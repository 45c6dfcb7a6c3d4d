"""The one style of every figure: sizes, fonts, colours of the classes, names as people write."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec

import matplotlib.style
import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import BoundaryNorm, ListedColormap, hsv_to_rgb
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from fashion_nets.formatting import wrap
from fashion_nets.networks.names import display_name
from fashion_nets.networks.registry import ARCHITECTURES, NETWORKS
from fashion_nets.plotting.text import fallback_fonts, show_as_it_is

FIGURE_DPI = 150
IMAGE_COLORMAP = "binary"  # garments are ink on white paper
TEXT_COLOUR = "#222222"
QUIET_COLOUR = "#6b6b6b"
TITLE_SIZE = 12.0

STYLE = {
    "figure.dpi": FIGURE_DPI,
    "figure.facecolor": "white",
    # The first ships with matplotlib, so that a figure is the same everywhere; others have what it lacks.
    "font.family": ["DejaVu Sans", *fallback_fonts()],
    "font.size": 10.0,
    "text.color": TEXT_COLOUR,
    "axes.labelcolor": TEXT_COLOUR,
    "axes.labelsize": 10.0,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.edgecolor": "#9a9a9a",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "xtick.color": "#9a9a9a",
    "ytick.color": "#9a9a9a",
    "xtick.labelcolor": TEXT_COLOUR,
    "ytick.labelcolor": TEXT_COLOUR,
    "xtick.labelsize": 9.0,
    "ytick.labelsize": 9.0,
    "legend.fontsize": 9.0,
    "legend.frameon": False,
    "image.cmap": IMAGE_COLORMAP,
}

_BOLD_CHARACTERS_PER_INCH = 9.5  # of the title's font, with room to spare
_MAX_NAMED_COLOURS = 20

P = ParamSpec("P")


def styled(plot: Callable[P, Figure]) -> Callable[P, Figure]:
    """Give the figure of a plotting function this project's style, and leave the caller's as it was.

    A notebook may have chosen another matplotlib style: it neither changes the figure nor is changed.
    """

    @wraps(plot)
    def draw(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with matplotlib.style.context(STYLE, after_reset=True):
            figure = plot(*args, **kwargs)
            show_as_it_is(figure)
            figure.draw_without_rendering()  # matplotlib styles ticks only when it first draws them
        return figure

    return draw


def new_figure(title: str, width: float, height: float) -> Figure:
    """Make an empty figure with a title, laid out so that nothing overlaps or is cut.

    Args:
        title: Which network, which data and the number that matters; wrapped to the width.
        width: Inches.
        height: Inches, with the title.
    """
    layout = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08)
    figure = Figure(figsize=(width, height), dpi=FIGURE_DPI, layout=layout)
    lines = wrap(title, int(width * _BOLD_CHARACTERS_PER_INCH))
    figure.suptitle(lines, x=0.012, ha="left", fontsize=TITLE_SIZE, fontweight="bold")
    return figure


def name_network(network: str, about: Mapping[str, Any]) -> str:
    """The name of a network as people write it, with its architecture where that is not the usual one.

    Args:
        network: Its namespace, such as ``"cnn"``.
        about: As by ``describe_training``; without ``architecture`` where that is not known. Of a network in
            MLflow ``network`` is its namespace, and ``called`` what it was asked for by.

    Returns:
        Such as ``"CNN"``, or ``"CNN (ResNet-34)"`` of a network ``cnn`` with another architecture than the
        lecture's.
    """
    if "called" in about:
        known = {key: value for key, value in about.items() if key == "architecture"}
        return f"{name_network(about['network'], known)}, {about['called']}"
    name, architecture = display_name(network), about.get("architecture")
    usual = NETWORKS[network].architecture if network in NETWORKS else None
    if architecture in (None, usual):
        return name
    return f"{name} ({ARCHITECTURES[architecture].title})"


def hide_frame(axes: Axes) -> None:
    """Hide the ticks and the frame of axes, which images do not need; their labels stay."""
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


def class_colours(n_classes: int) -> np.ndarray:
    """One colour for each class, the same in every figure.

    Up to ten classes take matplotlib's ``tab10``, as in the lecture; the next ten its lighter partners. Above
    twenty the hues are spread evenly over the circle, in turn bright and dark.

    Returns:
        RGB in [0, 1], shape (n_classes, 3).
    """
    if n_classes <= _MAX_NAMED_COLOURS:
        tab20 = colormaps["tab20"](np.arange(20))[:, :3]
        return np.concatenate([tab20[0::2], tab20[1::2]])[:n_classes]
    position = np.arange(n_classes)
    hue = position / n_classes
    return hsv_to_rgb(np.stack([hue, np.full(n_classes, 0.85), np.where(position % 2, 0.55, 0.95)], axis=1))


def class_colormap(n_classes: int) -> tuple[ListedColormap, BoundaryNorm]:
    """The colormap and the norm that draw class index ``i`` in colour ``i`` of ``class_colours``."""
    return ListedColormap(class_colours(n_classes)), BoundaryNorm(np.arange(n_classes + 1) - 0.5, n_classes)


def add_class_colorbar(figure: Figure, axes: Sequence[Axes], class_names: Sequence[str]) -> Colorbar:
    """Put a colour bar with the names of the classes, the first one on top, to the right of ``axes``."""
    colormap, norm = class_colormap(len(class_names))
    colorbar = figure.colorbar(ScalarMappable(norm, colormap), ax=axes, aspect=40, pad=0.02)
    colorbar.set_ticks(range(len(class_names)), labels=class_names)
    colorbar.minorticks_off()
    colorbar.ax.tick_params(length=0)
    colorbar.ax.invert_yaxis()
    colorbar.outline.set_visible(False)
    return colorbar
