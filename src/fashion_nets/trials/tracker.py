"""Each trial as a run of its own in MLflow, below the run of its comparison."""

from collections.abc import Mapping

from fashion_nets.tracking.child_runs import ChildRun
from fashion_nets.tracking.entries import Status
from fashion_nets.trials.result import TrialResult
from fashion_nets.trials.trial import Trial


class TrialTracker:
    """Opens a child run for each trial, several at a time where trials run at the same time.

    Args:
        tags: Tags of all of them, beside the labels and the seed of each trial.
    """

    def __init__(self, tags: Mapping[str, str]) -> None:
        self._tags = tags
        self._runs: dict[str, ChildRun] = {}

    def begin(self, trial: Trial, **tags: str) -> None:
        """Open the run of a trial."""
        own_tags = {**self._tags, **trial.labels, "seed": trial.seed, **tags}
        self._runs[trial.key] = ChildRun(trial.name, trial.recipe.parameters(), own_tags)

    def epoch(self, trial: Trial, number: int, metrics: Mapping[str, float]) -> None:
        """Log the metrics of an epoch under the name of the network."""
        self._runs[trial.key].log(
            {f"{trial.recipe.network}/{name}": value for name, value in metrics.items()}, step=number
        )

    def finish(self, trial: Trial, result: TrialResult) -> None:
        """Log the results of a trial and end its run; one that nobody told of is logged as a whole."""
        if trial.key not in self._runs:
            self._log_epochs(trial, result)
        run = self._runs.pop(trial.key)
        run.log(result.numbers)
        run.end("FINISHED")

    def finish_earlier(self, trial: Trial, result: TrialResult) -> None:
        """Log a trial of an earlier run, so that each run shows all of its trials."""
        self._log_epochs(trial, result, finished_earlier="true")
        self.finish(trial, result)

    def abandon(self, status: Status) -> None:
        """End what is open, as ``KILLED`` or ``FAILED``."""
        while self._runs:
            self._runs.popitem()[1].end(status)

    def _log_epochs(self, trial: Trial, result: TrialResult, **tags: str) -> None:
        self.begin(trial, **tags)
        for epoch in result.history.to_dict("records"):
            self.epoch(trial, epoch.pop("epoch"), epoch)
