"""A network drawn as a diagram."""

import math
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Patch

from fashion_nets.plotting.style import QUIET_COLOUR, TEXT_COLOUR, display_name, new_figure, styled

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
_NAMES_END, _SHAPES_START, _PARAMETERS_END = -2.5, 2.5, 5.4
_INCHES_PER_CHARACTER = 0.09
_ROW_INCHES = 0.62
_BOX_HEIGHT = 0.58  # of a row
_LINE_HEIGHT = 0.3  # of a row, for each further line in a box
_NARROWEST, _WIDEST = 2.6, 4.6  # inches
_CHARACTERS_PER_LINE = 52
_LEGEND_COLUMNS = 8

# Layers of a block have names that begin alike: stage_2_unit_1_layer_1_convolution, stem_1_pooling.
_IN_BLOCK = re.compile(r"(?P<stage>stage_\d+_(?:unit|module)_|stem_)(?P<block>[0-9a-z]+)_(?P<place>.+)")
_BRANCH = re.compile(r"(branch_\d+|skip)_?")
_ARROW = " → "


class _Row(NamedTuple):
    """A box of the diagram: a layer, or a block of layers, or several blocks that are alike.

    Attributes:
        name: What stands to its left.
        layer_type: Its Keras class, or ``Block``.
        lines: What stands in it.
        output_shape: Of one image.
        parameters: What stands on its right.
        stage: How the names of like blocks begin; empty for a layer.
    """

    name: str
    layer_type: str
    lines: tuple[str, ...]
    output_shape: str
    parameters: str
    stage: str = ""

    @property
    def height(self) -> float:
        """Of its box, in rows."""
        return _BOX_HEIGHT + _LINE_HEIGHT * (len(self.lines) - 1)


@styled
def plot_diagram(layers: pd.DataFrame, network: str) -> Figure:
    """Draw a network from its input, on top, to its output, with shapes and numbers of parameters.

    The colour of a box tells the kind of layer, its width how many values the layer puts out, on a
    logarithmic scale: the waist of an autoencoder shows. Layers of one unit or module, known by how their
    names begin, share a box with a line for each branch, and like units that follow each other share one
    too, so that a network of hundreds of layers has a page.

    Args:
        layers: A row per layer, in order: ``layer`` (its name), ``type`` (its Keras class),
            ``output_shape`` of one image such as ``"28 x 28 x 64"``, ``parameters``, ``trainable`` (how many
            of them are trained), ``activation`` (empty where there is none).
        network: Its namespace, such as ``"cnn"``.
    """
    total, trainable = layers["parameters"].sum(), layers["trainable"].sum()
    fixed = f", {total - trainable:,} of them not trainable," if trainable < total else ""
    n_layers = int((layers["type"] != "InputLayer").sum())
    rows = list(_merge_repetitions(_make_rows(layers)))
    gap = 1 - _BOX_HEIGHT
    tops = [gap / 2 + sum(row.height + gap for row in rows[:number]) for number in range(len(rows))]
    bottom = tops[-1] + rows[-1].height + gap / 2
    left = _NAMES_END - _INCHES_PER_CHARACTER * max(12, *(len(row.name) for row in rows))
    figure = new_figure(
        f"{display_name(network)}: {total:,} parameters{fixed} in {n_layers} layers",
        width=_PARAMETERS_END - left + 0.3,
        height=(bottom + 1) * _ROW_INCHES + 0.9,
    )
    axes = figure.subplots()
    axes.set(xlim=(left, _PARAMETERS_END), ylim=(bottom, -0.5))
    axes.axis("off")
    headings = ("layer", "type and activation", "output of one image", "parameters")
    _place_texts(axes, -0.25, headings, QUIET_COLOUR, QUIET_COLOUR)

    widths = _box_widths([_n_values(row.output_shape) for row in rows])
    for row, top, width in zip(rows, tops, widths, strict=True):
        _draw_box(axes, row, top, width)
    for top in tops[1:]:
        _draw_arrow(axes, top - gap, top)
    _add_legend(figure, {_kind(row.layer_type) for row in rows})
    return figure


