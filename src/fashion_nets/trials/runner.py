"""Ways to run trials: whatever trains them, what comes out is an iterator of finished results."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from fashion_nets.errors import UserError
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

    def lose(self, trial: Trial, reason: str) -> None:
        """It is given up: what trained it has died, for this reason, each time that it was tried."""


class LostTrialsError(UserError):
    """Trials were given up, as what trained them has died.

    Attributes:
        lost: Each with the reason.
    """

    def __init__(self, lost: Sequence[tuple[Trial, str]]) -> None:
        self.lost = tuple(lost)
        told = "; ".join(f"{trial.name} ({reason})" for trial, reason in self.lost)
        n_lost = "1 trial" if len(self.lost) == 1 else f"{len(self.lost)} trials"
        super().__init__(
            f"{n_lost} failed, as what trained it died, and died again when it was tried once more: "
            f"{told}. All others are stored; the same command trains what is missing."
        )


class Request(NamedTuple):
    """Trials to train, with all that this takes.

    Attributes:
        trials: What to train.
        sets: What their images are chosen from.
        bases: What they may reuse.
        observer: Is told of them while they run.
        checkpoints: Where each of them leaves its state, by its key.
    """

    trials: Sequence[Trial]
    sets: TrialSets
    bases: Bases
    observer: Observer
    checkpoints: Mapping[str, Checkpoints]


Results = Iterator[tuple[Trial, TrialResult]]
"""Each trial with its result as it is finished, in whatever order."""


class Runner(Protocol):
    """A way to run trials."""

    def __call__(self, request: Request) -> Results:
        """Train trials.

        It stores no results and tracks nothing; each trial leaves its state in its checkpoints, by its key.
        An error of a trial ends all of them; a trial that diverged is a result.

        Raises:
            LostTrialsError: Once all others are trained, if some were given up.
        """


def run_one_by_one(request: Request) -> Results:
    """Train trials one after the other in this process; each begins when its result is asked for."""
    for trial in request.trials:
        request.observer.begin(trial)
        listener = partial(request.observer.epoch, trial)
        checkpoints = request.checkpoints[trial.key]
        yield trial, train_trial(trial, request.sets, request.bases, listener, checkpoints)
