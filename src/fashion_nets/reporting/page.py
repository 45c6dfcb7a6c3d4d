"""The pages: parts joined by a template, with the state of all that is in them."""

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import jinja2
import pandas as pd

from fashion_nets.reporting.captions import UNSEEN, Caption, caption_of, is_folded, own_name
from fashion_nets.reporting.facts import DatasetFacts, RunFacts
from fashion_nets.reporting.parts import Item, Part, answer_of, has_content
from fashion_nets.reporting.pictures import StoredImage
from fashion_nets.reporting.questions import QUESTIONS, Question
from fashion_nets.reporting.tables import Cell, Table, make_cell, make_numbers, make_table

REPORT = "report"
ACRONYMS = {"mlp": "MLP", "cnn": "CNN", "pca": "PCA"}


class ShownItem(NamedTuple):
    """A dataset of a part, ready for the template.

    Attributes:
        id: Of its place in the page.
        caption: What is said of it.
        is_folded: Whether it opens at a click.
        images: Pictures, each with the address of its file.
        table: A table, if it is one.
        numbers: Names and values, if it has such.
        link: The address of its file.
        file: The name of that.
        mark: What is wrong with it; "" if nothing is.
    """

    id: str
    caption: Caption
    is_folded: bool
    images: Sequence[tuple[StoredImage, str]]
    table: Table | None
    numbers: Sequence[tuple[str, str]]
    link: str
    file: str
    mark: str


class ShownPart(NamedTuple):
    """A part, ready for the template.

    Attributes:
        id: Of its place in the page.
        title: What it is about.
        question: That of an experiment.
        answer: What it found.
        standing: When it was made, and whether it is current.
        marks: What is wrong with it, each with the command that mends it.
        parameters: Those that made it, by path.
        items: What it shows.
    """

    id: str
    title: str
    question: Question | None
    answer: str
    standing: str
    marks: Sequence[tuple[str, str]]
    parameters: Sequence[tuple[str, str]]
    items: Sequence[ShownItem]


def render_report(
    facts: RunFacts, data: Part | None, networks: Sequence[Part], tables: Mapping[str, pd.DataFrame | None]
) -> str:
    """Make the page of the data and the networks.

    Args:
        facts: Of the run and of what is stored.
        data: The part of the images.
        networks: The parts of networks, in the order of the page.
        tables: Of all networks, by their names in the catalog, with a column ``network``; None is not stored.

    Returns:
        HTML that needs no other file.
    """
    base = facts.datasets[REPORT].path.parent
    of_data = data["items"] if data else []
    card = next((item["values"] for item in of_data if item["type"] == "numbers"), {})
    return _template("report.html.jinja").render(
        facts=facts,
        started=_format_time(facts.started),
        parts=[_show_part(part, facts, base) for part in ([data] if data else []) + list(networks)],
        data=card,
        tables=list(_show_comparisons(tables, facts)),
        experiments=[(each, _link(each.path, base), _format_time(each.made)) for each in facts.experiments],
    )


def render_experiment(facts: RunFacts, part: Part) -> str:
    """Make the page of one experiment, likewise."""
    path = facts.datasets[f"{part['name']}.{REPORT}"].path
    shown = _show_part(part, facts, path.parent)._replace(title=title_of_page(path))
    return _template("experiment.html.jinja").render(
        facts=facts, started=_format_time(facts.started), part=shown
    )


def title_of_page(path: Path) -> str:
    """What the page of an experiment is called, by its folder."""
    title = _in_words(path.parent.name)
    return f"Study: {title}" if path.parent.parent.name == "studies" else title


