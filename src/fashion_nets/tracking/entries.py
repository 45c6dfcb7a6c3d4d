"""What a run tells MLflow, piece by piece: values that can wait, be kept in a file and be written again."""

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from mlflow.utils.mlflow_tags import MLFLOW_RUN_NOTE

Kind = Literal["begin", "tags", "params", "metrics", "inputs", "file", "model", "end"]
Status = Literal["FINISHED", "FAILED", "KILLED"]


class Entry(NamedTuple):
    """One piece, at the time at which it was told.

    Args:
        kind: What it is.
        run: Which run it belongs to, by a name that the process gave it; for the run of ``kedro run`` that is
            its id in MLflow.
        content: What it says, by names; values that JSON knows.
        time: Milliseconds since 1970.
    """

    kind: Kind
    run: str
    content: dict[str, Any]
    time: int

    def to_line(self) -> str:
        """As one line of JSON."""
        return json.dumps(self._asdict())

    @classmethod
    def from_line(cls, line: str) -> "Entry":
        """Read what :meth:`to_line` wrote."""
        return cls(**json.loads(line))


class Input(NamedTuple):
    """Data that a run works with.

    Args:
        name: In the catalog.
        context: What it is for: ``training``, ``validation`` or ``test``.
        digest: Of its content, at most 36 characters.
        source: Where it lies, from the project's root on.
        profile: What is known of it by name: numbers and texts.
    """

    name: str
    context: str
    digest: str
    source: str
    profile: Mapping[str, Any]


def make_entry(kind: Kind, run: str, **content: Any) -> Entry:
    """An entry of now."""
    return Entry(kind, run, content, time.time_ns() // 1_000_000)


class Earlier(NamedTuple):
    """Where MLflow may have a run already that another process has told of.

    Args:
        tags: What tells it from all others.
        goes_on: Whether more is added to it; else it is whole, and what is told of it is there already.
    """

    tags: Mapping[str, str]
    goes_on: bool


def begin(
    run: str,
    name: str,
    tags: Mapping[str, Any],
    parent: str | None = None,
    earlier: Earlier | None = None,
) -> Entry:
    """A run begins, below another one or by itself, unless it is an earlier one that MLflow has."""
    known = None if earlier is None else {"tags": _as_text(earlier.tags), "goes_on": earlier.goes_on}
    return make_entry("begin", run, name=name, tags=_as_text(tags), parent=parent, earlier=known)


def set_tags(run: str, tags: Mapping[str, Any]) -> Entry:
    """A run gets tags, in which :func:`id_of` and :func:`page_of` may stand for other runs."""
    return make_entry("tags", run, tags=_as_text(tags))


def describe(run: str, text: str) -> Entry:
    """A run gets a description, in Markdown."""
    return set_tags(run, {MLFLOW_RUN_NOTE: text})


def id_of(run: str) -> str:
    """Stands in the text of a tag for the id that MLflow gives a run."""
    return f"<id of {run}>"


def page_of(run: str) -> str:
    """Stands in the text of a tag for the address of the page of a run, within MLflow's own pages."""
    return f"<page of {run}>"


def log_params(run: str, params: Mapping[str, Any]) -> Entry:
    """A run gets parameters, flat."""
    return make_entry("params", run, params=_as_text(params))


def log_metrics(
    run: str,
    metrics: Mapping[str, float],
    step: int | None = 0,
    model: str | None = None,
    dataset: str | None = None,
) -> Entry:
    """A run gets numbers.

    Args:
        run: Which.
        metrics: The numbers by name.
        step: Where they stand in their curves; None: at the last step of each that has a curve, so that they
            are what MLflow shows, and else at 0.
        model: The model that they are about, by the name by which the run has told of it.
        dataset: The data that they were measured on, likewise.
    """
    numbers = {name: float(value) for name, value in metrics.items()}
    return make_entry("metrics", run, metrics=numbers, step=step, model=model, dataset=dataset)


def log_inputs(run: str, inputs: Iterable[Input]) -> Entry:
    """A run gets the data that it works with."""
    return make_entry("inputs", run, inputs=[each._asdict() for each in inputs])


def log_file(run: str, file: str, folder: str) -> Entry:
    """A run gets a copy of a file, into a folder of its own."""
    return make_entry("file", run, file=file, folder=folder)


def log_model(run: str, name: str, folder: str) -> Entry:
    """A run gets a model that MLflow has saved into a folder; the folder is its own to take."""
    return make_entry("model", run, name=name, folder=folder)


def end(run: str, status: Status) -> Entry:
    """A run ends."""
    return make_entry("end", run, status=status)


def open_runs(entries: Iterable[Entry]) -> list[str]:
    """The runs that have begun and not ended, those that began last first."""
    runs: dict[str, None] = {}
    for entry in entries:
        if entry.kind == "begin":
            runs[entry.run] = None
        elif entry.kind == "end":
            runs.pop(entry.run, None)
    return list(reversed(runs))


def _as_text(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
