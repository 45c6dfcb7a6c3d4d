"""Nodes of the pipeline ``study``."""

import logging
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.evaluation.studies import average_histories
from fashion_nets.evaluation.studies import compare_variants as compare
from fashion_nets.pipelines.study.definition import (
    FigureParams,
    Study,
    StudyParams,
    make_plan,
    read_study,
)
from fashion_nets.pipelines.study.figures import FIGURES, FigureContext
from fashion_nets.pipelines.wiring import checked_by
from fashion_nets.plotting.study import plot_study_curves
from fashion_nets.plotting.study_caption import StudyCaption, say_nothing_to_draw
from fashion_nets.plotting.style import display_name
from fashion_nets.trials.collecting import TrialTables
from fashion_nets.trials.planning import Plan

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


def check_study(
    study: StudyParams,
    studies: dict[str, Any],
    architecture_settings: dict[str, Any],
    **networks: dict[str, Any],
) -> None:
    """Refuse a study that is not there, or wrong in itself."""
    read_study(study, studies, architecture_settings, **networks)


@checked_by(check_study)
def plan_study(
    study: StudyParams,
    studies: dict[str, Any],
    architecture_settings: dict[str, Any],
    seed: int,
    train_set: LabelledImages,
    class_names: list[str],
    **networks: dict[str, Any],
) -> tuple[Plan, Study]:
    """Resolve the variants of the study, and make sure of all of them before any is trained."""
    return make_plan(study, studies, networks, architecture_settings, seed, train_set, class_names)


def compare_variants(study: Study, tables: TrialTables) -> pd.DataFrame:
    """Average over the seeds of each variant, the best variant first."""
    comparison = compare(tables.trials)
    shown = comparison[list(SHOWN_COLUMNS)].rename(columns=SHOWN_COLUMNS)
    logger.info(
        "Study %s: %s\n%s", study.name, study.definition.question, shown.to_string(index=False, na_rep="-")
    )
    return comparison


def plot_curves(study: Study, tables: TrialTables, comparison: pd.DataFrame) -> Figure:
    """Draw losses and accuracies of all variants, from epoch to epoch."""
    caption = _write_caption(study, comparison)
    return plot_study_curves(average_histories(tables.histories), tables.trials, caption)


def plot_answer(study: Study, tables: TrialTables, comparison: pd.DataFrame) -> Figure:
    """Draw what answers the question of the study."""
    return _draw(study.definition.answer, study, tables, comparison)


def plot_further_figures(study: Study, tables: TrialTables, comparison: pd.DataFrame) -> dict[str, Figure]:
    """Draw what else the study shows, by file name; nothing for most studies."""
    return {
        f"{name}.png": _draw(figure, study, tables, comparison)
        for name, figure in study.definition.further_figures.items()
    }


def _draw(figure: FigureParams, study: Study, tables: TrialTables, comparison: pd.DataFrame) -> Figure:
    caption = _write_caption(study, comparison)
    kind = FIGURES[figure.kind]
    if kind.measurement not in {None, *tables.measurements}:
        return say_nothing_to_draw(caption)
    return kind.draw(FigureContext(study.name, caption, tables, figure.quantity or "", figure.log_scale))


def _write_caption(study: Study, comparison: pd.DataFrame) -> StudyCaption:
    best = comparison.iloc[0]
    mean, deviation, n_seeds = best["val_accuracy_mean"], best["val_accuracy_std"], best["n_seeds"]
    if pd.isna(mean):
        result = "Every trial diverged."
    else:
        spread = "" if pd.isna(deviation) else f"{_NO_BREAK}±{_NO_BREAK}{deviation:.4f}"
        result = f"Best: {display_name(best['variant'])}, validation accuracy{_NO_BREAK}{mean:.4f}{spread}"
    seeds = "one seed" if n_seeds == 1 else f"mean and standard deviation of {n_seeds} seeds"
    return StudyCaption(
        question=study.definition.question,
        result=result,
        facts=f"{display_name(study.definition.network)}, {study.n_images:,} training images, {seeds}",
        is_scale=FIGURES[study.definition.answer.kind].is_scale,
    )
