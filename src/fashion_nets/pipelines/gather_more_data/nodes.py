"""Nodes of the pipeline ``gather_more_data``."""

import logging
from typing import Annotated, Any

import pandas as pd
from matplotlib.figure import Figure
from pydantic import Field, NonNegativeInt, PositiveInt

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.data.subsets import doubling_sizes, draw_images, repeat_images
from fashion_nets.errors import UserError
from fashion_nets.evaluation.learning_curve import (
    MIN_SIZES,
    AcceptableErrors,
    fit_power_law,
    report_verdict,
)
from fashion_nets.evaluation.seeds import summarize_seeds
from fashion_nets.inspection.prediction import accuracy_of
from fashion_nets.networks.parameters import one_of
from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.parameters import Parameters
from fashion_nets.plotting.error_by_size import plot_error_by_size
from fashion_nets.training.fit import EarlyStoppingParams
from fashion_nets.training.quiet import quiet_training
from fashion_nets.training.recipe import Recipe

ERRORS = ("train_error", "val_error", "test_error")

logger = logging.getLogger(__name__)


class GatherMoreDataParams(Parameters):
    """Which network is trained on how much data, and what one is content with.

    Attributes:
        network: The network of conf/; its training serves, but for the epochs and what stops them.
        smallest_size: Training images below which no further halving goes.
        n_seeds: Trainings with each size, each with other images and other weights.
        epochs: Upper bound of the epochs.
        patience: Epochs without a lower validation loss that end a training.
        min_images_per_epoch: Smaller sets are repeated within an epoch until it has as many images.
        acceptable_error: The errors that one is content with.
    """

    network: Annotated[str, one_of("classifier", CLASSIFIERS)]
    smallest_size: PositiveInt
    n_seeds: Annotated[int, Field(ge=2)]
    epochs: PositiveInt
    patience: NonNegativeInt
    min_images_per_epoch: PositiveInt
    acceptable_error: AcceptableErrors


def measure_errors(
    seed: int,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    test_set: LabelledImages,
    class_names: list[str],
    recipe: Recipe,
    gather_more_data: GatherMoreDataParams,
) -> pd.DataFrame:
    """Train on ever more images, with each seed; return a row a training with its errors."""
    params = gather_more_data
    sizes = doubling_sizes(len(train_set.labels), params.smallest_size)
    if len(sizes) < MIN_SIZES:
        raise UserError(
            f"halving {len(train_set.labels):,} training images down to gather_more_data.smallest_size, "
            f"{params.smallest_size:,}, gives {len(sizes)} sizes; the fit needs {MIN_SIZES} or more"
        )
    stop = EarlyStoppingParams(monitor="val_loss", patience=params.patience, restore_best_weights=True)
    training = recipe.training.model_copy(update={"epochs": params.epochs, "early_stopping": stop})
    recipe = recipe._replace(training=training)
    results = []
    for n_images in sizes:
        for trial_seed in range(seed, seed + params.n_seeds):
            images = draw_images(train_set, n_images, trial_seed)
            with quiet_training():
                model, history = recipe.fit(
                    repeat_images(images, params.min_images_per_epoch),
                    validation_set,
                    len(class_names),
                    trial_seed,
                )
                errors = [1 - accuracy_of(model, part) for part in (images, validation_set, test_set)]
            results.append(
                {
                    "n_images": n_images,
                    "seed": trial_seed,
                    **dict(zip(ERRORS, errors, strict=True)),
                    "epochs": len(history),
                    "seconds": history["seconds"].sum(),
                }
            )
            logger.info(
                "%s on %d images, seed %d: errors %.4f training, %.4f validation, %.4f test "
                "(%d epochs, %.1f s)",
                recipe.network,
                *results[-1].values(),
            )
    return pd.DataFrame(results)


def summarize_errors(results: pd.DataFrame) -> pd.DataFrame:
    """Average over seeds: a row for each number of training images."""
    return summarize_seeds(results, ["n_images"], [*ERRORS, "epochs", "seconds"])


def judge_data(
    errors: pd.DataFrame, gather_more_data: GatherMoreDataParams
) -> tuple[dict[str, Any], dict[str, float]]:
    """Fit a power law to the test errors and judge whether more data would help.

    Returns the verdict with the numbers that it rests on, and the numbers alone as metrics.
    """
    law = fit_power_law(errors["n_images"], errors["test_error_mean"])
    with_all_data = {
        f"{error}_{statistic}": float(errors[f"{error}_{statistic}"].iloc[-1])
        for error in ERRORS
        for statistic in ("mean", "std")
    }
    verdict = report_verdict(gather_more_data.network, with_all_data, law, gather_more_data.acceptable_error)
    logger.info("Gather more data? %s", verdict["sentence"])
    predictions = {
        f"test_error_at_{prediction['factor']}_times_the_data{suffix}": prediction[value]
        for prediction in verdict["predictions"]
        for value, suffix in (("error", ""), ("low", "_low"), ("high", "_high"))
    }
    return verdict, {**with_all_data, **predictions}


def plot_errors(results: pd.DataFrame, verdict: dict[str, Any]) -> Figure:
    """Draw the errors against the number of training images, with the power law and where it leads."""
    return plot_error_by_size(results, verdict)
