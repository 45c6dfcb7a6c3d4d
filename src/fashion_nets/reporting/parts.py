"""The parts of which a page is made: figures, tables and numbers as JSON holds them."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypedDict, TypeGuard

import pandas as pd

from fashion_nets.picture import Picture
from fashion_nets.reporting.pictures import StoredImage, embed

Kind = Literal["network", "experiment", "data"]
"""What a part is about."""

FORMAT = 1
"""Of a part; one of another format counts as none. Count up with what is in an :class:`Item` or a picture."""
MOST_ROWS = 1000
"""Of a table in a part: longer ones are cut, and say so."""


class Item(TypedDict, total=False):
    """One dataset in a part.

    Attributes:
        dataset: Its name in the catalog.
        type: What is shown of it; ``missing`` was not stored, of a ``file`` there is a link.
        images: Of figures.
        columns: Of a table.
        rows: Of a table: numbers, texts, None.
        n_rows: Of a table, with those that are left out.
        values: Of numbers, by name; there may be texts among them.
    """

    dataset: str
    type: Literal["figures", "table", "numbers", "file", "missing"]
    images: list[StoredImage]
    columns: list[str]
    rows: list[list[Any]]
    n_rows: int
    values: dict[str, Any]


class Part(TypedDict):
    """What a page shows of a network, of an experiment or of the data.

    Attributes:
        format: Of what is in it.
        name: Of the network or the experiment.
        kind: What it is about.
        items: In the order in which they are shown.
    """

    format: int
    name: str
    kind: Kind
    items: list[Item]


def make_part(name: str, kind: Kind, contents: Mapping[str, Any]) -> Part:
    """Turn what is stored into a part.

    Args:
        name: Of the network or the experiment.
        kind: What it is about.
        contents: By the names of the datasets, in the order in which they are shown: pictures, mappings of
            these, tables, numbers by name, or the text of a file. None is not stored.

    Returns:
        Plain values that JSON holds. Pictures are in it, so that it needs no other file.
    """
    items = [_make_item(dataset, value) for dataset, value in contents.items()]
    return Part(format=FORMAT, name=name, kind=kind, items=items)


def is_empty(part: Part | None) -> bool:
    """Whether there is nothing to show, also as it is no part of this version."""
    return not is_part(part) or not any(map(has_content, part["items"]))


def is_part(found: Any) -> TypeGuard[Part]:
    """Whether what a file holds is a part as this version makes it."""
    return isinstance(found, Mapping) and Part.__required_keys__ <= set(found) and found["format"] == FORMAT


def has_content(item: Item) -> bool:
    """Whether there is something to show of a dataset: it is stored, and of figures there is one."""
    return item["type"] != "missing" and item.get("images") != []


def answer_of(part: Part) -> str:
    """What an experiment has found: the sentence of its verdict, or else the title of its first figure."""
    sentences = [item.get("values", {}).get("sentence") for item in part["items"]]
    titles = [image["description"] for item in part["items"] for image in item.get("images", [])]
    return next(filter(None, [*sentences, *titles]), "")


def _make_item(dataset: str, value: Any) -> Item:
    match value:
        case Picture():
            return Item(dataset=dataset, type="figures", images=[embed(value)])
        case pd.DataFrame():
            return _make_table(dataset, value)
        case Mapping() if all(isinstance(each, Picture) for each in value.values()):  # there may be none
            return Item(dataset=dataset, type="figures", images=[embed(each) for each in value.values()])
        case Mapping():
            return Item(dataset=dataset, type="numbers", values=dict(_flatten(value)))
        case str():
            return Item(dataset=dataset, type="file")
        case _:
            return Item(dataset=dataset, type="missing")


def _make_table(dataset: str, table: pd.DataFrame) -> Item:
    shown = table.head(MOST_ROWS).astype(object)
    rows = [[_plain(cell) for cell in row] for row in shown.itertuples(index=False, name=None)]
    columns = [str(column) for column in table.columns]
    return Item(dataset=dataset, type="table", columns=columns, rows=rows, n_rows=len(table))


def _plain(cell: Any) -> Any:
    """A cell as JSON holds it: what is missing or not finite is None."""
    if pd.isna(cell) or cell in (float("inf"), float("-inf")):
        return None
    return cell.item() if hasattr(cell, "item") else cell


def _flatten(values: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in values.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{path}.")
        elif isinstance(value, list | tuple):
            yield path, ", ".join(str(each) for each in value)
        else:
            yield path, _plain(value)
