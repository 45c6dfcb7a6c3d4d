"""A network drawn as a diagram."""

import math
import re
import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Patch, Rectangle

from fashion_nets.networks.names import display_name
from fashion_nets.plotting.diagram_boxes import BOX_HEIGHT, LAYER_HEIGHT, LINE_HEIGHT, Box, make_boxes
from fashion_nets.plotting.style import QUIET_COLOUR, TEXT_COLOUR, new_figure, styled

# Each kind of layer with its colour and the words by which the names of its Keras classes are known.
_KINDS = {
    "input": ("#ffffff", ("Input",)),
    "block of layers": ("#d9ead3", ("Block",)),
    "convolution": ("#a6d3a0", ("Conv",)),
    "pooling": ("#f6c98f", ("Pool", "UpSampling")),
    "regularization": ("#e3c1e3", ("Dropout", "Noise")),
    "normalization": ("#b9e0dc", ("Normalization",)),
    "dense": ("#a9c8ea", ("Dense",)),
    "recurrent": ("#cfc4ee", ("RNN", "LSTM", "GRU")),
    "activation": ("#f4b6b0", ("Activation", "LU", "Softmax")),
    "shape": ("#e3e3e3", ("Flatten", "Reshape", "Repeat", "Padding", "Cropping")),
    "other": ("#fbf3b9", ("",)),
}
# Columns of the diagram, in inches from the middle of the boxes.
_NAMES_END, _SHAPES_START, _PARAMETERS_END = -2.6, 2.6, 5.5
_ASIDE = 2.48  # where an arrow passes boxes
_BESIDE = 0.1  # a box: where an arrow passes it
_BETWEEN = 0.15  # boxes side by side
_INCHES_PER_CHARACTER = 0.09
_ROW_INCHES = 0.62
_SMALL, _SMALL_CHARACTERS_PER_INCH = 7.0, 15.5  # points, for the layers of branches
_ABOVE = 0.14  # a layer of a branch, in rows
_GAP = 1 - BOX_HEIGHT  # between rows
_NARROWEST, _WIDEST = 2.6, 4.6  # inches
_LEGEND_COLUMNS = 8


class _Placed(NamedTuple):
    """A box with its place.

    Attributes:
        box: What stands in it.
        row: Its row, counted from the input.
        x: Its middle, in inches.
        top: Its upper edge, in rows.
        width: In inches.
        height: In rows.
        is_alone: Whether no other box is beside it.
    """

    box: Box
    row: int
    x: float
    top: float
    width: float
    height: float
    is_alone: bool

    @property
    def bottom(self) -> float:
        """Its lower edge, in rows."""
        return self.top + self.height


@styled
def plot_diagram(layers: pd.DataFrame, network: str) -> Figure:
    """Draw a network from its input, on top, to its output, with shapes and numbers of parameters.

    Arrows are the connections that there are: layers that take the same input stand side by side, and an
    arrow passes aside where one skips layers. The colour of a box tells the kind of layer, its width how many
    values the layer puts out, on a logarithmic scale: the waist of an autoencoder shows. Layers of one unit
    or module, known by how their names begin, share a box with a line for each branch, and like units that
    follow each other share one too, so that a network of hundreds of layers has a page.

    Args:
        layers: A row per layer, in order: ``layer`` (its name), ``type`` (its Keras class), ``settings``
            (such as ``"3 × 3, stride 2, same"``), ``takes`` (the layers whose outputs it takes, with spaces
            between), ``shares`` (the layer whose weights it shares, if it does), ``depth`` (how many layers
            with weights there are up to it, along the longest path), ``output_shape`` of one image such as
            ``"28 x 28 x 64"``, ``parameters``, ``trainable`` (how many of them are trained), ``activation``
            (empty where there is none).
        network: Its namespace, such as ``"cnn"``.
    """
    boxes = make_boxes(layers)
    places = _place_boxes(boxes)
    bottom = max(place.bottom for place in places) + _GAP / 2
    left = _NAMES_END - _INCHES_PER_CHARACTER * max(12, *(len(box.name) for box in boxes))
    figure = new_figure(
        f"{display_name(network)}: {_count(layers)}",
        width=_PARAMETERS_END - left + 0.3,
        height=(bottom + 1) * _ROW_INCHES + 0.9,
    )
    axes = figure.subplots()
    axes.set(xlim=(left, _PARAMETERS_END), ylim=(bottom, -0.5))
    axes.axis("off")
    headings = (
        (_NAMES_END, "layer", "right"),
        (0, "type, kernel/stride, padding, activation", "center"),
        (_SHAPES_START, "output of one image", "left"),
        (_PARAMETERS_END, "parameters", "right"),
    )
    for x, heading, alignment in headings:
        axes.text(x, -0.25, heading, ha=alignment, va="center", color=QUIET_COLOUR)
    for place in places:
        _draw_box(axes, place)
    for row in range(places[-1].row + 1):
        _name_row(axes, [place for place in places if place.row == row])
    _draw_arrows(axes, places)
    _add_legend(figure, {_kind(box.layer_type) for box in boxes})
    return figure


