"""How far a comparison is, and how long the rest may take."""

from statistics import fmean

from fashion_nets.trials.planning import Plan
from fashion_nets.trials.result import TrialResult
from fashion_nets.trials.trial import Trial


class Progress:
    """Counts the trials of a comparison as they are finished.

    Args:
        plan: All of its trials.
    """

    def __init__(self, plan: Plan) -> None:
        self._title = plan.title
        self._n_trials = len(plan.trials)
        self._left = {trial.key: _variant(trial) for trial in plan.trials}
        self._seconds: dict[str, list[float]] = {}

    def tell(self, trial: Trial, result: TrialResult, finished_earlier: bool = False) -> str:
        """Count a trial as finished, and say so with its result in one line."""
        del self._left[trial.key]
        self._seconds.setdefault(_variant(trial), []).append(result.numbers["seconds"])
        place = f"{self._title}: trial {self._n_trials - len(self._left)} of {self._n_trials}, {trial.name}"
        if finished_earlier:
            return f"{place}: finished earlier, {_tell_result(result)}"
        rest = f", about {_write(self.seconds_left())} left" if self._left else ""
        return f"{place}: {_tell_result(result)}{rest}"

    def seconds_left(self) -> float:
        """The seconds that what is left may take one by one, each as long as others of its variant took."""
        mean_of_all = fmean(seconds for group in self._seconds.values() for seconds in group)
        return sum(fmean(self._seconds.get(variant, [mean_of_all])) for variant in self._left.values())


def _variant(trial: Trial) -> str:
    return trial.key.rpartition("/")[0]


def _tell_result(result: TrialResult) -> str:
    seconds = f"{result.numbers['seconds']:.0f} s"
    if result.diverged:
        return f"diverged in epoch {result.numbers['epochs']}, {seconds}"
    scores = [name for name in ("val_accuracy", "val_mse") if name in result.numbers]
    return ", ".join([*(f"{name} {result.numbers[name]:.4f}" for name in scores), seconds])


def _write(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds / 60:.0f} min"
