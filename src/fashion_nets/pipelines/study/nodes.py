"""Nodes of the pipeline ``study``."""

import logging
from collections.abc import Iterator
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.evaluation.studies import TRIAL_COLUMNS, StudyResults, average_histories
from fashion_nets.evaluation.studies import compare_variants as compare
from fashion_nets.pipelines.study.definition import FigureParams, StudyParams, StudyPlan, make_plan
from fashion_nets.pipelines.study.figures import FIGURES, FigureContext
from fashion_nets.plotting.study import plot_study_curves
from fashion_nets.plotting.study_caption import StudyCaption, say_nothing_to_draw
from fashion_nets.plotting.style import display_name
from fashion_nets.trials.running import Records, run_trials
from fashion_nets.trials.trial import TrialResult

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
    finished = finished_trials if study.reuse else {}
    tags = {"study": plan.name}
    yield from run_trials(
        f"study {plan.name}", plan.trials, finished, tags, images, validation_set, class_names
    )


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