def _count(layers: pd.DataFrame) -> str:
    """How many parameters there are in how many layers, as the literature counts them."""
    total, trainable, depth = layers["parameters"].sum(), layers["trainable"].sum(), layers["depth"].max()
    fixed = f", {total - trainable:,} of them not trainable," if trainable < total else ""
    return f"{total:,} parameters{fixed} in {depth} {'layer' if depth == 1 else 'layers'} with weights"


def _place_boxes(boxes: Sequence[Box]) -> list[_Placed]:
    """Give each box a place: below all that it takes from, beside those at the same depth."""
    rows = _rows_of(boxes)
    widths = _box_widths([_n_values(box.output_shape) for box in boxes])
    places, top = [], _GAP / 2
    for row in range(max(rows) + 1):
        members = [number for number, its_row in enumerate(rows) if its_row == row]
        height = max(_height_of(boxes[number], len(members)) for number in members)
        share = (_WIDEST - _BETWEEN * (len(members) - 1)) / len(members)
        for position, number in enumerate(members):
            box, width = boxes[number], min(widths[number], share)
            if box.branches:
                width = _WIDEST
            elif box.stage or len(members) == 1:
                width = max(width, _INCHES_PER_CHARACTER * max(map(len, box.lines)))
            x = (position - (len(members) - 1) / 2) * (share + _BETWEEN)
            places.append(_Placed(box, row, x, top, width, height, len(members) == 1))
        top += height + _GAP
    return places


def _rows_of(boxes: Sequence[Box]) -> list[int]:
    """The row of each box, such that boxes side by side take nothing from each other."""
    rows: list[int] = []
    for number, box in enumerate(boxes):
        if number == 0:
            rows.append(0)
            continue
        takes_from_row = any(
            box.takes & boxes[other].layers for other in range(number) if rows[other] == rows[-1]
        )
        starts_anew = not box.takes or takes_from_row
        rows.append(rows[-1] + 1 if starts_anew else rows[-1])
    return rows


def _height_of(box: Box, n_beside: int) -> float:
    """Of a box, in rows; beside others it holds its name too."""
    return box.height + (LINE_HEIGHT if n_beside > 1 else 0)


def _draw_box(axes: Axes, place: _Placed) -> None:
    """Draw a box with what stands in it."""
    left = place.x - place.width / 2
    style = "round,pad=0,rounding_size=0.1"
    look = _look(_kind(place.box.layer_type))
    axes.add_patch(FancyBboxPatch((left, place.top), place.width, place.height, boxstyle=style, **look))
    lines = place.box.lines if place.is_alone else (place.box.name, *place.box.lines)
    branches = LAYER_HEIGHT * max(map(len, place.box.branches), default=0)
    middle = place.top + branches + (place.height - branches) / 2
    axes.text(place.x, middle, "\n".join(lines), ha="center", va="center", color=TEXT_COLOUR)
    for number, branch in enumerate(place.box.branches):
        step = place.width / len(place.box.branches)
        _draw_branch(axes, branch, left + (number + 0.5) * step, place.top, step - _BESIDE, branches)


