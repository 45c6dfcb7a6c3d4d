"""The tables of all networks, each row with the state of the numbers in it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from fashion_nets.reporting.captions import caption_of
from fashion_nets.reporting.facts import UNKNOWN, RunFacts, is_changed, made_as_shown
from fashion_nets.reporting.tables import Cell, Table, make_cell, make_table

NUMBERS_OF = {"comparison": "metrics", "codings_comparison": "coding_scores"}
"""What each table takes of every network."""
WHO = ("network", "architecture")
FOLDED = {
    *("multiplications", "training_memory_mb", "epochs"),
    *("silhouette", "pca_silhouette", "explained_variance", "pca_explained_variance"),
}
"""Columns that open at a click: with them a table is wider than a screen."""


class Comparison(NamedTuple):
    """A table of networks, ready for the template.

    Attributes:
        heading: What it is about.
        mark: What is wrong with it; "" if nothing is.
        command: What mends that.
        table: What the networks reach, with the state of each row.
        further: Further columns, in a table that opens at a click, if there are any.
    """

    heading: str
    mark: str
    command: str
    table: Table
    further: Table | None


def show_comparisons(tables: Mapping[str, pd.DataFrame | None], facts: RunFacts) -> Iterable[Comparison]:
    """Classifiers, autoencoders and codings, each in a table with what all of its rows could have.

    Args:
        tables: By their names in the catalog, those of :data:`NUMBERS_OF`, with a column ``network``; None is
            not stored.
        facts: Of what is stored.
    """
    for name, table in tables.items():
        if table is None or table.empty:
            continue
        if name != "comparison":
            yield _show(name, caption_of(name).heading, table, facts)
            continue
        measured = table.get("test_accuracy", pd.Series(index=table.index, dtype=float)).notna()
        for kind, rows in (("Classifiers", table[measured]), ("Autoencoders", table[~measured])):
            if len(rows):
                yield _show(name, kind, rows, facts)


def _show(name: str, heading: str, table: pd.DataFrame, facts: RunFacts) -> Comparison:
    table = table.dropna(axis="columns", how="all")
    columns = [str(column) for column in table.columns]
    measured = [
        column
        for start in ("test_accuracy", "test_mse", "test_", "val_")
        for column in columns
        if column.startswith(start)
    ]
    who = [column for column in columns if column in WHO]
    folded = [column for column in columns if column in FOLDED]
    others = [column for column in columns if column not in (*who, *measured, *folded)]
    shown = _make_table(table, list(dict.fromkeys([*who, *measured, *others])))
    whole = facts.datasets.get(name, UNKNOWN)
    states = [_cells_of_state(f"{row[0].text}.{NUMBERS_OF[name]}", name, facts) for row in shown.rows]
    replaced = sorted(dataset.rpartition(".")[0] for dataset in whole.replaced)
    return Comparison(
        heading,
        f"Of {', '.join(replaced)} there is something else by now. To renew it:" if replaced else "",
        whole.command,
        shown._replace(
            columns=[*shown.columns, "made", "state"],
            rows=[[*row, *cells] for row, cells in zip(shown.rows, states, strict=True)],
        ),
        _make_table(table, [*who, *folded]) if folded else None,
    )


def _make_table(table: pd.DataFrame, columns: Sequence[str]) -> Table:
    cells = table[columns].astype(object).where(table[columns].notna(), None)
    return make_table(columns, cells.to_dict("split")["data"])  # with values of Python's own types


def _cells_of_state(dataset: str, name: str, facts: RunFacts) -> tuple[Cell, Cell]:
    """When the numbers of a row were made, and how they stand, as the table has them."""
    known, whole = facts.datasets.get(dataset, UNKNOWN), facts.datasets.get(name, UNKNOWN)
    made, state = made_as_shown(known, whole), known.state
    if dataset in whole.replaced or is_changed(name, whole):
        state = "stale"
    elif state == "current" and whole.state == "unknown":
        state = "unknown"
    return make_cell(f"{made.astimezone():%Y-%m-%d %H:%M}" if made else None), make_cell(state)