def _draw_box(axes: Axes, row: _Row, top: float, width: float) -> None:
    """Draw the box of a row with what stands in it and beside it; a block's is wide enough for its lines."""
    width = max(width, _INCHES_PER_CHARACTER * max(map(len, row.lines))) if row.stage else width
    look = _look(_kind(row.layer_type))
    style = "round,pad=0,rounding_size=0.1"
    axes.add_patch(FancyBboxPatch((-width / 2, top), width, row.height, boxstyle=style, **look))
    texts = (row.name, "\n".join(row.lines), row.output_shape.replace("x", "×"), row.parameters)
    colour_of_parameters = QUIET_COLOUR if row.parameters == "0" else TEXT_COLOUR
    _place_texts(axes, top + row.height / 2, texts, TEXT_COLOUR, colour_of_parameters)


def _draw_arrow(axes: Axes, start: float, end: float) -> None:
    look = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "color": QUIET_COLOUR}
    axes.annotate("", xy=(0, end), xytext=(0, start), arrowprops=look)


def _add_legend(figure: Figure, kinds: set[str]) -> None:
    present = [kind for kind in _KINDS if kind in kinds]
    n_columns = math.ceil(len(present) / math.ceil(len(present) / _LEGEND_COLUMNS))
    patches = [Patch(**_look(kind)) for kind in present]
    figure.legend(patches, present, loc="outside lower center", ncols=n_columns)


def _make_rows(layers: pd.DataFrame) -> Iterator[_Row]:
    """A row for each layer that is in no block, and for each block."""
    for block, group in groupby(layers.itertuples(), key=lambda layer: block_of(layer.layer)):
        members = list(group)
        if block is None or len(members) == 1:
            for layer in members:
                caption = _caption(layer.type, layer.activation)
                shape, parameters = str(layer.output_shape), f"{layer.parameters:,}"
                yield _Row(layer.layer, layer.type, (caption,), shape, parameters)
        else:
            yield _Row(
                name="".join(block),
                layer_type="Block",
                lines=tuple(_describe_block(members)),
                output_shape=str(members[-1].output_shape),
                parameters=f"{sum(layer.parameters for layer in members):,}",
                stage=block[0],
            )


def block_of(layer: str) -> tuple[str, str] | None:
    """The stage and the number or letter of the block that a layer's name puts it into, if it does."""
    match = _IN_BLOCK.fullmatch(layer)
    return match and (match["stage"], match["block"])


def _describe_block(layers: list[Any]) -> Iterator[str]:
    """A line for each branch, wrapped where it is long; what joins the branches comes last."""
    branches: dict[str, list[str]] = {}
    for layer in layers:
        place = _IN_BLOCK.sub(r"\g<place>", layer.layer)
        branch = _BRANCH.match(place)
        key = branch[1] if branch else "end" if _joins(layer.type) or "end" in branches else "main"
        _append_caption(branches.setdefault(key, []), layer)
    end = branches.pop("end", None)
    for key in sorted(branches):  # branches by number, the main one before the skip connection
        yield from _wrap("" if key == "main" else f"{key.replace('_', ' ')}: ", branches[key])
    if end is not None:
        yield from _wrap("", end)


def _joins(layer_type: str) -> bool:
    return layer_type in ("Add", "Concatenate")


def _append_caption(captions: list[str], layer: Any) -> None:
    """Tell a layer; a normalization and an activation go with the layer before them."""
    if layer.type == "BatchNormalization" and captions:
        captions[-1] += " + BN"
    elif layer.type == "Activation":
        captions[-1:] = [f"{captions[-1]}, {layer.activation}"] if captions else [layer.activation]
    else:
        captions.append(_caption(layer.type, layer.activation))


def _wrap(label: str, captions: list[str]) -> Iterator[str]:
    line = label + captions[0]
    for caption in captions[1:]:
        if len(line) + len(_ARROW) + len(caption) > _CHARACTERS_PER_LINE:
            yield line + _ARROW.rstrip()
            line = caption
        else:
            line += _ARROW + caption
    yield line


def _merge_repetitions(rows: Iterator[_Row]) -> Iterator[_Row]:
    """One row for like blocks of a stage that follow each other."""
    for _, alike in groupby(rows, key=lambda row: row._replace(name="") if row.stage else row):
        first, *others = alike
        if not others:
            yield first
            continue
        last = others[-1].name.removeprefix(first.stage)
        yield first._replace(
            name=f"{first.name} to {last}", parameters=f"{len(others) + 1} × {first.parameters}"
        )


def _place_texts(
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
