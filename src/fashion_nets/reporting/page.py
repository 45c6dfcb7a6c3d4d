"""The pages: parts joined by a template, with the state of all that is in them."""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import jinja2
import pandas as pd

from fashion_nets.formatting import begin_sentence, format_time
from fashion_nets.networks.names import display_name
from fashion_nets.reporting.captions import UNSEEN, Caption, caption_of, is_folded, own_name
from fashion_nets.reporting.comparisons import show_comparisons
from fashion_nets.reporting.facts import RunFacts
from fashion_nets.reporting.names import PAGE, page_dataset
from fashion_nets.reporting.parts import Item, Part, answer_of, has_content
from fashion_nets.reporting.pictures import StoredImage
from fashion_nets.reporting.questions import QUESTIONS, Question
from fashion_nets.reporting.standing import Standing
from fashion_nets.reporting.tables import Table, make_numbers, make_table

STANDING_OF_EXPERIMENTS = {
    "current": "current",
    "stale": "out of date",
    "unknown": "nothing says whether it is current",
    "missing": "not stored",
}


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
    base = facts.datasets[PAGE].path.parent
    of_data = data["items"] if data else []
    card = next((item["values"] for item in of_data if item["type"] == "numbers"), {})
    return _template("report.html.jinja").render(
        facts=facts,
        started=format_time(facts.started),
        parts=[_show_part(part, facts, base) for part in ([data] if data else []) + list(networks)],
        data=card,
        tables=list(show_comparisons(tables, facts)),
        standing=STANDING_OF_EXPERIMENTS,
        experiments=[(each, _link(each.path, base), format_time(each.made)) for each in facts.experiments],
    )


def render_experiment(facts: RunFacts, part: Part) -> str:
    """Make the page of one experiment, likewise."""
    path = facts.datasets[page_dataset(part["name"])].path
    shown = _show_part(part, facts, path.parent)._replace(title=title_of_page(path))
    return _template("experiment.html.jinja").render(
        facts=facts, started=format_time(facts.started), part=shown
    )


def title_of_page(path: Path) -> str:
    """What the page of an experiment is called, by its folder."""
    title = _as_title(path.parent.name)
    kind = {"studies": "Study: ", "sweeps": "Sweep: "}.get(path.parent.parent.name, "")
    return f"{kind}{title}"


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
    standing = Standing(part, shown, facts)
    model = facts.datasets.get(f"{name}.model")
    question, answer = _question_and_answer(part) if part["kind"] == "experiment" else (None, "")
    return ShownPart(
        id=name,
        title="The images" if part["kind"] == "data" else _as_title(name),
        question=question,
        answer=answer,
        standing=standing.describe(),
        marks=standing.marks(),
        parameters=_list_parameters(model.parameters) if model else [],
        items=[_show_item(item, standing, facts, base) for item in shown if has_content(item)],
    )


def _show_item(item: Item, standing: Standing, facts: RunFacts, base: Path) -> ShownItem:
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
        mark=standing.mark_of(dataset),
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


def _list_parameters(parameters: Mapping[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in parameters.items():
        if isinstance(value, Mapping):
            found += _list_parameters({f"{name}.{inner}": each for inner, each in value.items()})
        else:
            found.append((name, "none" if value is None else str(value)))
    return found


def _link(path: Path, base: Path) -> str:
    """From a page to a file, as a browser takes it."""
    return quote(Path(os.path.relpath(path, base)).as_posix())


def _as_title(name: str) -> str:
    return begin_sentence(display_name(name))
