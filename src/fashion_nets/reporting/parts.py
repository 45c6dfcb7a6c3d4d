"""The parts of which a page is made: figures, tables and numbers as JSON holds them."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Required

import pandas as pd
from pydantic import AfterValidator, ConfigDict, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from fashion_nets.picture import Picture
from fashion_nets.reporting.pictures import StoredImage, embed

Kind = Literal["network", "experiment", "data"]
"""What a part is about."""

FORMAT = 1
"""Of a part; one of another format counts as none. Count up with what is in an :class:`Item` or a picture."""
MOST_ROWS = 1000
"""Of a table in a part: longer ones are cut, and say so."""


STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
FIELDS = {
    "figures": {"images"},
    "table": {"columns", "rows", "n_rows"},
    "numbers": {"values"},
    "file": set(),
    "missing": set(),
}
"""What an item has beside its name and its type, by its type."""
Value = str | bool | int | float | None


@with_config(STRICT)
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

    dataset: Required[str]
    type: Required[Literal["figures", "table", "numbers", "file", "missing"]]
    images: list[StoredImage]
    columns: list[str]
    rows: list[list[Value]]
    n_rows: int
    values: dict[str, Value]


def _check_item(item: Item) -> Item:
    if set(item) - {"dataset", "type"} != FIELDS[item["type"]]:
        raise ValueError(f"{item['type']} should have {FIELDS[item['type']]} alone")
    if item["type"] == "table" and {len(row) for row in item["rows"]} - {len(item["columns"])}:
        raise ValueError("each row should have a cell for each column")
    if item["type"] == "table" and item["n_rows"] < len(item["rows"]):
        raise ValueError("n_rows should count all rows")
    return item


def _check_items(items: list[Item]) -> list[Item]:
    if len({item["dataset"] for item in items}) < len(items):
        raise ValueError("each dataset should be there once")
    return items


@with_config(STRICT)
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
    items: Annotated[list[Annotated[Item, AfterValidator(_check_item)]], AfterValidator(_check_items)]


_PARTS = TypeAdapter(Part)


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


def read_part(found: Any, name: str, kind: Kind) -> Part | None:
    """What a file holds as a part, looked at as a whole.

    Args:
        found: What is in the file.
        name: Of the network or the experiment.
        kind: What it should be about.

    Returns:
        None, if anything of it is not as this version makes it.
    """
    try:
        part = _PARTS.validate_python(found)
    except ValidationError:
        return None
    return part if (part["format"], part["name"], part["kind"]) == (FORMAT, name, kind) else None


def is_empty(part: Part) -> bool:
    """Whether there is nothing to show."""
    return not any(map(has_content, part["items"]))


def has_content(item: Item) -> bool:
    """Whether there is something to show of a dataset: it is stored, and of figures there is one."""
    return item["type"] != "missing" and item.get("images") != []


def answer_of(part: Part) -> str:
    """What an experiment has found: the sentence of its verdict, or else the title of its first figure."""
    found = [item.get("values", {}).get("sentence") for item in part["items"]]
    sentences = [sentence for sentence in found if isinstance(sentence, str)]
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
