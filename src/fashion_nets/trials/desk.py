"""What is told of trials that are trained elsewhere, and what is done about it here."""

import logging
from collections import Counter, deque

from fashion_nets.errors import UserError
from fashion_nets.training.checkpoints import Checkpoint
from fashion_nets.trials.result import TrialResult
from fashion_nets.trials.runner import LostTrialsError, Request, Results
from fashion_nets.trials.trial import Trial
from fashion_nets.trials.work import (
    Begun,
    Done,
    EpochEnded,
    Failed,
    Job,
    Machine,
    Message,
    Resumed,
    Said,
    StateLeft,
)

MOST_TRIES = 2
"""How often a trial is begun whose process dies, before it is given up."""

logger = logging.getLogger(__name__)


class ElsewhereError(Exception):
    """Where an error happened that another process has told of; the traceback is all that it says."""


class Desk:
    """Gives out trials, and takes what is told of them: it alone stores states and tells observers.

    Args:
        machine: What the trials are computed with.
        request: The trials, with whoever is told of each of them once, also if it is tried again.
    """

    def __init__(self, machine: Machine, request: Request) -> None:
        self._machine = machine
        self._observer = request.observer
        self._checkpoints = request.checkpoints
        self._waiting = deque(request.trials)
        self._done = deque[tuple[Trial, TrialResult]]()
        self._n_left = len(request.trials)
        self._phases: dict[tuple[str, str], Checkpoint | None] = {}
        self._tries: Counter[str] = Counter()
        self._epochs: dict[str, int] = {}
        self._lost: list[tuple[Trial, str]] = []

    @property
    def is_open(self) -> bool:
        """Whether there are trials that were neither given as results nor lost."""
        return self._n_left > 0

    @property
    def has_waiting(self) -> bool:
        """Whether there are trials to be given out."""
        return bool(self._waiting)

    def next_job(self) -> Job:
        """What is to be done for the next trial that waits, from where it was left."""
        trial = self._waiting.popleft()
        self._tries[trial.key] += 1
        checkpoints = self._checkpoints[trial.key]
        return Job(trial, self._machine, checkpoints.title, checkpoints.states())

    def results(self) -> Results:
        """The trials that are done and were not given before; others go on while one is stored."""
        while self._done:
            self._n_left -= 1
            yield self._done.popleft()

    def take(self, trial: Trial, message: Message) -> None:
        """Take what is told of a trial.

        Raises:
            Exception: What the trial has failed with.
        """
        match message:
            case Begun():
                if trial.key not in self._epochs:
                    self._epochs[trial.key] = 0
                    self._observer.begin(trial)
            case EpochEnded(number, metrics):
                if number > self._epochs[trial.key]:  # else it was told before the trial was tried again
                    self._epochs[trial.key] = number
                    self._observer.epoch(trial, number, metrics)
            case Resumed(run):
                self._checkpoints[trial.key].resumes(run)
            case StateLeft(phase, state):
                if (checkpoint := self._checkpoint(trial, phase)) is not None:
                    checkpoint.save(state)
            case Said(name, level, text):
                logging.getLogger(name).log(level, "%s", text)
            case Failed(error, trace):
                raise error from ElsewhereError(trace)
            case Done(result):
                self._done.append((trial, result))

    def lose(self, trial: Trial, reason: str) -> None:
        """What trained a trial has died: the trial is the next one to be tried again, or is given up.

        Raises:
            UserError: If nothing has ever begun, so that the others would not begin either.
        """
        if self._tries[trial.key] < MOST_TRIES:
            logger.warning("%s: what trained it %s; it is tried once more", self._title(trial), reason)
            self._waiting.appendleft(trial)
            return
        if not self._epochs:
            raise UserError(f"No trial begins: what was to train {self._title(trial)} {reason}, twice.")
        logger.error("%s failed: what trained it %s, once more", self._title(trial), reason)
        self._n_left -= 1
        self._lost.append((trial, reason))
        self._observer.lose(trial, reason)

    def close(self) -> None:
        """All trials are done or lost.

        Raises:
            LostTrialsError: If some are lost.
        """
        if self._lost:
            raise LostTrialsError(self._lost)

    def _title(self, trial: Trial) -> str:
        return self._checkpoints[trial.key].title or trial.name

    def _checkpoint(self, trial: Trial, phase: str) -> Checkpoint | None:
        key = (trial.key, phase)
        if key not in self._phases:
            self._phases[key] = self._checkpoints[trial.key].phase(phase)
        return self._phases[key]
