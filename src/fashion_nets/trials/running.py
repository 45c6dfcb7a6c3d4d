"""Many trials in a row: what is finished is taken as it is, and each is a run of its own in MLflow."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.evaluation.studies import COSTS
from fashion_nets.tracking import child_run, epoch_logger
from fashion_nets.trials.trial import (
    Trial,
    TrialResult,
    changes,
    digest_sets,
    measure_costs,
    run_trial,
)

Records = Mapping[str, Callable[[], dict[str, Any]]]
"""Stored trials by key, each a function that reads it."""

logger = logging.getLogger(__name__)


def run_trials(
    title: str,
    trials: Sequence[Trial],
    finished: Records,
    tags: Mapping[str, Any],
    train_set: LabelledImages,
    validation_set: LabelledImages,
    class_names: Sequence[str],
    test_set: LabelledImages | None = None,
) -> Iterator[dict[str, dict[str, Any]]]:
    """Train what is not finished yet, trial by trial.

    Args:
        title: What log lines begin with, such as ``"study optimizers"``.
        trials: What to train.
        finished: Stored trials, each taken as it is unless it was made from something else.
        tags: Tags of the run of each trial, beside its variant and its seed.
        train_set: Images to fit.
        validation_set: Images to watch and to measure on.
        class_names: One for each class.
        test_set: Images to measure the final networks on; None leaves that out.

    Yields:
        The record of each trial by its key, as it is done; nothing for what is stored already.
    """
    sets = [train_set, validation_set] if test_set is None else [train_set, validation_set, test_set]
    data = digest_sets(*sets)
    for number, trial in enumerate(trials, start=1):
        place = f"{title}: {trial.name} ({number} of {len(trials)})"
        own_tags = {**tags, "variant": trial.variant, "seed": trial.seed}
        settings = trial.settings(data)
        if record := _find_record(trial, finished, settings, place):
            result = TrialResult.from_record(record)
            if not result.numbers.keys() >= set(COSTS):  # stored before they were estimated
                result.numbers.update(measure_costs(trial.classifier, train_set, len(class_names)))
                yield {trial.key: {"settings": settings, **result.to_record()}}
            _track_finished(trial, result, own_tags)
            logger.info("%s: finished earlier, %s", place, _tell(result))
            continue
        with child_run(trial.name, trial.classifier.parameters(), own_tags) as log_results:
            listener = epoch_logger(trial.classifier.network)
            result = run_trial(trial, train_set, validation_set, class_names, listener, test_set)
            log_results(result.numbers)
        yield {trial.key: {"settings": settings, **result.to_record()}}
        logger.info("%s: %s", place, _tell(result))  # Kedro has stored it when it comes back for more


def _find_record(trial: Trial, finished: Records, settings: dict[str, Any], place: str) -> dict | None:
    """What is stored of a trial, unless it was made from something else."""
    if trial.key not in finished:
        return None
    record = finished[trial.key]()
    if different := changes(record["settings"], settings):
        logger.info("%s: trained again, as %s changed", place, ", ".join(different))
        return None
    return record


def _track_finished(trial: Trial, result: TrialResult, tags: dict[str, Any]) -> None:
    """Log a trial of an earlier run, so that each run shows all of its trials."""
    parameters, log_epoch = trial.classifier.parameters(), epoch_logger(trial.classifier.network)
    with child_run(trial.name, parameters, {**tags, "finished_earlier": "true"}) as log_results:
        for epoch in result.history.to_dict("records"):
            log_epoch(epoch.pop("epoch"), epoch)
        log_results(result.numbers)


def _tell(result: TrialResult) -> str:
    seconds = f"{result.numbers['seconds']:.0f} s"
    if result.diverged:
        return f"diverged in epoch {result.numbers['epochs']}, {seconds}"
    return f"val_accuracy {result.numbers['val_accuracy']:.4f}, {seconds}"
