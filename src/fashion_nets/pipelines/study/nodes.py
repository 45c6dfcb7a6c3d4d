"""Nodes of the pipeline ``study``."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.evaluation.studies import COSTS, TRIAL_COLUMNS, StudyResults, average_histories
from fashion_nets.evaluation.studies import compare_variants as compare
from fashion_nets.pipelines.study.definition import FigureParams, StudyParams, StudyPlan, make_plan
from fashion_nets.pipelines.study.figures import FIGURES, FigureContext
from fashion_nets.pipelines.study.trials import (
    Trial,
    TrialResult,
    changes,
    digest_sets,
    measure_costs,
    run_trial,
)
from fashion_nets.plotting.study import StudyCaption, plot_study_curves, say_nothing_to_draw
from fashion_nets.plotting.style import display_name
from fashion_nets.tracking import child_run, epoch_logger

Records = dict[str, Callable[[], dict[str, Any]]]
"""Stored trials by key, each a function that reads it."""

SHOWN_COLUMNS = {
    "variant": "variant",
    "n_seeds": "seeds",
    "n_diverged": "diverged",
    "val_accuracy_mean": "val_accuracy",
    "val_accuracy_std": "±",
    "train_accuracy_mean": "train_accuracy",
    "epochs_mean": "epochs",
    "seconds_per_epoch_mean": "s/epoch",
    "seconds_mean": "seconds",
    "parameters": "parameters",
    "multiplications": "multiplications",
    "training_memory_mb": "MB",
}

_NO_BREAK = "\N{NO-BREAK SPACE}"  # keeps a number and its deviation in one line of a title

logger = logging.getLogger(__name__)


def plan_study(
    study: StudyParams,
    studies: dict[str, Any],
    architectures: dict[str, Any],
    seed: int,
    train_set: LabelledImages,
    class_names: list[str],
    **networks: dict[str, Any],
) -> StudyPlan:
    """Resolve the variants of the study, and make sure of all of them before any is trained."""
    return make_plan(study, studies, networks, architectures, seed, train_set.images.shape, len(class_names))


def train_trials(
    plan: StudyPlan,
    study: StudyParams,
    finished_trials: Records,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    class_names: list[str],
) -> Iterator[dict[str, dict[str, Any]]]:
    """Train what is not finished yet, trial by trial, and yield the record of each as it is done."""
    images = LabelledImages(*(part[: plan.n_images] for part in train_set))
    data = digest_sets(images, validation_set)
    for number, trial in enumerate(plan.trials, start=1):
        place = f"study {plan.name}: {trial.name} ({number} of {len(plan.trials)})"
        tags = {"study": plan.name, "variant": trial.variant, "seed": trial.seed}
        settings = trial.settings(data)
        if study.reuse and (record := _find_record(trial, finished_trials, settings, place)):
            result = TrialResult.from_record(record)
            if not result.numbers.keys() >= set(COSTS):  # stored before they were estimated
                result.numbers.update(measure_costs(trial.classifier, images, len(class_names)))
                yield {trial.key: {"settings": settings, **result.to_record()}}
            _track_finished(trial, result, tags)
            logger.info("%s: finished earlier, %s", place, _tell(result))
            continue
        with child_run(trial.name, trial.classifier.parameters(), tags) as log_results:
            listener = epoch_logger(trial.classifier.name)
            result = run_trial(trial, images, validation_set, class_names, listener)
            log_results(result.numbers)
        yield {trial.key: {"settings": settings, **result.to_record()}}
        logger.info("%s: %s", place, _tell(result))  # Kedro has stored it when it comes back for more


def collect_results(plan: StudyPlan, trials: Records) -> StudyResults:
    """Put what the trials of the study gave into tables; other stored trials are left alone."""
    rows, histories, tables = [], [], {name: [] for name in plan.definition.measurements}
    for trial in plan.trials:
        result = TrialResult.from_record(trials[trial.key]())
        names = {"variant": trial.variant, "seed": trial.seed}
        rows.append({**names, "diverged": result.diverged is not None, **result.numbers})
        histories.append(result.history.assign(**names))
        for name, table in result.measurements.items():
            tables[name].append(table.assign(**names))
    measurements = {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items() if parts}
    all_trials = pd.DataFrame(rows).reindex(columns=TRIAL_COLUMNS)  # if all diverged, no row has all
    return StudyResults(all_trials, pd.concat(histories, ignore_index=True), measurements)


def compare_variants(plan: StudyPlan, results: StudyResults) -> pd.DataFrame:
    """Average over the seeds of each variant, the best variant first."""
    comparison = compare(results.trials)
    shown = comparison[list(SHOWN_COLUMNS)].rename(columns=SHOWN_COLUMNS)
    logger.info(
        "Study %s: %s\n%s", plan.name, plan.definition.question, shown.to_string(index=False, na_rep="-")
    )
    return comparison


def plot_curves(plan: StudyPlan, results: StudyResults, comparison: pd.DataFrame) -> Figure:
    """Draw losses and accuracies of all variants, from epoch to epoch."""
    caption = _write_caption(plan, comparison)
    return plot_study_curves(average_histories(results.histories), results.trials, caption)


def plot_answer(plan: StudyPlan, results: StudyResults, comparison: pd.DataFrame) -> Figure:
    """Draw what answers the question of the study."""
    return _draw(plan.definition.answer, plan, results, comparison)


def plot_further_figures(
    plan: StudyPlan, results: StudyResults, comparison: pd.DataFrame
) -> dict[str, Figure]:
    """Draw what else the study shows, by file name; nothing for most studies."""
    return {
        f"{name}.png": _draw(figure, plan, results, comparison)
        for name, figure in plan.definition.further_figures.items()
    }


def _find_record(
    trial: Trial, finished: Records, settings: dict[str, Any], place: str
) -> dict[str, Any] | None:
    """What is stored of a trial, unless it was made from something else."""
    if trial.key not in finished:
        return None
    record = finished[trial.key]()
    if different := changes(record["settings"], settings):
        logger.info("%s: trained again, as %s changed", place, ", ".join(different))
        return None
    return record


def _track_finished(trial: Trial, result: TrialResult, tags: dict[str, Any]) -> None:
    """Log a trial of an earlier run, so that each run of a study shows all of it."""
    parameters, log_epoch = trial.classifier.parameters(), epoch_logger(trial.classifier.name)
    with child_run(trial.name, parameters, {**tags, "finished_earlier": "true"}) as log_results:
        for epoch in result.history.to_dict("records"):
            log_epoch(epoch.pop("epoch"), epoch)
        log_results(result.numbers)


def _tell(result: TrialResult) -> str:
    seconds = f"{result.numbers['seconds']:.0f} s"
    if result.diverged:
        return f"diverged in epoch {result.numbers['epochs']}, {seconds}"
    return f"val_accuracy {result.numbers['val_accuracy']:.4f}, {seconds}"


def _draw(figure: FigureParams, plan: StudyPlan, results: StudyResults, comparison: pd.DataFrame) -> Figure:
    caption = _write_caption(plan, comparison)
    kind = FIGURES[figure.kind]
    if kind.measurement not in {None, *results.measurements}:
        return say_nothing_to_draw(caption)
    return kind.draw(FigureContext(plan.name, caption, results, figure.quantity, figure.log_scale))


def _write_caption(plan: StudyPlan, comparison: pd.DataFrame) -> StudyCaption:
    best = comparison.iloc[0]
    mean, deviation, n_seeds = best["val_accuracy_mean"], best["val_accuracy_std"], best["n_seeds"]
    if pd.isna(mean):
        result = "Every trial diverged."
    else:
        spread = "" if pd.isna(deviation) else f"{_NO_BREAK}±{_NO_BREAK}{deviation:.4f}"
        result = f"Best: {display_name(best['variant'])}, validation accuracy{_NO_BREAK}{mean:.4f}{spread}"
    seeds = "one seed" if n_seeds == 1 else f"mean and standard deviation of {n_seeds} seeds"
    return StudyCaption(
        question=plan.definition.question,
        result=result,
        facts=f"{display_name(plan.definition.network)}, {plan.n_images:,} training images, {seeds}",
        is_scale=FIGURES[plan.definition.answer.kind].is_scale,
    )
