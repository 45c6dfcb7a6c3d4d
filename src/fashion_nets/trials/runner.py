"""Ways to run trials: whatever trains them, what comes out is an iterator of finished results."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Protocol

from fashion_nets.training.checkpoints import Checkpoints
from fashion_nets.trials.images import TrialSets
from fashion_nets.trials.result import TrialResult
from fashion_nets.trials.training import Bases, train_trial
from fashion_nets.trials.trial import Trial


class Observer(Protocol):
    """Whoever is told of trials while they run; a way to run them may tell late, or nothing."""

    def begin(self, trial: Trial) -> None:
        """A trial has begun."""

    def epoch(self, trial: Trial, number: int, metrics: Mapping[str, float]) -> None:
        """An epoch of it, counted from 1, has ended."""


class Runner(Protocol):
    """A way to run trials."""

    def __call__(
        self,
        trials: Sequence[Trial],
        sets: TrialSets,
        bases: Bases,
        observer: Observer,
        checkpoints: Mapping[str, Checkpoints],
    ) -> Iterator[tuple[Trial, TrialResult]]:
        """Train trials, and yield each with its result as it is finished, in whatever order.

        It stores no results and tracks nothing; each trial leaves its state in its checkpoints, by its key.
        An error of a trial ends all of them; a trial that diverged is a result.
        """


def run_one_by_one(
    trials: Sequence[Trial],
    sets: TrialSets,
    bases: Bases,
    observer: Observer,
    checkpoints: Mapping[str, Checkpoints],
) -> Iterator[tuple[Trial, TrialResult]]:
    """Train trials one after the other in this process; each begins when its result is asked for."""
    for trial in trials:
        observer.begin(trial)
        listener = partial(observer.epoch, trial)
        yield trial, train_trial(trial, sets, bases, listener, checkpoints[trial.key])
