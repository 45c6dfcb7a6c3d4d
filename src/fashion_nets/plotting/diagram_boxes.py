"""The boxes of a network's diagram: layers, and blocks of layers that are drawn as one."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

import pandas as pd

BOX_HEIGHT = 0.58
"""Of a box of one line, in rows."""
LINE_HEIGHT = 0.3
"""Of each further line in a box, in rows."""
LAYER_HEIGHT = 0.62
"""Of a layer of a branch with what is above it, in rows."""

_CHARACTERS_PER_LINE = 52
_ARROW = " → "

# Layers of a block have names that begin alike: stage_2_unit_1_layer_1_convolution, stem_1_pooling.
_IN_BLOCK = re.compile(r"(?P<stage>stage_\d+_(?:unit|module)_|stem_)(?P<block>[0-9a-z]+)_(?P<place>.+)")
_BRANCH = re.compile(r"(branch_\d+|skip)_?")
_TEXTS = ("activation", "settings", "takes", "shares")


class Box(NamedTuple):
    """A box of the diagram: a layer, or a block of layers, or several blocks that are alike.

    Attributes:
        name: What stands to its left.
        layer_type: Its Keras class, or ``Block``.
        lines: What stands in it, below its branches.
        output_shape: Of one image.
        parameters: What stands on its right.
        layers: The names of the layers in it.
        takes: The names of the layers outside it whose outputs it takes.
        branches: For each branch of a module the layers in it, which stand side by side.
        skips: Whether what goes in is added to what its other layers make of it.
        stage: How the names of like blocks begin; empty for a layer.
    """

    name: str
    layer_type: str
    lines: tuple[str, ...]
    output_shape: str
    parameters: str
    layers: frozenset[str]
    takes: frozenset[str]
    branches: tuple[tuple[str, ...], ...] = ()
    skips: bool = False
    stage: str = ""

    @property
    def height(self) -> float:
        """Of its box, in rows."""
        longest = max((len(branch) for branch in self.branches), default=0)
        return BOX_HEIGHT + LINE_HEIGHT * (len(self.lines) - 1) + longest * LAYER_HEIGHT


def make_boxes(layers: pd.DataFrame) -> list[Box]:
    """The boxes of a network, each behind those that it takes from.

    Args:
        layers: As for :func:`fashion_nets.plotting.diagram.plot_diagram`.
    """
    filled = layers.assign(
        **{text: layers[text].astype(object).where(layers[text].notna(), "") for text in _TEXTS}
    )  # a file has no empty text
    return list(_merge_repetitions(_list_boxes(filled)))


def block_of(layer: str) -> tuple[str, str] | None:
    """The stage and the number or letter of the block that a layer's name puts it into, if it does."""
    match = _IN_BLOCK.fullmatch(layer)
    return match and (match["stage"], match["block"])


def _list_boxes(layers: pd.DataFrame) -> Iterator[Box]:
    """A box for each layer that is in no block, and for each block."""
    for block, group in groupby(layers.itertuples(), key=lambda layer: block_of(layer.layer)):
        members = list(group)
        if block is None or len(members) == 1:
            yield from map(_make_box, members)
        else:
            yield _make_block(members, *block)


def _make_box(layer: Any) -> Box:
    shared = [f"shares the weights of {layer.shares}"] if layer.shares else []
    own = frozenset([layer.layer])
    return Box(
        name=layer.layer,
        layer_type=layer.type,
        lines=(_caption(layer), *shared),
        output_shape=str(layer.output_shape),
        parameters=f"{layer.parameters:,}",
        layers=own,
        takes=frozenset(layer.takes.split()) - own,
    )


def _make_block(layers: list[Any], stage: str, number: str) -> Box:
    own = frozenset(layer.layer for layer in layers)
    is_identity = any(frozenset(layer.takes.split()) - own for layer in layers if _joins(layer.type))
    branches = _find_branches(layers)
    end = branches.pop("end", [])
    if is_identity:
        branches["skip"] = ["as it is"]
    are_beside = all(name.startswith("branch") for name in branches)
    return Box(
        name=f"{stage}{number}",
        layer_type="Block",
        lines=tuple(_write_lines({} if are_beside else branches, end)),
        output_shape=str(layers[-1].output_shape),
        parameters=f"{sum(layer.parameters for layer in layers):,}",
        layers=own,
        takes=frozenset(name for layer in layers for name in layer.takes.split()) - own,
        branches=tuple(map(tuple, branches.values())) if are_beside else (),
        skips="skip" in branches,
        stage=stage,
    )


def _find_branches(layers: list[Any]) -> dict[str, list[str]]:
    """The layers of each branch by number, of the main one and of the skip, and what joins them."""
    branches: dict[str, list[str]] = {}
    for layer in layers:
        place = _IN_BLOCK.sub(r"\g<place>", layer.layer)
        branch = _BRANCH.match(place)
        key = branch[1] if branch else "end" if _joins(layer.type) or "end" in branches else "main"
        _append_caption(branches.setdefault(key, []), layer)
    return {key: branches[key] for key in sorted(branches)}


def _write_lines(branches: dict[str, list[str]], end: list[str]) -> Iterator[str]:
    """A line for each branch, wrapped where it is long; what joins the branches comes last."""
    for key, captions in branches.items():
        yield from _wrap("" if key == "main" else f"{key.replace('_', ' ')}: ", captions)
    if end:
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
        captions.append(_shorten(_caption(layer)))


def _shorten(caption: str) -> str:
    """The caption of a layer with less room: ``Conv2D 3×3/2 same, relu``."""
    shorter = re.sub(r", stride (\d+)", r"/\1", caption.replace(" × ", "×"))
    return re.sub(r", (same|valid)", r" \1", re.sub(r", (\d+×\d+)", r" \1", shorter))


def _wrap(label: str, captions: list[str]) -> Iterator[str]:
    line = label + captions[0]
    for caption in captions[1:]:
        if len(line) + len(_ARROW) + len(caption) > _CHARACTERS_PER_LINE:
            yield line + _ARROW.rstrip()
            line = caption
        else:
            line += _ARROW + caption
    yield line


def _merge_repetitions(boxes: Iterator[Box]) -> Iterator[Box]:
    """One box for like blocks of a stage that follow each other."""

    def looks_of(box: Box) -> Any:
        return box._replace(name="", layers=frozenset(), takes=frozenset()) if box.stage else box

    for _, alike in groupby(boxes, key=looks_of):
        first, *others = alike
        if not others:
            yield first
            continue
        last = others[-1].name.removeprefix(first.stage)
        yield first._replace(
            name=f"{first.name} to {last}",
            parameters=f"{len(others) + 1} × {first.parameters}",
            layers=first.layers.union(*(box.layers for box in others)),
        )


def _caption(layer: Any) -> str:
    name = "Input" if layer.type == "InputLayer" else layer.type
    activation = "" if layer.activation == "linear" else layer.activation
    return ", ".join(filter(None, (name, layer.settings, activation)))
