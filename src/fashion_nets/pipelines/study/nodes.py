"""Nodes of the pipeline ``study``."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.evaluation.differences import Quantity, collect_outcomes, guessing_accuracy, pool_seeds
from fashion_nets.evaluation.studies import average_histories
from fashion_nets.evaluation.studies import compare_variants as compare
from fashion_nets.formatting import NO_BREAK, begin_sentence, count_epochs
from fashion_nets.networks.names import display_name
from fashion_nets.pipelines.study.claims import OUTCOMES, Outcome, judge_claims, list_orderings
from fashion_nets.pipelines.study.conclusions import CONCLUSIONS, COSTS, Evidence
from fashion_nets.pipelines.study.definition import (
    Study,
    StudyParams,
    make_plan,
    read_study,
)
from fashion_nets.pipelines.study.figures import FIGURES, FigureContext, FigureParams
from fashion_nets.pipelines.wiring import checked_by
from fashion_nets.plotting.study import plot_study_curves
from fashion_nets.plotting.study_caption import StudyCaption, say_nothing_to_draw
from fashion_nets.trials.collecting import TrialTables
from fashion_nets.trials.planning import Plan

SHOWN_COLUMNS = {
    "variant": "variant",
    "n_seeds": "seeds",
    "n_diverged": "diverged",
    "val_accuracy_mean": "val_accuracy",
    "val_accuracy_std": "±",
    "difference": "difference",
    "difference_95": "± 95 %",
    "train_accuracy_mean": "train_accuracy",
    "epochs_mean": "epochs",
    "seconds_per_epoch_mean": "s/epoch",
    "seconds_mean": "seconds",
    "parameters": "parameters",
    "multiplications": "multiplications",
    "training_memory_mb": "MB",
}

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


def compare_variants(
    study: Study, tables: TrialTables, validation_set: LabelledImages
) -> tuple[pd.DataFrame, dict[str, Any], StudyCaption]:
    """Average over the seeds of each variant, the best variant first, and answer the question.

    Returns:
        A row per variant, with its difference in validation accuracy from the variant that the conclusion
        compares with and half of its 95 % interval; the conclusion as JSON holds it: ``sentence``,
        ``cannot_tell`` (what it is not to be relied on for and why, or None, as with more seeds than the
        study has), ``claims`` (the outcome of each) and
        ``ahead`` (for each variant those that it is ahead of beyond noise); and what is written on figures.
    """
    comparison = compare(tables.trials)
    evidence = _gather_evidence(study, tables, validation_set.labels)
    claims = judge_claims(evidence, study.definition.claims)
    ahead: dict[str, list[str]] = {}
    if evidence is None:
        answer = ["every trial diverged"]
    else:
        conclusion = study.definition.conclusion
        kind = CONCLUSIONS[conclusion.kind]
        answer = kind.draw(evidence, conclusion.variants, conclusion.quantity or "")
        comparison = _add_differences(comparison, evidence, kind.reference(evidence, conclusion.variants))
        ahead = list_orderings(evidence)
    n_seeds = int(comparison["n_seeds"].max())
    cannot_tell = study.definition.cannot_tell if n_seeds <= study.definition.n_seeds else None
    epochs = _tell_epochs(tables.trials, study.epochs)
    caption = _write_caption(study, answer, len(validation_set.labels), epochs, n_seeds, cannot_tell)
    shown = comparison.filter(list(SHOWN_COLUMNS)).rename(columns=SHOWN_COLUMNS)
    table = shown.to_string(index=False, na_rep="-")
    logger.info("Study %s: %s\n%s", study.name, study.question, "\n".join([table, *_tell_claims(claims)]))
    sentence = "; ".join(filter(None, [f"{study.question} {caption.result}", caption.further]))
    sentence = sentence.replace(NO_BREAK, " ")
    told = {"sentence": sentence, "cannot_tell": cannot_tell, "claims": claims, "ahead": ahead}
    return comparison, told, caption


def plot_curves(tables: TrialTables, caption: StudyCaption) -> Figure:
    """Draw losses and accuracies of all variants, from epoch to epoch."""
    averages = average_histories(tables.histories)
    return plot_study_curves(averages, tables.trials, caption.showing("cross-entropy and accuracy by epoch"))


def plot_answer(study: Study, tables: TrialTables, caption: StudyCaption) -> Figure:
    """Draw what answers the question of the study."""
    return _draw(study.definition.answer, tables, caption)


def plot_further_figures(study: Study, tables: TrialTables, caption: StudyCaption) -> dict[str, Figure]:
    """Draw what else the study shows, by file name; nothing for most studies."""
    return {
        f"{name}.png": _draw(
            figure, tables, caption.showing(FIGURES[figure.kind].tell(figure.quantity or ""))
        )
        for name, figure in study.definition.further_figures.items()
    }


def _draw(figure: FigureParams, tables: TrialTables, caption: StudyCaption) -> Figure:
    kind = FIGURES[figure.kind]
    if kind.measurement not in {None, *tables.measurements}:
        return say_nothing_to_draw(caption)
    return kind.draw(FigureContext(caption, tables, figure.quantity or "", figure.log_scale))


def _gather_evidence(study: Study, tables: TrialTables, labels: np.ndarray) -> Evidence | None:
    """What the trials say of the question; None if all of them diverged."""
    seeds = {
        str(variant): rows.loc[~rows["diverged"], "seed"].to_list()
        for variant, rows in tables.trials.groupby("variant", sort=False)
    }
    if not any(seeds.values()):
        return None
    n_images = {"train": min(len(labels), study.n_images), "val": len(labels)}
    outcomes = collect_outcomes(tables.measurements["mistakes"], seeds, n_images)
    quantities: tuple[Quantity, ...] = get_args(Quantity)
    guess = guessing_accuracy(labels)
    return Evidence(
        outcomes=outcomes,
        noise={quantity: pool_seeds(outcomes.values(), quantity, guess) for quantity in quantities},
        diverged=[variant for variant, its_seeds in seeds.items() if not its_seeds],
        guess=guess,
        costs=tables.trials.groupby("variant", sort=False)[list(COSTS)].mean(),
        pruning=tables.measurements.get("pruning", pd.DataFrame()),
    )


def _add_differences(comparison: pd.DataFrame, evidence: Evidence, reference: str) -> pd.DataFrame:
    differences = evidence.differences_from(reference)
    variants = comparison["variant"]
    return comparison.assign(
        compared_with=reference,
        difference=variants.map({name: each.value for name, each in differences.items()}).round(4),
        difference_95=variants.map({name: each.half for name, each in differences.items()}).round(4),
    )


def _tell_claims(claims: Mapping[str, Outcome]) -> list[str]:
    return [f"{begin_sentence(words)}: {OUTCOMES[outcome]}." for words, outcome in claims.items()]


def _tell_epochs(trials: pd.DataFrame, most: int) -> str:
    """How many epochs the trainings had that did not diverge: all as many, or only at most so many."""
    is_the_same = set(trials.loc[~trials["diverged"], "epochs"]) <= {most}
    return count_epochs(most) if is_the_same else f"at most {count_epochs(most)}"


def _write_caption(
    study: Study,
    answer: Sequence[str],
    n_validation: int,
    epochs: str,
    n_seeds: int,
    cannot_tell: str | None,
) -> StudyCaption:
    """Write the first clause of the answer into the title, or that there is doubt, and the others below."""
    deviation = "one seed" if n_seeds == 1 else f"mean ± standard deviation of {n_seeds} seeds"
    over = "the images alone" if n_seeds == 1 else "seeds and images"
    network = display_name(study.definition.network)
    measured = "; ".join(answer)
    first, further = (
        (f"this run cannot tell {cannot_tell}", f"measured: {measured}")
        if cannot_tell
        else (answer[0], "; ".join(answer[1:]))
    )
    return StudyCaption(
        question=study.question,
        result=f"{network}, {n_validation:,} validation images: {first}",
        facts=f"{network}, {study.n_images:,} training images, {epochs}, {deviation}",
        is_scale=study.definition.answer.is_scale,
        further=further,
        noise=(
            f"± of a difference is half of its 95 % interval over {over}, "
            "each by itself: of twenty without a cause, one is beyond noise"
        ),
    )
