"""The run that is open in MLflow, of which a process has one at a time."""

import atexit
import time
from collections.abc import Mapping

import mlflow
from mlflow.environment_variables import MLFLOW_RUN_ID
from mlflow.tracking import fluent

from fashion_nets.errors import UserError
from fashion_nets.tracking.entries import Status, set_tags
from fashion_nets.tracking.outbox import LONGEST_END, Outbox
from fashion_nets.tracking.unsent import Header

TO_END_AT_EXIT = 10.0
LONGEST_WAIT = 120.0
"""Seconds for the store to take what waits to be written, within a run."""
_open: list[Outbox] = []
_ours: list[str] = []
"""The id of the last run that this project has opened itself, and that is its own to leave."""


def open_outbox(header: Header, run: mlflow.entities.Run, owned: bool = True) -> Outbox:
    """Begin to track; see :class:`Outbox`.

    Raises:
        UserError: If another thread tracks a run.
    """
    refuse_second_run()
    close_outbox("KILLED")
    _ours[:] = [run.info.run_id] if owned else []
    _open[:] = [Outbox(header, run, owned)]
    return _open[0]


def refuse_second_run() -> None:
    """Make sure that no run of another thread is tracked: what the two tell would be mixed.

    Raises:
        UserError: If one is.
    """
    if _open and not _open[0].is_of_this_thread:
        raise UserError(
            "Another thread of this process has a run that is tracked, and a process tracks one at a time. "
            "Wait until it has ended, or start this one in a process of its own."
        )


def current_outbox() -> Outbox | None:
    """Where the values of the run go that is open; None where nothing is tracked."""
    return _open[0] if _open else None


def close_outbox(status: Status, seconds: float = LONGEST_END) -> None:
    """End the run that is open, and the runs below it; do nothing where none is.

    A run that somebody opened around the session is not ended, and stays active.
    """
    for outbox in _open[:1]:
        leave_active_run()
        outbox.close(status, seconds)
        _open.clear()


def close_own_outbox(status: Status) -> None:
    """The same, but for a run of another thread, which is at work."""
    if _open and _open[0].is_of_this_thread:
        close_outbox(status)


@atexit.register
def _end_at_exit() -> None:
    """Where a script ends within a run: what is open is killed, not finished."""
    close_outbox("KILLED", TO_END_AT_EXIT)


def leave_active_run() -> None:
    """Let MLflow forget that the project's own run is active in this thread; those of others stay.

    Its own ``end_run`` would write to the store once more, and wait for it; left alone, it would call it
    finished as the process ends.
    """
    active = fluent._active_run_stack.get()
    others = [run for run in active if run.info.run_id not in _ours]
    if len(others) < len(active):
        active[:] = others
        MLFLOW_RUN_ID.unset()


def enter_active_run() -> None:
    """Let nodes that call MLflow themselves find the run that is open as the active one of this thread.

    Its own ``start_run`` would ask the store, and wait for it.
    """
    if _open and not fluent._active_run_stack.get():
        fluent._active_run_stack.get().append(mlflow.ActiveRun(_open[0].run))


def active_run_id() -> str | None:
    """The id of the run that is open, if one is."""
    outbox = current_outbox()
    return None if outbox is None else outbox.run.info.run_id


def wait_until_written(seconds: float = LONGEST_WAIT) -> bool:
    """Wait until MLflow's store has all that was told so far, and say whether it has.

    One that fails is not waited for. Where nothing is tracked it has all.
    """
    outbox = current_outbox()
    deadline = time.monotonic() + seconds
    while (
        outbox is not None and not outbox.is_written and not outbox.is_failing and time.monotonic() < deadline
    ):
        time.sleep(0.02)
    return outbox is None or outbox.is_written


def tag_run(tags: Mapping[str, str]) -> None:
    """Tag the run that is open, if one is, and those that begin below it from now on."""
    if outbox := current_outbox():
        outbox.tags |= tags
        outbox.put(set_tags(outbox.run.info.run_id, tags))
