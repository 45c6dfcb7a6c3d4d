"""How far a comparison is, and how long the rest may take."""

import time
from collections.abc import Callable, Mapping
from statistics import fmean

from fashion_nets.formatting import format_duration
from fashion_nets.progress import Pace, Training
from fashion_nets.training.lines import SECONDS_BETWEEN_LINES, seconds_of, tell_watched
from fashion_nets.trials.planning import Plan
from fashion_nets.trials.result import TrialResult
from fashion_nets.trials.trial import Trial

MOST_NAMED = 4
"""So many trials that are at work at the same time are named with their epochs."""


class Progress:
    """Counts the trials of a comparison as they are finished, however many are at work at the same time.

    Args:
        plan: All of its trials.
        clock: Gives the seconds since any point in time.
    """

    def __init__(self, plan: Plan, clock: Callable[[], float] = time.monotonic) -> None:
        self._title = plan.title
        self._n_trials = len(plan.trials)
        self._left = {trial.key: _variant(trial) for trial in plan.trials}
        self._seconds: dict[str, list[float]] = {}
        self._at_work: dict[str, Training] = {}
        self._epochs: dict[str, str] = {}
        self._at_once = 1
        self._pace = Pace(SECONDS_BETWEEN_LINES, clock)

    def begin(self, trial: Trial) -> None:
        """A trial has begun."""
        self._at_work[trial.key] = Training(trial.most_epochs)
        self._epochs[trial.key] = f"{trial.name}, epoch 1"
        self._at_once = max(self._at_once, len(self._at_work))

    def lose(self, trial: Trial) -> None:
        """A trial is given up."""
        self._end(trial)

    def tell(self, trial: Trial, result: TrialResult, finished_earlier: bool = False) -> str:
        """Count a trial as finished, and say so with its result in one line."""
        self._pace.begin_anew()
        self._end(trial)
        self._seconds.setdefault(_variant(trial), []).append(result.numbers["seconds"])
        place = self._place(trial, self._n_done)
        if finished_earlier:
            return f"{place}, finished earlier, {_tell_result(result)}"
        return f"{place}, {_tell_result(result)}{self._rest()}"

    def tell_epoch(self, trial: Trial, number: int, metrics: Mapping[str, float]) -> str:
        """Count an epoch of a trial, and say so; nothing more often than every few seconds."""
        if trial.key not in self._at_work:
            self.begin(trial)
        training = self._at_work[trial.key]
        training.end_epoch(seconds_of(metrics))
        bound = "at most " if trial.reuse is None and trial.recipe.training.may_stop_early else ""
        epoch = f"epoch {number} of {bound}{training.epochs}"
        self._epochs[trial.key] = f"{trial.name}, {epoch}"
        if number >= training.epochs or not self._pace.is_due():
            return ""
        if len(self._at_work) > 1:
            done = f"{self._n_done} of {self._n_trials} trials done"
            return f"{self._title}, {done}; {self._tell_all()}{self._rest()}"
        place = self._place(trial, self._n_done + 1)
        return f"{place}, {epoch}, {tell_watched(metrics)}{self._rest()}"

    def seconds_left(self) -> float:
        """The seconds that what is left may take, each as long as others of its variant took.

        So many at a time are at work as there were at most up to now, and the longest of them takes its time.
        What is at work takes as long as its epochs tell; of a variant that has not been seen yet, each takes
        the mean of all that have been.
        """
        left = {key: training.seconds_left() or 0.0 for key, training in self._at_work.items()}
        seen = {variant: list(seconds) for variant, seconds in self._seconds.items()}
        for key, training in self._at_work.items():
            if (whole := training.seconds_in_all()) is not None:
                seen.setdefault(self._left[key], [whole])
        mean_of_all = fmean(seconds for group in seen.values() for seconds in group)
        waiting = (variant for key, variant in self._left.items() if key not in left)
        rest = sum(left.values()) + sum(fmean(seen.get(variant, [mean_of_all])) for variant in waiting)
        return max([rest / self._at_once, *left.values()])

    @property
    def _n_done(self) -> int:
        return self._n_trials - len(self._left)

    def _end(self, trial: Trial) -> None:
        self._at_work.pop(trial.key, None)
        self._epochs.pop(trial.key, None)
        del self._left[trial.key]

    def _tell_all(self) -> str:
        """What is at work, with its epochs."""
        named = [*self._epochs.values()][:MOST_NAMED]
        others = len(self._epochs) - len(named)
        return "at work: " + "; ".join([*named, *([f"{others} others"] if others else [])])

    def _place(self, trial: Trial, number: int) -> str:
        return f"{self._title}, trial {number} of {self._n_trials}: {trial.name}"

    def _rest(self) -> str:
        return f"; about {format_duration(self.seconds_left())} left" if self._left else ""


def _variant(trial: Trial) -> str:
    return trial.key.rpartition("/")[0]


def _tell_result(result: TrialResult) -> str:
    seconds = f"{result.numbers['seconds']:.0f} s"
    if result.diverged:
        return f"diverged in epoch {result.numbers['epochs']}, {seconds}"
    scores = [name for name in ("val_accuracy", "val_mse") if name in result.numbers]
    return ", ".join([*(f"{name} {result.numbers[name]:.4f}" for name in scores), seconds])
