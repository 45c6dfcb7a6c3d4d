"""Where a run leaves what MLflow should store: a thread of its own writes it, and training never waits."""

import logging
import time
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread, current_thread
from typing import Protocol

import mlflow

from fashion_nets.errors import first_cause, first_line
from fashion_nets.temporary import TemporaryFolder
from fashion_nets.tracking.entries import Entry, Input, Status, begin, end, open_runs
from fashion_nets.tracking.location import without_password
from fashion_nets.tracking.unsent import Header, keep_unsent
from fashion_nets.tracking.writer import RefusedError, Writer

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds until what failed is tried again, and what these grow to."""
LONGEST_END = 600.0
"""Seconds that the end of a run waits for a store that answers; one that fails is not waited for."""

logger = logging.getLogger(__name__)
# It logs a traceback each time that its database fails, which is told here in one line.
logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)


class Below(Protocol):
    """A run below another one."""

    name: str
    run: str
    is_earlier: bool
    results: dict[str, float]


class Outbox:
    """Takes what a run and the runs below it tell MLflow, and writes it in order as the store takes it.

    Where the store fails, it says so once and tries again now and then. Where something is still not written
    at the end, all of the run goes to a file, so that it can be imported into whatever store there is by
    then. An entry costs some hundred bytes of memory until the run ends.

    Args:
        header: Which store, experiment and project.
        run: The run of ``kedro run``, which MLflow has opened.
        owned: Whether that run ends with this outbox; one that somebody opened around the session goes on.
    """

    def __init__(self, header: Header, run: mlflow.entities.Run, owned: bool = True) -> None:
        self.run = run
        self.data: dict[str, Input] = {}
        """What is known of the data that runs work with, by name."""
        self.tags: dict[str, str] = {}
        """What runs below it that begin are tagged with too: commit, machine and data behind them."""
        self.below: list[Below] = []
        """The runs below it so far."""
        self._header = header
        self._owned = owned
        self._thread = current_thread()
        self._writer = Writer(mlflow.MlflowClient(header.tracking_uri), run.info.experiment_id)
        self._writer.know(run.info.run_id)
        began = begin(run.info.run_id, run.info.run_name, run.data.tags)._replace(time=run.info.start_time)
        self._entries: list[Entry] = [began]
        self._written = 1
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._closing, self._given_up = Event(), Event()
        self._failed_at_the_end = False
        self.is_failing = False
        self._refusals: set[str] = set()
        self._folder = TemporaryFolder()
        Thread(target=self._write_all, name="tracking", daemon=True).start()

    @property
    def folder(self) -> Path:
        """Where to put what is to be logged, until the run ends."""
        return self._folder.path

    @property
    def is_of_this_thread(self) -> bool:
        """Whether this thread has opened it, or one that is there no more."""
        return self._thread is current_thread() or not self._thread.is_alive()

    def put(self, entry: Entry) -> None:
        """Leave an entry; after the end of the run, nothing is taken any more."""
        if not self._closing.is_set():
            self._add(entry)

    @property
    def is_written(self) -> bool:
        """Whether the store has all that was left here so far."""
        return self._written == len(self._entries)

    def _add(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._wake.put(None)

    def close(self, status: Status, seconds: float = LONGEST_END) -> None:
        """End the run, and the runs below it that are still open.

        Args:
            status: How they end.
            seconds: How long to wait for the store.
        """
        if self._closing.is_set():
            return
        self._closing.set()
        for run in open_runs(self._entries):
            if self._owned or run != self.run.info.run_id:
                self._add(end(run, status))
        try:
            deadline = time.monotonic() + seconds
            while not (self.is_written or self._failed_at_the_end) and time.monotonic() < deadline:
                time.sleep(0.02)
        finally:  # somebody who does not want to wait may press Ctrl+C
            self._given_up.set()
            self._wake.put(None)
            if not self.is_written:
                logger.warning(keep_unsent(self._header, self._entries))
            self._folder.close()

    def _write_all(self) -> None:
        """Write what there is as it comes, in the thread of this outbox."""
        pause, again = FIRST_PAUSE, False
        while not self._given_up.is_set():
            if self.is_written:
                self._wake.get()  # one for each entry, so that those of entries written already cost a round
                continue
            closing = self._closing.is_set()
            try:
                self._writer.write(self._entries[self._written], again)
            except RefusedError as refusal:
                self._say_refusal(str(refusal))
            except Exception as error:  # noqa: BLE001  # whatever fails in the store, the training goes on
                self._failed_at_the_end = closing
                self._say_once(error)
                again = True
                self._closing.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            self._written += 1
            pause, again = FIRST_PAUSE, False
            if self.is_failing:
                self.is_failing = False
                logger.info("MLflow's store takes values again; those that waited are written now.")

    def _say_refusal(self, reason: str) -> None:
        if reason not in self._refusals:
            self._refusals.add(reason)
            logger.warning("MLflow does not take a value of this run, and the run goes on: %s", reason)

    def _say_once(self, error: Exception) -> None:
        if not self.is_failing:
            self.is_failing = True
            logger.warning(
                "MLflow's store at %s takes nothing at the moment (%s). The run goes on; its values are kept "
                "and written when the store is back.",
                without_password(self._header.tracking_uri),
                first_line(first_cause(error)),
            )
