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

from fashion_nets.reporting.captions import FOLDED, QUESTIONS, Caption, Question, caption_of
from fashion_nets.reporting.facts import DatasetFacts, RunFacts
from fashion_nets.reporting.parts import Item, Part
from fashion_nets.reporting.pictures import StoredImage
from fashion_nets.reporting.tables import Table, make_numbers, make_table

REPORT = "report"
UNSEEN = {"denoising_metrics"}
"""Datasets that say the same as another one."""
TITLES = {"mlp": "MLP", "cnn": "CNN"}


class ShownItem(NamedTuple):
    """A dataset of a part, ready for the template."""

    id: str
    caption: Caption
    type: str
    is_folded: bool
    images: Sequence[tuple[StoredImage, str]]
    table: Table | None
    numbers: Sequence[tuple[str, str]]
    link: str
    mark: str


class ShownPart(NamedTuple):
    """A part, ready for the template."""

    id: str
    title: str
    question: Question | None
    answer: str
    made: str
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
        tables: ``comparison`` and ``codings_comparison``, with a column ``network``.
    """
    base = facts.datasets[REPORT].path.parent
    shown = [_show_part(part, facts, base) for part in [*([data] if data else []), *networks]]
    return _template("report.html.jinja").render(
        facts=facts,
        started=_format_time(facts.started),
        parts=shown,
        data=_facts_of_data(data),
        tables={name: _show_table(table) for name, table in tables.items() if table is not None},
        experiments=[(each, _link(each.path, base), _format_time(each.made)) for each in facts.experiments],
    )


def render_experiment(facts: RunFacts, part: Part) -> str:
    """Make the page of one experiment."""
    path = facts.datasets[f"{part['name']}.{REPORT}"].path
    shown = _show_part(part, facts, path.parent, title=title_of_page(path))
    return _template("experiment.html.jinja").render(
        facts=facts, started=_format_time(facts.started), part=shown
    )


def title_of_page(path: Path) -> str:
    """What the page of an experiment is called, by its folder."""
    name = path.parent.name.replace("_", " ")
    return f"Study: {name}" if path.parent.parent.name == "studies" else name.capitalize()


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


def _show_part(part: Part, facts: RunFacts, base: Path, title: str | None = None) -> ShownPart:
    name = part["name"]
    items = [_show_item(item, facts, base) for item in part["items"] if _is_shown(item)]
    model = facts.datasets.get(f"{name}.model")
    own = [facts.datasets[item["dataset"]] for item in part["items"] if item["dataset"] in facts.datasets]
    made = max((each.made for each in own if each.made), default=None)
    answers = [image for item in part["items"] for image in item.get("images", [])]
    return ShownPart(
        id=name,
        title=title or TITLES.get(name, name.replace("_", " ").capitalize()),
        question=QUESTIONS.get(name),
        answer=answers[0]["description"] if answers and part["kind"] == "experiment" else "",
        made=_format_time(made),
        marks=_say_stale(own),
        parameters=_say_parameters(model.parameters) if model else [],
        items=items,
    )


def _is_shown(item: Item) -> bool:
    return item["dataset"].rpartition(".")[2] not in UNSEEN


def _show_item(item: Item, facts: RunFacts, base: Path) -> ShownItem:
    dataset = item["dataset"]
    known = facts.datasets.get(dataset)
    path = known.path if known else None
    return ShownItem(
        id=dataset.replace(".", "-"),
        caption=caption_of(dataset),
        type=item["type"],
        is_folded=dataset.rpartition(".")[2] in FOLDED,
        images=[
            (image, _link(_file_of(image, path), base) if path else "") for image in item.get("images", [])
        ],
        table=make_table(item["columns"], item["rows"], item["n_rows"]) if item["type"] == "table" else None,
        numbers=make_numbers(item.get("values", {})),
        link=_link(path, base) if path else "",
        mark=_say_state(known),
    )


def _file_of(image: StoredImage, path: Path) -> Path:
    """The file of a picture, which may be one of a folder."""
    return path if path.name == image["file"] else path / image["file"]


def _say_state(known: DatasetFacts | None) -> str:
    if known is None or known.state in ("current", "unknown"):
        return ""
    if known.state == "missing":
        return f"Missing. To make it: {known.command}"
    return f"Stale: {'; '.join(known.reasons)}."


def _say_stale(own: Iterable[DatasetFacts]) -> list[tuple[str, str]]:
    """By what things are stale, each reason once, with what makes them again."""
    return list(
        {
            "; ".join(each.reasons): each.command for each in own if each.state == "stale" and each.reasons
        }.items()
    )


def _say_parameters(parameters: Mapping[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in parameters.items():
        if isinstance(value, Mapping):
            found += _say_parameters({f"{name}.{inner}": each for inner, each in value.items()})
        else:
            found.append((name, "none" if value is None else str(value)))
    return found


def _facts_of_data(data: Part | None) -> Mapping[str, Any]:
    """The data card."""
    items = data["items"] if data else []
    return next((item["values"] for item in items if item["type"] == "numbers"), {})


def _show_table(table: pd.DataFrame) -> Table:
    plain = table.astype(object).where(table.notna(), None)
    rows = [[cell.item() if hasattr(cell, "item") else cell for cell in row] for row in plain.to_numpy()]
    return make_table([str(name) for name in table.columns], rows)


def _link(path: Path, base: Path) -> str:
    """From a page to a file, as a browser takes it."""
    return quote(Path(os.path.relpath(path, base)).as_posix())


def _format_time(time: datetime | None) -> str:
    return "" if time is None else time.astimezone().strftime("%Y-%m-%d %H:%M %Z").strip()
