"""What a run tells MLflow, piece by piece: values that can wait, be kept in a file and be written again."""

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

Kind = Literal["begin", "name", "tags", "params", "metrics", "file", "model", "end"]
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


def make_entry(kind: Kind, run: str, **content: Any) -> Entry:
    """An entry of now."""
    return Entry(kind, run, content, time.time_ns() // 1_000_000)


def begin(run: str, name: str, tags: Mapping[str, Any], parent: str | None = None) -> Entry:
    """A run begins, below another one or by itself."""
    return make_entry("begin", run, name=name, tags=_as_text(tags), parent=parent)


def set_name(run: str, name: str) -> Entry:
    """A run gets another name."""
    return make_entry("name", run, name=name)


def set_tags(run: str, tags: Mapping[str, Any]) -> Entry:
    """A run gets tags."""
    return make_entry("tags", run, tags=_as_text(tags))


def log_params(run: str, params: Mapping[str, Any]) -> Entry:
    """A run gets parameters, flat."""
    return make_entry("params", run, params=_as_text(params))


def log_metrics(run: str, metrics: Mapping[str, float], step: int = 0, model: str | None = None) -> Entry:
    """A run gets numbers, which may be those of a model that it has told of before, by its name."""
    numbers = {name: float(value) for name, value in metrics.items()}
    return make_entry("metrics", run, metrics=numbers, step=step, model=model)


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
