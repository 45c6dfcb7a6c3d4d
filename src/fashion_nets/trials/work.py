"""The training of one trial for somebody else, who is told of it in messages, however these travel."""

import logging
import pickle
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

from fashion_nets.errors import UserError
from fashion_nets.provenance.machine import computing_versions, describe_machine
from fashion_nets.training.checkpoints import NOT_KEPT, Checkpoints
from fashion_nets.training.precision import has_bfloat16
from fashion_nets.training.states import TrainingState
from fashion_nets.trials.carried import CarriedCheckpoints
from fashion_nets.trials.images import TrialSets
from fashion_nets.trials.result import TrialResult
from fashion_nets.trials.training import Bases, train_trial
from fashion_nets.trials.trial import Trial

CHECKPOINT_LINES = "fashion_nets.checkpoints"
"""The logger that says from where a training goes on, which is of interest beside warnings."""


class Machine(NamedTuple):
    """What the results of trials are computed with, as they are going to say.

    Attributes:
        described: As by :func:`fashion_nets.provenance.machine.describe_machine`.
        has_bfloat16: Whether it has instructions for bfloat16.
        versions: Of the libraries that compute, by name.
    """

    described: Mapping[str, str | int]
    has_bfloat16: bool
    versions: Mapping[str, str]


class Job(NamedTuple):
    """One trial to train; it can be pickled.

    Attributes:
        trial: What to train.
        machine: What its result is going to say that it was computed with.
        title: What log lines call it.
        states: What an interrupted run has left of it, by phase; None if no states are kept.
    """

    trial: Trial
    machine: Machine
    title: str
    states: dict[str, TrainingState] | None


class Begun(NamedTuple):
    """The trial has begun."""


class EpochEnded(NamedTuple):
    """An epoch of it, counted from 1, has ended; what goes on tells of its earlier epochs first."""

    number: int
    metrics: dict[str, float]


class Resumed(NamedTuple):
    """It goes on from the state of a run, by what the account of its checkpoints called that."""

    run: str


class StateLeft(NamedTuple):
    """The state of a phase, from which it could go on."""

    phase: str
    state: TrainingState


class Said(NamedTuple):
    """A line for the log."""

    logger: str
    level: int
    text: str


class Done(NamedTuple):
    """It has ended, perhaps as it diverged."""

    result: TrialResult


class Failed(NamedTuple):
    """It cannot be trained, wherever that is tried.

    Attributes:
        error: Why, which can be pickled.
        trace: Where that happened, for whoever looks for the fault.
    """

    error: Exception
    trace: str


Message = Begun | EpochEnded | Resumed | StateLeft | Said | Done | Failed
Send = Callable[[Message], None]


class UnsuitedWorkerError(UserError):
    """What was to train a trial cannot compute as it was planned."""


def this_machine(threads: int | None = None) -> Machine:
    """What this process computes with, or a process of this machine that has so many threads."""
    described = describe_machine()
    threads = threads or int(described["threads"])
    return Machine({**described, "threads": threads}, has_bfloat16(), computing_versions())


def train_for(job: Job, sets: TrialSets, bases: Bases, send: Send) -> None:
    """Train a trial, and tell all that happens.

    The last message is ``Done`` or ``Failed``; without one of them, the process that trained it has died.

    Args:
        job: The trial.
        sets: What its images are chosen from.
        bases: What it may reuse.
        send: Takes each message; it may be called by several threads.
    """
    with _lines_sent(send):
        try:
            _check_machine(job)
            send(Begun())
            result = train_trial(job.trial, sets, bases, partial(_tell_epoch, send), _checkpoints(job, send))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is for who has asked for the trial
            send(failure(error))
        else:
            send(Done(result))


def failure(error: Exception) -> Failed:
    """What is told of an error, which is being handled."""
    return Failed(_that_travels(error), traceback.format_exc())


def _check_machine(job: Job) -> None:
    """Refuse what would give another result than one that was computed as planned.

    Raises:
        UnsuitedWorkerError: Says what is different.
    """
    planned, here = job.machine, this_machine()
    if _computes_with(planned) != _computes_with(here):
        raise UnsuitedWorkerError(
            f"{job.title} was planned for {_words(planned)} and would be trained with {_words(here)}, "
            "which gives other numbers. Let trials run on machines of one kind, with the same packages."
        )
    if planned.has_bfloat16 and not here.has_bfloat16 and job.trial.recipe.training.precision != "float32":
        raise UnsuitedWorkerError(
            f"{job.title} was planned in bfloat16, which this processor has no instructions for. Let "
            'trials run on machines of one kind, or say "training.precision=float32" of its network.'
        )


def _computes_with(machine: Machine) -> dict[str, str | int]:
    return {**machine.described, **machine.versions}


def _words(machine: Machine) -> str:
    return ", ".join(f"{name} {value}" for name, value in _computes_with(machine).items())


class _SentAccount(NamedTuple):
    """Tells whoever keeps account of a trial from which run it goes on."""

    send: Send
    run: str | None = None  # is known to them alone

    def resumes(self, run: str) -> None:
        """The training goes on from the state that this run has left."""
        self.send(Resumed(run))


def _checkpoints(job: Job, send: Send) -> Checkpoints:
    if job.states is None:
        return NOT_KEPT

    def save(phase: str, state: TrainingState) -> None:
        send(StateLeft(phase, state))

    return CarriedCheckpoints(job.states, save, job.title, _SentAccount(send))


def _tell_epoch(send: Send, number: int, metrics: Mapping[str, float]) -> None:
    send(EpochEnded(number, dict(metrics)))


class _LineSender(logging.Handler):
    """Sends what is logged."""

    def __init__(self, send: Send) -> None:
        super().__init__()
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        """Send a warning, or what checkpoints say."""
        if record.levelno >= logging.WARNING or record.name == CHECKPOINT_LINES:
            self._send(Said(record.name, record.levelno, record.getMessage()))


@contextmanager
def _lines_sent(send: Send) -> Iterator[None]:
    """Send the warnings that are logged, and what checkpoints say, instead of writing them."""
    root, checkpoints = logging.getLogger(), logging.getLogger(CHECKPOINT_LINES)
    before = root.handlers[:], checkpoints.level
    root.handlers[:] = [_LineSender(send)]
    checkpoints.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.handlers[:], level = before
        checkpoints.setLevel(level)


def _that_travels(error: Exception) -> Exception:
    """An error that can be pickled and read again: itself, or one that says the same."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001  # an error may be made of anything
        kind = UserError if isinstance(error, UserError) else RuntimeError
        return kind(str(error) if kind is UserError else f"{type(error).__name__}: {error}")
    return error
