"""Nodes of the pipeline ``gather_more_data``."""

from typing import Annotated, Any

import pandas as pd
from pydantic import Field, NonNegativeInt, PositiveInt, StrictBool

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.data.subsets import doubling_sizes
from fashion_nets.errors import UserError
from fashion_nets.evaluation.more_data import (
    MIN_SIZES,
    AcceptableErrors,
    fit_power_law,
    report_verdict,
)
from fashion_nets.evaluation.seeds import summarize_seeds
from fashion_nets.networks.parameters import one_of
from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.parameters import Parameters, RefusedValueError
from fashion_nets.pipelines.wiring import checked_by
from fashion_nets.training.parameters import EarlyStoppingParams
from fashion_nets.training.recipe import choose_recipe
from fashion_nets.trials.collecting import TrialTables
from fashion_nets.trials.images import ImageChoice
from fashion_nets.trials.planning import Plan, plan_seeds
from fashion_nets.trials.trial import Trial

ERRORS = {"train_error": "all_train", "val_error": "val", "test_error": "test"}
"""The errors by name, with the images that each is measured on."""


class GatherMoreDataParams(Parameters):
    """Which network is trained on how much data, and which errors are acceptable.

    Attributes:
        network: The network of conf/; its training serves, but for the epochs and what stops them.
        smallest_size: Training images below which no further halving goes.
        n_seeds: Trainings with each size, each with other images and other weights.
        epochs: Upper bound of the epochs.
        patience: Epochs without a lower validation loss that end a training.
        min_images_per_epoch: Smaller sets are repeated within an epoch until it has as many images.
        acceptable_error: The acceptable errors.
        reuse: Whether finished trainings are taken as they are.
    """

    network: Annotated[str, one_of("classifier", CLASSIFIERS)]
    smallest_size: PositiveInt
    n_seeds: Annotated[int, Field(ge=2)]
    epochs: PositiveInt
    patience: NonNegativeInt
    min_images_per_epoch: PositiveInt
    acceptable_error: AcceptableErrors
    reuse: StrictBool


def check_sizes(gather_more_data: GatherMoreDataParams, train_set: LabelledImages) -> None:
    """Refuse a smallest size that leaves too few sizes for the fit."""
    n_images, smallest = len(train_set.labels), gather_more_data.smallest_size
    n_sizes = len(doubling_sizes(n_images, smallest))
    if n_sizes < MIN_SIZES:
        raise RefusedValueError(
            "gather_more_data",
            "smallest_size",
            f"halving {n_images:,} training images down to {smallest:,} gives {n_sizes} sizes; the fit needs "
            f"{MIN_SIZES} or more",
        )


@checked_by(check_sizes)
def plan_sizes(
    seed: int,
    train_set: LabelledImages,
    class_names: list[str],
    gather_more_data: GatherMoreDataParams,
    **networks: dict[str, Any],
) -> Plan:
    """Plan trainings on ever more images, with each seed."""
    params = gather_more_data
    check_sizes(params, train_set)
    sizes = doubling_sizes(len(train_set.labels), params.smallest_size)
    recipe = choose_recipe(params.network, **networks)
    stop = EarlyStoppingParams(monitor="val_loss", patience=params.patience, restore_best_weights=True)
    training = recipe.training.model_copy(update={"epochs": params.epochs, "early_stopping": stop})
    trials = []
    for n_images in sizes:
        images = ImageChoice(None, n_images, "in_proportion", params.min_images_per_epoch)
        trial = Trial(
            {"n_images": n_images},
            seed,
            recipe._replace(training=training),
            images,
            scored_on=("all_train", "val", "test"),
        )
        trials += plan_seeds(trial, params.n_seeds, train_set, class_names)
    return Plan("gather_more_data", trials, params.reuse, tags={"experiment": "gather_more_data"})


def summarize_errors(tables: TrialTables) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give a row per training with its errors, and their averages for each number of training images.

    Raises:
        UserError: If all trainings with a number of images diverged.
    """
    trials = tables.trials
    errors = {name: 1 - trials[f"{part}_accuracy"] for name, part in ERRORS.items()}
    results = trials[["n_images", "seed"]].assign(
        **errors, epochs=trials["epochs"], seconds=trials["training_seconds"]
    )
    summary = summarize_seeds(results, ["n_images"], [*ERRORS, "epochs", "seconds"])
    if lost := summary.loc[summary["test_error_mean"].isna(), "n_images"].to_list():
        raise UserError(
            f"every training on {', '.join(map('{:,}'.format, lost))} images diverged, so that there is no "
            "error to compare. Try a lower learning rate."
        )
    return results, summary


def judge_data(
    errors: pd.DataFrame, gather_more_data: GatherMoreDataParams
) -> tuple[dict[str, Any], dict[str, float]]:
    """Fit a power law to the test errors and judge whether more data would help.

    Returns the verdict with the numbers that it rests on, and the numbers alone as metrics.
    """
    law = fit_power_law(errors["n_images"].to_list(), errors["test_error_mean"].to_list())
    with_all_data = {
        f"{error}_{statistic}": float(errors[f"{error}_{statistic}"].iloc[-1])
        for error in ERRORS
        for statistic in ("mean", "std")
    }
    verdict = report_verdict(gather_more_data.network, with_all_data, law, gather_more_data.acceptable_error)
    predictions = {
        f"test_error_at_{prediction['factor']}_times_the_data{suffix}": prediction[value]
        for prediction in verdict["predictions"]
        for value, suffix in (("error", ""), ("low", "_low"), ("high", "_high"))
    }
    return verdict, {**with_all_data, **predictions}
