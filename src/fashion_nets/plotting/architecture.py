"""A network drawn as a diagram."""

import math
import re
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Patch

from fashion_nets.plotting.style import QUIET_COLOUR, TEXT_COLOUR, display_name, new_figure, styled

# Each kind of layer with its colour and the words by which the names of its Keras classes are known.
_KINDS = {
    "input": ("#ffffff", ("Input",)),
    "convolution": ("#a6d3a0", ("Conv",)),
    "pooling": ("#f6c98f", ("Pool", "UpSampling")),
    "regularization": ("#e3c1e3", ("Dropout", "Noise")),
    "normalization": ("#b9e0dc", ("Normalization",)),
    "dense": ("#a9c8ea", ("Dense",)),
    "activation": ("#f4b6b0", ("Activation", "LU", "Softmax")),
    "shape": ("#e3e3e3", ("Flatten", "Reshape", "Padding", "Cropping")),
    "other": ("#fbf3b9", ("",)),
}
# Columns of the diagram, in inches from the middle of the boxes.
_NAMES_END, _SHAPES_START, _PARAMETERS_END = -2.5, 2.5, 5.4
_INCHES_PER_CHARACTER = 0.09
_ROW_INCHES = 0.62
_BOX_HEIGHT = 0.58  # of a row
_NARROWEST, _WIDEST = 2.6, 4.6  # inches


@styled
def plot_architecture(layers: pd.DataFrame, network: str) -> Figure:
    """Draw a network from its input, on top, to its output, with shapes and numbers of parameters.

    The colour of a box tells the kind of layer, its width how many values the layer puts out, on a
    logarithmic scale: the waist of an autoencoder shows.

    Args:
        layers: A row a layer, in order: ``layer`` (its name), ``type`` (its Keras class), ``output_shape`` of
            one image such as ``"28 x 28 x 64"``, ``parameters``, ``trainable`` (how many of them are
            trained), ``activation`` (empty where there is none).
        network: Its namespace, such as ``"cnn"``.
    """
    total, trainable = layers["parameters"].sum(), layers["trainable"].sum()
    fixed = f", {total - trainable:,} of them not trainable," if trainable < total else ""
    left = _NAMES_END - _INCHES_PER_CHARACTER * max(12, *layers["layer"].str.len())
    n_layers = int((layers["type"] != "InputLayer").sum())
    figure = new_figure(
        f"{display_name(network)}: {total:,} parameters{fixed} in {n_layers} layers",
        width=_PARAMETERS_END - left + 0.3,
        height=(len(layers) + 1) * _ROW_INCHES + 0.9,
    )
    axes = figure.subplots()
    axes.set(xlim=(left, _PARAMETERS_END), ylim=(len(layers) - 0.4, -1.0))
    axes.axis("off")
    headings = ("layer", "type and activation", "output of one image", "parameters")
    _write_row(axes, -0.75, headings, QUIET_COLOUR, QUIET_COLOUR)

    shapes = layers["output_shape"].astype(str)
    widths = _box_widths([_n_values(shape) for shape in shapes])
    kinds = [_kind(layer_type) for layer_type in layers["type"]]
    for row, layer in enumerate(layers.itertuples()):
        axes.add_patch(
            FancyBboxPatch(
                (-widths[row] / 2, row - _BOX_HEIGHT / 2),
                widths[row],
                _BOX_HEIGHT,
                boxstyle="round,pad=0,rounding_size=0.1",
                **_look(kinds[row]),
            )
        )
        if row:
            axes.annotate(
                "",
                xy=(0, row - _BOX_HEIGHT / 2),
                xytext=(0, row - 1 + _BOX_HEIGHT / 2),
                arrowprops={"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "color": QUIET_COLOUR},
            )
        _write_row(
            axes,
            row,
            (
                layer.layer,
                _caption(layer.type, layer.activation),
                shapes.iloc[row].replace("x", "×"),
                f"{layer.parameters:,}",
            ),
            TEXT_COLOUR,
            TEXT_COLOUR if layer.parameters else QUIET_COLOUR,
        )
    present = [kind for kind in _KINDS if kind in kinds]
    figure.legend(
        [Patch(**_look(kind)) for kind in present], present, loc="outside lower center", ncols=len(present)
    )
    return figure


def _write_row(
    axes: Axes, y: float, texts: tuple[str, str, str, str], colour: str, colour_of_parameters: str
) -> None:
    name, caption, shape, parameters = texts
    axes.text(_NAMES_END, y, name, ha="right", va="center", color=colour)
    axes.text(0, y, caption, ha="center", va="center", color=colour)
    axes.text(_SHAPES_START, y, shape, ha="left", va="center", color=colour)
    axes.text(_PARAMETERS_END, y, parameters, ha="right", va="center", color=colour_of_parameters)


def _look(kind: str) -> dict[str, Any]:
    return {"facecolor": _KINDS[kind][0], "edgecolor": TEXT_COLOUR, "linewidth": 0.8}


def _kind(layer_type: str) -> str:
    return next(kind for kind, (_, words) in _KINDS.items() if any(word in layer_type for word in words))


def _caption(layer_type: str, activation: str | float) -> str:
    shown = isinstance(activation, str) and activation not in ("", "linear")
    name = "Input" if layer_type == "InputLayer" else layer_type
    return f"{name}, {activation}" if shown else name


def _n_values(output_shape: str) -> int:
    return math.prod(int(size) for size in re.findall(r"\d+", output_shape))


def _box_widths(n_values: list[int]) -> list[float]:
    """Map the logarithm of the number of values onto the widths of boxes, in inches."""
    logarithms = [math.log(n) for n in n_values]
    low, high = min(logarithms), max(logarithms)
    span = (high - low) or 1.0
    return [_NARROWEST + (_WIDEST - _NARROWEST) * (value - low) / span for value in logarithms]
