"""The record beside each stored output of what made it: ``<folder>/.made_from/<file or folder>.json``."""

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypedDict

from fashion_nets.data.files import atomic_write
from fashion_nets.provenance.content import FileState, Stored, describe_files, digest_files

FOLDER = ".made_from"
FORMAT = 1
PAUSE = 0.05  # seconds until a file that is being replaced is looked for again


class Content(TypedDict):
    """What an output is: a digest of its files, and what tells cheaply that these are as they were."""

    digest: str
    files: dict[str, FileState]


class Record(TypedDict):
    """What made an output.

    Attributes:
        format: Of the record.
        output: Its name in the catalog.
        node: What computed it.
        time: When it was stored, in UTC.
        parameters: Those that made it, by name as nodes take them, with their values.
        parameters_digest: Of these.
        inputs: The stored datasets that made it, by name, each with the digest of its content.
        sets: The sets of images behind it, by name, each with the digest of its content.
        fingerprints: Of the image sets that these were made of.
        stale_inputs: What was out of date among what it was made of, by name, and why.
        commit: Of the code, and whether files differed from it.
        versions: Of libraries.
        machine: Processor, threads, and the device where a network was at work.
        run: The run in MLflow, if there is one.
        content: What the output is.
    """

    format: int
    output: str
    node: str
    time: str
    parameters: dict[str, Any]
    parameters_digest: str
    inputs: dict[str, str]
    sets: dict[str, str]
    fingerprints: list[str]
    stale_inputs: dict[str, str]
    commit: dict[str, str]
    versions: dict[str, str]
    machine: dict[str, str | int]
    run: str | None
    content: Content


NESTED = ("parameters", "inputs", "sets", "stale_inputs", "commit", "versions", "machine", "content")


def record_path(path: Path) -> Path:
    """Where the record of a file or a folder lies."""
    return path.parent / FOLDER / f"{path.name}.json"


def write_record(path: Path, record: Record) -> None:
    """Write the record of a file or a folder, in one step."""
    with atomic_write(record_path(path)) as file:
        file.write(json.dumps(record, indent=2, default=str).encode())


def read_record(path: Path) -> Record | None:
    """The record of a file or a folder; None where there is none that this version understands."""
    try:
        record = json.loads(record_path(path).read_bytes())
    except (OSError, ValueError):
        return None
    return Record(**record) if _is_record(record) else None  # type: ignore[typeddict-item]


def as_recorded(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a record gives them back: keys as texts, and so what JSON has no form for, as dates."""
    recorded: dict[str, Any] = json.loads(json.dumps(values, default=str))
    return recorded


def _is_record(found: Any) -> bool:
    """Whether what a file holds has all that a record has, and nested entries where that has some."""
    if not isinstance(found, Mapping) or found.get("format") != FORMAT:
        return False
    nested = [found.get(name) for name in NESTED]
    return (
        Record.__required_keys__ <= set(found)
        and all(isinstance(value, Mapping) for value in nested)
        and (Content.__required_keys__ <= set(found["content"]))
    )


class Contents:
    """The content of stored datasets, each read once in a process, or not at all where a record knows it."""

    def __init__(self) -> None:
        self._known: dict[str, Content] = {}

    def describe(
        self, stored: Stored, record: Record | None = None, names: Iterable[str] | None = None
    ) -> Content:
        """Find out what is stored.

        Args:
            stored: The dataset.
            record: What is recorded of it, whose digest holds while sizes and times of its files do.
            names: The files of a folder that belong to it where others share the folder; None: those of the
                record, or all where there is none.

        Raises:
            FileNotFoundError: If files were removed or replaced while they were read, twice.
        """
        try:
            return self._describe(stored, record, names)
        except FileNotFoundError:  # replaced by another process on the way
            time.sleep(PAUSE)
            return self._describe(stored, record, names)

    def _describe(self, stored: Stored, record: Record | None, names: Iterable[str] | None) -> Content:
        folder = stored.path.parent if stored.path.is_file() else stored.path
        if names is None and record is not None:
            names = record["content"]["files"]
        if names is None or not stored.path.is_dir():
            files = stored.files()
        else:
            files = [file for name in sorted(names) if (file := folder / name).is_file()]
        states = describe_files(files, folder)
        for known in (record["content"] if record else None, self._known.get(stored.name)):
            if known is not None and known["files"] == states:
                return known
        content = Content(digest=digest_files(files, folder), files=states)
        self._known[stored.name] = content
        return content