@cache
def _template(name: str) -> jinja2.Template:
    """A template that escapes all that is filled in."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("fashion_nets.reporting"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def _show_part(part: Part, facts: RunFacts, base: Path) -> ShownPart:
    name = part["name"]
    shown = [item for item in part["items"] if own_name(item["dataset"]) not in UNSEEN]
    of_items = {
        item["dataset"]: known for item in shown if (known := facts.datasets.get(item["dataset"])) is not None
    }
    model = facts.datasets.get(f"{name}.model")
    question, answer = _question_and_answer(part) if part["kind"] == "experiment" else (None, "")
    return ShownPart(
        id=name,
        title="The images" if part["kind"] == "data" else _in_words(name),
        question=question,
        answer=answer,
        standing=_say_standing(of_items.values(), facts.started),
        marks=[*_say_missing(shown, facts), *_say_stale(of_items)],
        parameters=_list_parameters(model.parameters) if model else [],
        items=[_show_item(item, facts, base) for item in shown if has_content(item)],
    )


def _show_item(item: Item, facts: RunFacts, base: Path) -> ShownItem:
    dataset = item["dataset"]
    known = facts.datasets.get(dataset)
    path = known.path if known else None
    return ShownItem(
        id=dataset.replace(".", "-"),
        caption=caption_of(dataset),
        is_folded=is_folded(dataset),
        images=[
            (image, _link(_file_of(image, path), base) if path else "") for image in item.get("images", [])
        ],
        table=make_table(item["columns"], item["rows"], item["n_rows"]) if item["type"] == "table" else None,
        numbers=make_numbers(item.get("values", {})),
        link=_link(path, base) if path else "",
        file=path.name if path else "",
        mark="Out of date." if known and known.state == "stale" else "",
    )


def _question_and_answer(part: Part) -> tuple[Question | None, str]:
    """Those of an experiment; a study has both in the title of its first figure."""
    question, mark, answer = answer_of(part).partition("? ")
    if not mark:
        question, answer = "", question
    known = QUESTIONS.get(part["name"])
    return known or (Question(f"{question}?", "") if question else None), answer


def _file_of(image: StoredImage, path: Path) -> Path:
    """The file of a picture, which may be one of a folder."""
    return path if path.name == image["file"] else path / image["file"]


def _say_standing(known: Iterable[DatasetFacts], started: datetime) -> str:
    times = [each.made for each in known if each.made]
    if not times:
        return "Nothing says when it was made."
    run = "in this run" if min(times) >= started else "by an earlier run"
    if max(times) >= started > min(times):
        run = "in part by an earlier run"
    state = "Parts of it are out of date." if any(each.state == "stale" for each in known) else "Current."
    return f"Made on {_format_time(max(times))}, {run}. {state}"


def _say_missing(items: Iterable[Item], facts: RunFacts) -> list[tuple[str, str]]:
    headings: dict[str, list[str]] = {}
    for item in items:
        if item["type"] == "missing" and (known := facts.datasets.get(item["dataset"])):
            headings.setdefault(known.command, []).append(caption_of(item["dataset"]).heading)
    return [
        (f"Missing: {', '.join(names).lower()}. To make it:", command) for command, names in headings.items()
    ]


def _say_stale(known: Mapping[str, DatasetFacts]) -> list[tuple[str, str]]:
    names: dict[tuple[str, str], list[str]] = {}
    for dataset, each in known.items():
        if each.state == "stale":
            names.setdefault(("; ".join(each.reasons), each.command), []).append(caption_of(dataset).heading)
    return [
        (f"Out of date: {', '.join(headings).lower()} ({reasons}). To make it again:", command)
        for (reasons, command), headings in names.items()
    ]


def _list_parameters(parameters: Mapping[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in parameters.items():
        if isinstance(value, Mapping):
            found += _list_parameters({f"{name}.{inner}": each for inner, each in value.items()})
        else:
            found.append((name, "none" if value is None else str(value)))
    return found


def _show_comparisons(
    tables: Mapping[str, pd.DataFrame | None], facts: RunFacts
) -> Iterable[tuple[str, Table]]:
    """Classifiers, autoencoders and codings, each in a table with what all of its rows could have."""
    for name, table in tables.items():
        if table is None:
            continue
        if name != "comparison":
            yield caption_of(name).heading, _show_comparison(table, facts)
            continue
        measured = table.get("test_accuracy", pd.Series(index=table.index, dtype=float)).notna()
        for kind, rows in (("Classifiers", table[measured]), ("Autoencoders", table[~measured])):
            if len(rows):
                yield f"{kind}", _show_comparison(rows, facts)


def _show_comparison(table: pd.DataFrame, facts: RunFacts) -> Table:
    table = table.dropna(axis="columns", how="all")
    measured = [
        name
        for part in ("test_accuracy", "test_mse", "test_", "val_")
        for name in table.columns
        if name.startswith(part)
    ]
    measured = list(dict.fromkeys(measured))
    columns = ["network", *measured, *(name for name in table.columns if name not in ["network", *measured])]
    ordered = table[columns].astype(object).where(table[columns].notna(), None)
    rows = [[getattr(cell, "item", lambda cell=cell: cell)() for cell in row] for row in ordered.to_numpy()]
    shown = make_table(columns, rows)
    return shown._replace(
        columns=[*shown.columns, "made", "state"],
        rows=[[*row, *_cells_of_state(row[0].text, facts)] for row in shown.rows],
    )


def _cells_of_state(network: str, facts: RunFacts) -> tuple[Cell, Cell]:
    known = facts.datasets.get(f"{network}.metrics")
    made = f"{known.made.astimezone():%Y-%m-%d %H:%M}" if known and known.made else None
    return make_cell(made), make_cell(known.state if known else None)


def _link(path: Path, base: Path) -> str:
    """From a page to a file, as a browser takes it."""
    return quote(Path(os.path.relpath(path, base)).as_posix())


def _format_time(time: datetime | None) -> str:
    return "" if time is None else time.astimezone().strftime("%Y-%m-%d %H:%M %Z").strip()


def _in_words(name: str) -> str:
    words = " ".join(ACRONYMS.get(word, word) for word in name.split("_"))
    return words[:1].upper() + words[1:]