def _draw_branch(
    axes: Axes, branch: Sequence[str], x: float, top: float, width: float, height: float
) -> None:
    """Draw the layers of a branch below each other, from the upper edge of its module to what joins it."""
    above = top
    for number, caption in enumerate(branch):
        upper = top + number * LAYER_HEIGHT + _ABOVE
        lower = upper + LAYER_HEIGHT - _ABOVE
        look: dict[str, Any] = {"facecolor": "white", "edgecolor": QUIET_COLOUR, "linewidth": 0.6}
        axes.add_patch(Rectangle((x - width / 2, upper), width, lower - upper, **look))
        text = textwrap.fill(caption, int(width * _SMALL_CHARACTERS_PER_INCH))
        axes.text(x, (upper + lower) / 2, text, ha="center", va="center", fontsize=_SMALL, color=TEXT_COLOUR)
        _draw_arrow(axes, [(x, above), (x, upper)])
        above = lower
    _draw_arrow(axes, [(x, above), (x, top + height + _ABOVE)])


def _name_row(axes: Axes, places: Sequence[_Placed]) -> None:
    """Write names, shapes and parameters beside the boxes of a row, a line for each box."""
    boxes = [place.box for place in places]
    middle = places[0].top + places[0].height / 2
    columns = (
        (_NAMES_END, [box.name for box in boxes], "right"),
        (_SHAPES_START, [box.output_shape.replace("x", "×") for box in boxes], "left"),
        (_PARAMETERS_END, [box.parameters for box in boxes], "right"),
    )
    for x, lines, alignment in columns:
        colour = QUIET_COLOUR if set(lines) == {"0"} and x == _PARAMETERS_END else TEXT_COLOUR
        axes.text(x, middle, "\n".join(lines), ha=alignment, va="center", color=colour)


def _draw_arrows(axes: Axes, places: Sequence[_Placed]) -> None:
    """Draw what goes from box to box, and what skips the layers within one."""
    for end in places:
        for start in places:
            if start is not end and end.box.takes & start.box.layers:
                if end.row == start.row + 1:
                    _draw_arrow(axes, [(start.x, start.bottom), (end.x, end.top)])
                else:
                    _draw_arrow(axes, _way_around(start, end))
        if end.box.skips:
            beside, above = end.x + end.width / 2 + _BESIDE, end.top - _GAP / 2
            last_line = end.bottom - BOX_HEIGHT / 2
            edge = (end.x + end.width / 2, last_line)
            _draw_arrow(axes, [(end.x, above), (beside, above), (beside, last_line), edge])


def _way_around(start: _Placed, end: _Placed) -> list[tuple[float, float]]:
    """From the right edge of a box past those between to that of another one."""
    heights = [place.top + place.height / 2 for place in (start, end)]
    edges = [place.x + place.width / 2 for place in (start, end)]
    return [(edges[0], heights[0]), (_ASIDE, heights[0]), (_ASIDE, heights[1]), (edges[1], heights[1])]


def _draw_arrow(axes: Axes, corners: Sequence[tuple[float, float]]) -> None:
    """Draw a line through the corners whose last part is an arrow."""
    *_, before, end = corners
    if len(corners) > 2:
        axes.plot(*zip(*corners[:-1], strict=True), color=QUIET_COLOUR, linewidth=1, solid_joinstyle="miter")
    look = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "color": QUIET_COLOUR}
    axes.annotate("", xy=end, xytext=before, arrowprops=look)


def _add_legend(figure: Figure, kinds: set[str]) -> None:
    present = [kind for kind in _KINDS if kind in kinds]
    n_columns = math.ceil(len(present) / math.ceil(len(present) / _LEGEND_COLUMNS))
    patches = [Patch(**_look(kind)) for kind in present]
    figure.legend(patches, present, loc="outside lower center", ncols=n_columns)


def _look(kind: str) -> dict[str, Any]:
    return {"facecolor": _KINDS[kind][0], "edgecolor": TEXT_COLOUR, "linewidth": 0.8}


def _kind(layer_type: str) -> str:
    return next(kind for kind, (_, words) in _KINDS.items() if any(word in layer_type for word in words))


def _n_values(output_shape: str) -> int:
    return math.prod(int(size) for size in re.findall(r"\d+", output_shape))


def _box_widths(n_values: list[int]) -> list[float]:
    """Map the logarithm of the number of values onto the widths of boxes, in inches."""
    logarithms = [math.log(n) for n in n_values]
    low, high = min(logarithms), max(logarithms)
    span = (high - low) or 1.0
    return [_NARROWEST + (_WIDEST - _NARROWEST) * (value - low) / span for value in logarithms]
