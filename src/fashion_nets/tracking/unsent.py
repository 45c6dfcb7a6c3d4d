"""What MLflow's store did not take during a run: kept in a file, and imported later."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from fashion_nets.data.files import replacement
from fashion_nets.errors import UserError
from fashion_nets.project import project_root
from fashion_nets.tracking.entries import Entry
from fashion_nets.tracking.location import without_password

FOLDER = "unsent_runs"


class Header(NamedTuple):
    """Where entries belong.

    Args:
        tracking_uri: The store.
        experiment: Name of the experiment.
        artifact_location: Of the experiment, where it has to be made anew; None leaves it to the store.
    """

    tracking_uri: str
    experiment: str
    artifact_location: str | None


def keep_unsent(header: Header, entries: Sequence[Entry]) -> str:
    """Write all that a run has told into a file, beside it the files and models that it names.

    Tries the project's root, and then the folder for temporary files.

    Args:
        header: Where the entries belong.
        entries: All of the run, the first of them its beginning.

    Returns:
        A sentence for the log: where it is, and how to import it.
    """
    reasons = []
    for make_folder in (lambda: project_root() / FOLDER, _make_temporary_folder):
        try:
            file = _write(make_folder(), header, entries)
        except OSError as error:
            reasons.append(str(error))
            continue
        return (
            f"MLflow's store at {without_password(header.tracking_uri)} did not take all values of this run. "
            f"They are in {file}; when it is back: kedro import-runs {file}"
        )
    return (
        f"Values of this run are lost, {len(entries)} entries: MLflow's store did not take them, and they "
        f"could not be kept in a file ({'; '.join(reasons)}). The results in the data folder are whole."
    )


def read_unsent(file: Path) -> tuple[Header, list[Entry]]:
    """Read such a file.

    Raises:
        UserError: If it is none.
    """
    try:
        first, *lines = file.read_text().splitlines()
        header, entries = Header(**json.loads(first)), [Entry.from_line(line) for line in lines]
        _check_that_a_run_begins(entries)
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError(
            f"{file} is not a file of values for MLflow that a run has kept ({error}). Such files are "
            f"{FOLDER}/*.jsonl."
        ) from error
    return header, entries


def _check_that_a_run_begins(entries: Sequence[Entry]) -> None:
    if all(entry.kind != "begin" for entry in entries):
        raise ValueError("no run begins in it")


def _make_temporary_folder() -> Path:
    """One of this run's own: in a shared folder, others could lay out what it would write to."""
    return Path(tempfile.mkdtemp(prefix=f"fashion_nets_{FOLDER}_"))


def _write(folder: Path, header: Header, entries: Sequence[Entry]) -> Path:
    file = folder / f"{entries[0].run}.jsonl"
    copies = file.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        lines = [json.dumps(header._asdict())]
        lines += [entry.to_line() for entry in _with_copies(entries, copies)]
        with replacement(file) as staged:
            staged.touch(mode=0o600)  # the address may hold a password
            staged.write_text("\n".join(lines) + "\n")
    except OSError:
        shutil.rmtree(copies, ignore_errors=True)
        raise
    return file


def _with_copies(entries: Sequence[Entry], folder: Path) -> Iterator[Entry]:
    """The entries, each file and model of theirs copied, since the next run replaces them."""
    for number, entry in enumerate(entries):
        name = {"file": "file", "model": "folder"}.get(entry.kind)
        source = Path(entry.content[name]) if name else None
        if name is None or source is None or not source.exists():
            yield entry
            continue
        copy = folder / str(number) / source.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, dirs_exist_ok=True)
        else:
            shutil.copy2(source, copy)
        yield entry._replace(content={**entry.content, name: str(copy)})
