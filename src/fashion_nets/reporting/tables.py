"""Numbers and tables as a page shows them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

INTERVAL = re.compile(r"(.+)_(low|high)")
MEAN, DEVIATION = "_mean", "_std"
SIGNIFICANT = 4  # digits of a number that is not whole

LABELS: dict[str, str] = {
    "multiplications": "multiplications per image",
    "mb": "size (MB)",
    "ms_per_image": "time of an image (ms)",
    "training_memory_mb": "training memory (MB)",
    "training_seconds": "training (s)",
    "seconds": "time (s)",
    "seconds_per_epoch": "time of an epoch (s)",
    "val_mse": "validation MSE",
    "test_mse": "test MSE",
    "test_psnr": "test PSNR (dB)",
    "test_binary_crossentropy": "test binary cross-entropy",
    "val_binary_crossentropy": "validation binary cross-entropy",
    "test_cross_entropy": "test cross-entropy",
    "val_cross_entropy": "validation cross-entropy",
}
"""Names of columns and numbers in words and with units, where these are not the name without underscores."""
OF_CLASSES = re.compile(r"(.*?\b(?:images_per_class|rare_classes))\.(.*)", re.DOTALL)
"""What is counted by class: the names of classes are those of the data, and stay as they are."""


class Cell(NamedTuple):
    """A cell of a table.

    Attributes:
        text: What is shown.
        value: By what it is sorted.
        is_number: Whether that is a number.
    """

    text: str
    value: Any
    is_number: bool


class Table(NamedTuple):
    """A table to show.

    Attributes:
        columns: Their heads.
        rows: Cells, the first of each row its head.
        n_hidden: Rows that are left out.
    """

    columns: list[str]
    rows: list[list[Cell]]
    n_hidden: int = 0


def make_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], n_rows: int | None = None) -> Table:
    """Format a table; the ends of an interval stand in one cell with what it is about, as do deviations.

    Args:
        columns: Names as stored.
        rows: Numbers, texts, None.
        n_rows: How many rows there are, with those that are left out; None: no others.
    """
    own = [name for name in columns if not OF_CLASSES.fullmatch(name)]
    intervals = _find_intervals(own)
    deviations = {
        name: other
        for name in own
        if name.endswith(MEAN) and (other := name.removesuffix(MEAN) + DEVIATION) in own
    }
    hidden = {name for ends in intervals.values() for name in ends} | set(deviations.values())
    shown = [name for name in columns if name not in hidden]
    places = {name: place for place, name in enumerate(columns)}

    def cell(name: str, row: Sequence[Any]) -> Cell:
        made = make_cell(row[places[name]])
        if name in deviations and (deviation := make_cell(row[places[deviations[name]]]).text):
            return made._replace(text=f"{made.text} ± {deviation}")
        ends = [make_cell(row[places[end]]).text for end in intervals.get(name, ())]
        return made._replace(text=f"{made.text} ({ends[0]} to {ends[1]})") if all(ends) and ends else made

    return Table(
        [label_of(name) for name in shown],
        [[cell(name, row) for name in shown] for row in rows],
        (n_rows or len(rows)) - len(rows),
    )


def make_numbers(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names in words and values as texts; what is missing is left out."""
    known = {name: value for name, value in values.items() if value is not None}
    table = make_table(list(known), [list(known.values())])
    return [(name, cell.text) for name, cell in zip(table.columns, table.rows[0], strict=True)]


def make_cell(value: Any) -> Cell:
    """Format one value: ``"1,234"``, ``"0.8921"``, ``"yes"``; nothing for None."""
    if value is None:
        return Cell("", "", False)
    if isinstance(value, bool):
        return Cell("yes" if value else "no", str(value), False)
    if isinstance(value, int):
        return Cell(f"{value:,}", value, True)
    if isinstance(value, float):
        return Cell(_format_float(value), value, True)
    return Cell(str(value), str(value), False)


def label_of(name: str) -> str:
    """The name of a column or a number in words, but for names of classes, which stay as they are."""
    if match := OF_CLASSES.fullmatch(name):
        return f"{match[1].replace('_', ' ').replace('.', ', ')}: {match[2]}"
    own = name.rpartition(".")[2] if name not in LABELS else name
    words = LABELS.get(own) or _in_words(own)
    group = name.removesuffix(own).strip(".").replace("_", " ").replace(".", ", ")
    return f"{group}: {words}" if group else words


def _in_words(name: str) -> str:
    """``n_images`` are images, and of a mean that is one the name of what it is of says enough."""
    base = name.removesuffix(MEAN).removeprefix("n_")
    return LABELS.get(base) or re.sub(r"\bval\b", "validation", base.replace("_", " "))


def _format_float(value: float) -> str:
    if value.is_integer() or abs(value) >= 10**SIGNIFICANT:
        return f"{value:,.0f}"
    return f"{value:.{SIGNIFICANT}g}"


def _find_intervals(columns: Sequence[str]) -> dict[str, tuple[str, str]]:
    about = (match[1] for name in columns if (match := INTERVAL.fullmatch(name)))
    return {
        name: (f"{name}_low", f"{name}_high")
        for name in about
        if {name, f"{name}_low", f"{name}_high"} <= set(columns)
    }
