"""Each trial as a run of its own in MLflow, below the run of its comparison."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from fashion_nets.provenance.changes import without_keeping
from fashion_nets.provenance.digests import digest_record
from fashion_nets.tracking.child_runs import ChildRun
from fashion_nets.tracking.entries import Earlier, Status, id_of
from fashion_nets.tracking.networks import NETWORK, RESUMES
from fashion_nets.training.parameters import kept_epoch
from fashion_nets.trials.result import TrialResult
from fashion_nets.trials.trial import Trial

RECORD = "trial"
"""The tag with the digest of the record of a trial, by which its run is found again."""
FINISHED_EARLIER = "finished_earlier"
"""The tag of a trial that an earlier run has trained."""
LOST = "failed_as"
"""The tag with the reason for which a trial was given up."""
SETS = {"train": "train_set", "all_train": "train_set", "val": "validation_set", "test": "test_set"}


class TrialTracker:
    """Opens a child run for each trial, several at a time where trials run at the same time.

    Args:
        tags: Tags of all of them, beside the labels and the seed of each trial.
    """

    def __init__(self, tags: Mapping[str, str]) -> None:
        self._tags = tags
        self._runs: dict[str, ChildRun] = {}

    def begin(self, trial: Trial, earlier: Earlier | None = None, **tags: str) -> None:
        """Open the run of a trial."""
        own_tags = {
            **self._tags,
            **trial.labels,
            NETWORK: trial.recipe.network,
            "seed": trial.seed,
            **tags,
        }
        parameters = {
            "seed": trial.seed,
            **without_keeping(trial.recipe.parameters()),
            "images": trial.images.settings(),
        }
        run = self._runs[trial.key] = ChildRun(trial.name, parameters, own_tags, earlier)
        run.log_inputs(dict.fromkeys(SETS[part] for part in ("train", "val", *trial.scored_on)))

    def epoch(self, trial: Trial, number: int, metrics: Mapping[str, float]) -> None:
        """Log the metrics of an epoch."""
        self._runs[trial.key].log(metrics, step=number)

    def account(self, trial: Trial) -> "TrialAccount":
        """What the checkpoints of a trial tell."""
        return TrialAccount(self, trial)

    def finish(self, trial: Trial, result: TrialResult, record: Mapping[str, Any]) -> None:
        """Log the results of a trial and end its run; one that nobody told of is logged as a whole.

        Args:
            trial: The trial.
            result: What it gave.
            record: How that is stored.
        """
        if trial.key not in self._runs:
            self.begin(trial)
            self._log_epochs(trial, result)
        run = self._runs.pop(trial.key)
        run.log_results({**result.numbers, **_best_epoch(trial, result)})
        run.tag({RECORD: digest_record(record)})
        run.end("FINISHED")

    def finish_earlier(self, trial: Trial, result: TrialResult, record: Mapping[str, Any]) -> None:
        """Take the run of a trial that was trained earlier; where MLflow has none, log it as a whole."""
        self.begin(
            trial, Earlier({RECORD: digest_record(record)}, goes_on=False), **{FINISHED_EARLIER: "true"}
        )
        self._log_epochs(trial, result)
        self.finish(trial, result, record)

    def lose(self, trial: Trial, reason: str) -> None:
        """End the run of a trial that is given up, if it has begun, and tell the reason."""
        if (run := self._runs.pop(trial.key, None)) is not None:
            run.tag({LOST: reason})
            run.end("FAILED")

    def abandon(self, status: Status) -> None:
        """End what is open, as ``KILLED`` or ``FAILED``."""
        while self._runs:
            self._runs.popitem()[1].end(status)

    def run_of(self, trial: Trial) -> ChildRun | None:
        """The run of a trial that is at work; None where nobody has told of it yet."""
        return self._runs.get(trial.key)

    def _log_epochs(self, trial: Trial, result: TrialResult) -> None:
        for epoch in result.history.to_dict("records"):
            self.epoch(trial, epoch.pop("epoch"), epoch)


class TrialAccount(NamedTuple):
    """Keeps account of one trial, see :class:`fashion_nets.training.checkpoints.Account`."""

    tracker: TrialTracker
    trial: Trial

    @property
    def run(self) -> str | None:
        """By what the process knows the run, if somebody has told of it."""
        own = self.tracker.run_of(self.trial)
        return None if own is None else own.told_as

    def resumes(self, run: str) -> None:
        """Tell from the state of which run the trial goes on."""
        if (own := self.tracker.run_of(self.trial)) is not None:
            own.tag({RESUMES: id_of(run)})


def _best_epoch(trial: Trial, result: TrialResult) -> dict[str, float]:
    """The epoch that has left the weights; stages end with their last one, and what diverged has none."""
    if result.diverged:
        return {}
    if trial.reuse is not None:
        return {"best_epoch": len(result.history)}
    return {"best_epoch": kept_epoch(result.history, trial.recipe.training.early_stopping)}
