"""One writer: a run locks what it writes, so that two runs do not mix their results."""

import inspect
import json
import logging
import os
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock, Timeout
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from fashion_nets.advice import command_of_process
from fashion_nets.catalog import local_path
from fashion_nets.data.files import atomic_write, clear_leftover, leftovers
from fashion_nets.datasets.errors import not_written
from fashion_nets.errors import UserError
from fashion_nets.networks.registry import NETWORKS
from fashion_nets.provenance.records import record_path

logger = logging.getLogger(__name__)

LOCKS = ".locks"
NETWORKS_SCOPE = "networks"
"""Sets, networks, what is measured of them, and their comparison: two runs may not mix these."""
STUDIES_SCOPE = "studies"
"""What every study draws, the same each time: a second study draws it too, without a lock."""
RESULTS = ("06_models", "07_model_output", "08_reporting")
OF_NETWORKS = {*NETWORKS, "data"}
OF_PARTS = {"studies", "sweeps"}
"""Folders with a folder for each study or sweep, which are locked one by one."""
FILE_TYPES = {".csv", ".gz", ".html", ".json", ".keras", ".parquet", ".png", ".txt", ".yml"}
"""The endings by which a file is told from a folder, whose name may have dots too, as a study's."""


class Held(NamedTuple):
    """What a run holds.

    Attributes:
        run: Kedro's name of the run.
        stack: Gives it back.
    """

    run: str
    stack: ExitStack


class LockHook:
    """Locks what a run writes from its beginning to its end; readers are not hindered.

    The locks are the operating system's: they end with the process, however that ends. They lie in
    ``<data_folder>/.locks``, each with a note of who holds it. Who holds them clears away what killed runs
    have left in the folders that it writes into. They are given back when nothing of the run is at work any
    more: nodes that still yield are ended before.
    """

    def __init__(self) -> None:
        self._data_folder = Path()
        self._held: dict[int, Held] = {}

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Find out where this environment stores its results."""
        self._data_folder = context.project_path / context.config_loader["globals"]["data_folder"]

    @hook_impl(wrapper=True)
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> Generator[None, None, None]:
        """Take the locks before anything else happens, such as a run in MLflow.

        Raises:
            UserError: If another run writes the same, or nothing can be written there.
        """
        self.release()  # of a run in this thread that was interrupted, as in a notebook
        paths = {
            path
            for name in pipeline.all_outputs()
            if (path := local_path(catalog.config_resolver.resolve_pattern(name)))
        }
        scopes = {scope_of(path, self._data_folder) for path in paths}
        with ExitStack() as locks:
            held = {scope for scope in sorted(scopes) if _take(self._data_folder, scope, locks)}
            self._clear_leftovers(paths, held)
            self._held[threading.get_ident()] = Held(run_params["run_id"], locks.pop_all())
        try:
            yield
        except BaseException:  # another hook refuses the run
            self.release()
            raise

    @hook_impl
    def after_node_run(self, outputs: Mapping[str, Any], run_id: str) -> None:
        """See to it that a node that yields its output piece by piece ends with the run, and its workers too.

        Kedro only stops to ask for pieces where one cannot be saved, or Ctrl+C comes meanwhile; and the
        traceback of that, which a notebook keeps, keeps the node as it is.
        """
        for held in list(self._held.values()):  # under ThreadRunner, a node is in a thread of its own
            if held.run == run_id:
                for output in filter(inspect.isgenerator, outputs.values()):
                    held.stack.callback(output.close)

    @hook_impl(wrapper=True)
    def after_pipeline_run(self) -> Generator[None, None, None]:
        """Give the locks back, after the other hooks have done their part."""
        try:
            yield
        finally:
            self.release()

    @hook_impl(wrapper=True)
    def on_pipeline_error(self) -> Generator[None, None, None]:
        """Give the locks back, after the other hooks have done their part."""
        try:
            yield
        finally:
            self.release()

    def release(self, thread: int | None = None) -> None:
        """Give back what a run holds, if anything.

        Args:
            thread: Which its thread is, as ``threading.get_ident`` tells it; this one, if none is given.
        """
        if held := self._held.pop(thread or threading.get_ident(), None):
            held.stack.close()

    def _clear_leftovers(self, paths: set[Path], held: set[str]) -> None:
        for leftover, target, scope in list(self._find_leftovers(paths, held)):
            if scope not in held:
                continue
            try:
                clear_leftover(leftover, target)
            except OSError as error:
                logger.warning("%s is left of a run that was killed: %s", leftover, error.strerror)
            else:
                logger.info("Cleared away what a killed run had left of %s", target)

    def _find_leftovers(self, paths: set[Path], held: set[str]) -> Iterator[tuple[Path, Path, str]]:
        """What killed runs may have left of data, of records of what made these, and of notes of locks.

        Yields:
            What is left, what it was going to become, and what has to be locked to write that.
        """
        for folder in sorted({path.parent for path in paths} | {path for path in paths if path.is_dir()}):
            for leftover, target in leftovers(folder):
                yield leftover, target, scope_of(target, self._data_folder)
            for leftover, target in leftovers(record_path(folder / "any").parent):
                yield leftover, target, scope_of(folder / target.stem, self._data_folder)
        for scope in sorted(held):
            note = _note_path(self._data_folder, scope)
            yield from (
                (leftover, note, scope) for leftover, target in leftovers(note.parent) if target == note
            )


def scope_of(path: Path, data_folder: Path) -> str:
    """What has to be locked to write a file or a folder.

    Args:
        path: Where something is stored.
        data_folder: What the environment stores everything in.

    Returns:
        ``networks``, the folder of an experiment, such as ``transfer``, or of a study or a sweep, such as
        ``studies/losses``.
    """
    if not path.is_relative_to(data_folder):
        return NETWORKS_SCOPE
    stage, *below = path.relative_to(data_folder).parts
    folders = below[:-1] if path.suffix in FILE_TYPES else below
    if stage not in RESULTS or not folders or folders[0] in OF_NETWORKS:
        return NETWORKS_SCOPE
    if folders[0] in OF_PARTS:
        return "/".join(folders[:2])
    return folders[0]


def _note_path(data_folder: Path, scope: str) -> Path:
    """Where the holder of a lock is noted."""
    return data_folder / LOCKS / f"{scope}.json"


def _take(data_folder: Path, scope: str, locks: ExitStack) -> bool:
    """Take one lock, and note who holds it; False if it is held elsewhere, and that does no harm."""
    folder = data_folder / LOCKS
    file, note = folder / f"{scope}.lock", _note_path(data_folder, scope)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(file, blocking=False, thread_local=False)  # after Ctrl+C another thread releases it
        locks.enter_context(lock.acquire())
        with atomic_write(note) as opened:
            opened.write(json.dumps(_describe_process(), indent=2).encode())
    except Timeout as error:
        if scope == STUDIES_SCOPE:
            return False
        raise UserError(_refusal(data_folder, scope, note)) from error
    except OSError as error:
        raise not_written(folder, error) from error
    locks.callback(note.unlink, missing_ok=True)
    return True


def _describe_process() -> dict[str, Any]:
    since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
    return {"process": os.getpid(), "command": command_of_process(), "since": since}


def _refusal(data_folder: Path, scope: str, note: Path) -> str:
    what = "sets and networks" if scope == NETWORKS_SCOPE else scope
    holder = "Another process"
    with suppress(OSError, ValueError, KeyError, TypeError):
        noted = json.loads(note.read_bytes())
        holder = f"Process {noted['process']} ({noted['command']}) since {noted['since']}"
    return f"{holder} writes {what} in {data_folder}. Wait until it has ended, or use another environment."
