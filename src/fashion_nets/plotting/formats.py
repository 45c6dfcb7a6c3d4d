"""A network in the formats of other programs, side by side."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fashion_nets.formatting import format_share, keep_together
from fashion_nets.plotting.style import new_figure, styled

COLOURS = {
    "SavedModel": "#6b6b6b",
    "ONNX": "#0b5f6b",
    "LiteRT, float32": "#d1681f",
    "LiteRT, int8": "#e8b48c",
}
_OTHER = "#9a9a9a"
_TOLD = 1e-3  # the difference of an intensity, in [0, 1], that a title warns of
_ROOM = 1.3  # of the longest bar: the numbers stand beside the bars


class _Quantity(NamedTuple):
    """A column that is drawn, what its panel is called, and how its numbers are written."""

    column: str
    title: str
    write: Callable[[float], str]


def _three_digits(value: float) -> str:
    return f"{value:#.3g}" if value < 100 else f"{value:,.0f}"


def _four_places(value: float) -> str:
    return f"{value:.4f}"


def _difference(value: float) -> str:
    return f"under {_TOLD:g}" if value < _TOLD else f"{value:.3f}"


_ALL = (
    _Quantity("mb", "size, MB", _three_digits),
    _Quantity("ms_per_image", "ms an image, on one core", _three_digits),
)
_OF_CLASSIFIERS = (
    _Quantity("test_accuracy", "test accuracy", _four_places),
    _Quantity("agreement", "classes as by Keras", partial(format_share, digits=2)),
)
_OF_AUTOENCODERS = (
    _Quantity("test_mse", "test MSE", _four_places),
    _Quantity("largest_difference", "furthest pixel from Keras", _difference),
)


@styled
def plot_formats(formats: pd.DataFrame, network: str) -> Figure:
    """Draw how large each format is, what an image takes, how right it is, and how near to Keras.

    Args:
        formats: A row for each, as by :func:`fashion_nets.evaluation.formats.compare_formats`.
        network: What the network is called.
    """
    is_classifier = "agreement" in formats
    figure = new_figure(_title(formats, network), width=10.0, height=1.7 + 0.36 * len(formats))
    quantities = (*_ALL, *(_OF_CLASSIFIERS if is_classifier else _OF_AUTOENCODERS))
    panels = figure.subplots(1, len(quantities), sharey=True)
    for panel, quantity in zip(panels, quantities, strict=True):
        _draw(panel, formats, quantity)
    panels[0].set_yticks(range(len(formats)), formats["format"])
    panels[0].invert_yaxis()
    return figure


def _draw(axes: Axes, formats: pd.DataFrame, quantity: _Quantity) -> None:
    values = formats[quantity.column]
    colours = [COLOURS.get(name, _OTHER) for name in formats["format"]]
    bars = axes.barh(range(len(formats)), values, height=0.62, color=colours)
    axes.bar_label(bars, [quantity.write(value) for value in values], padding=3, fontsize=9)
    axes.set_title(quantity.title)
    axes.set_xlim(0, (values.max() or 1) * _ROOM)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _title(formats: pd.DataFrame, network: str) -> str:
    """Whether all formats say the same, or else what the smallest one costs."""
    smallest = formats.loc[formats["mb"].idxmin()]
    if "agreement" in formats:
        is_same = (formats["agreement"] == 1).all()
        same = "all give each test image the class that Keras gives"
        said = f"gives {format_share(smallest['agreement'], 2)} of the test images the class that Keras gives"
    else:
        is_same = (formats["largest_difference"] < _TOLD).all()
        same = f"in all each pixel is within {_TOLD:g} of that of Keras"
        said = f"has pixels that are {_difference(smallest['largest_difference'])} from those of Keras"
    size = keep_together(f"{_three_digits(smallest['mb'])} MB")
    told = same if is_same else f"the smallest, {smallest['format']} with {size}, {said}"
    return f"{network} in other formats: {told}"
