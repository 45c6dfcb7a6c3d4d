"""Many trials: what is finished is taken as it is, the rest is trained, tracked and given to be stored."""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from fashion_nets.provenance.changes import changes
from fashion_nets.provenance.digests import digest_weights
from fashion_nets.provenance.machine import describe_machine, library_versions
from fashion_nets.training.checkpoints import NOT_KEPT, Checkpoints
from fashion_nets.trials.images import TrialSets
from fashion_nets.trials.planning import Plan
from fashion_nets.trials.progress import Progress
from fashion_nets.trials.result import TrialResult
from fashion_nets.trials.runner import Request, Runner, run_one_by_one
from fashion_nets.trials.tracker import TrialTracker
from fashion_nets.trials.training import Bases
from fashion_nets.trials.trial import Trial

Records = Mapping[str, Callable[[], dict[str, Any]]]
"""Stored trials by key, each a function that reads it."""

logger = logging.getLogger(__name__)


def run_trials(
    plan: Plan,
    finished: Records,
    sets: TrialSets,
    bases: Bases,
    run: Runner = run_one_by_one,
    checkpoints: Checkpoints = NOT_KEPT,
    threads: int | None = None,
) -> Iterator[dict[str, dict[str, Any]]]:
    """Train what is not finished yet.

    Args:
        plan: What to train.
        finished: Stored trials, each taken as it is unless it was made from something else.
        sets: What images are chosen from.
        bases: The networks that are reused, trained.
        run: How the trials are run.
        checkpoints: Where a trial leaves its state until its record is stored; another run goes on from there
            unless all trials are to be trained anew. One that pauses leaves it for the trial that goes on.
        threads: How many each trial computes with; None: as many as this process.

    Yields:
        The record of each trial by its key, as it is done; nothing for what is stored already.
    """
    settings = _resolve_settings(plan, sets, bases, threads)
    progress, tracker = Progress(plan), TrialTracker(plan.tags)
    missing = []
    try:
        for trial in plan.trials:
            found = _find_result(plan, trial, finished, settings[trial.key])
            if found is None:
                missing.append(trial)
                continue
            result, record = found
            tracker.finish_earlier(trial, result, record)
            logger.debug(progress.tell(trial, result, finished_earlier=True))
        if earlier := len(plan.trials) - len(missing):
            logger.info("%s: %d of %d trials were finished earlier", plan.title, earlier, len(plan.trials))
        versions = library_versions()
        if not plan.reuse:
            checkpoints.remove()
        states = {
            trial.key: checkpoints.of(trial.training or trial.key, f"{plan.title}: {trial.name}").for_account(
                tracker.account(trial)
            )
            for trial in missing
        }
        request = Request(missing, sets, bases, Observers(tracker, progress), states)
        for trial, result in run(request):
            record = {"settings": settings[trial.key], "versions": versions, **result.to_record()}
            tracker.finish(trial, result, record)
            yield {trial.key: record}
            if trial.pause_after is None:
                states[trial.key].remove()  # Kedro has stored the record when it comes back for more
            logger.info(progress.tell(trial, result))
    except Exception:
        tracker.abandon("FAILED")
        raise
    finally:  # Ctrl+C, or whoever asked for results wants no more of them
        tracker.abandon("KILLED")


class Observers(NamedTuple):
    """Those that are told of trials while they run: MLflow and the log."""

    tracker: TrialTracker
    progress: Progress

    def begin(self, trial: Trial) -> None:
        """A trial has begun."""
        self.tracker.begin(trial)
        self.progress.begin(trial)

    def epoch(self, trial: Trial, number: int, metrics: Mapping[str, float]) -> None:
        """An epoch of it has ended."""
        self.tracker.epoch(trial, number, metrics)
        if line := self.progress.tell_epoch(trial, number, metrics):
            logger.info(line)

    def lose(self, trial: Trial, reason: str) -> None:
        """It is given up."""
        self.tracker.lose(trial, reason)
        self.progress.lose(trial)


def _resolve_settings(
    plan: Plan, sets: TrialSets, bases: Bases, threads: int | None
) -> dict[str, dict[str, Any]]:
    """All that the result of each trial depends on, by its key."""
    digests, machine = sets.digests(), describe_machine()
    if threads is not None:
        machine["threads"] = threads
    weights = {name: digest_weights(base) for name, base in bases.items()}
    n_classes = len(sets.class_names)
    return {trial.key: trial.settings(digests, weights, n_classes, machine) for trial in plan.trials}


def _find_result(
    plan: Plan, trial: Trial, finished: Records, settings: Mapping[str, Any]
) -> tuple[TrialResult, dict[str, Any]] | None:
    """What is stored of a trial, and its record, unless it was made from something else."""
    if not plan.reuse or trial.key not in finished:
        return None
    record = finished[trial.key]()
    try:
        result, different = TrialResult.from_record(record), changes(record["settings"], settings)
    except (AttributeError, KeyError, TypeError, ValueError):  # another file has taken its name
        logger.warning(
            "%s: what is stored of %s is no record of a trial, which is trained again", plan.title, trial.name
        )
        return None
    if not _depends_on_weights(plan, trial):
        different = [path for path in different if path != "base.weights"]
    if different:
        logger.info("%s: %s is trained again, as %s changed", plan.title, trial.name, ", ".join(different))
        return None
    return result, record


def _depends_on_weights(plan: Plan, trial: Trial) -> bool:
    """Whether the weights of its base count for a trial.

    A network from scratch takes none, and its recipe tells its layers; but nothing else tells those of a
    stored base.
    """
    reuse = trial.reuse
    return reuse is not None and (reuse.n_layers > 0 or isinstance(plan.bases.get(reuse.base), str))
