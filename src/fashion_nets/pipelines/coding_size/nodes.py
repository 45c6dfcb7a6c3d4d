"""Nodes of the pipeline ``coding_size``."""

import math
from typing import Annotated, Any

import pandas as pd
from pydantic import AfterValidator, PositiveInt, StrictBool

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.evaluation.pca import reconstruct_by_pca
from fashion_nets.evaluation.reconstruction import reconstruction_metrics
from fashion_nets.parameters import Parameters
from fashion_nets.training.recipe import choose_recipe
from fashion_nets.trials.collecting import TrialTables
from fashion_nets.trials.images import ImageChoice
from fashion_nets.trials.planning import Plan, limit_epochs, plan_seeds
from fashion_nets.trials.training import AUTOENCODER_SCORES
from fashion_nets.trials.trial import Trial

AUTOENCODERS = ("stacked_autoencoder", "convolutional_autoencoder")


def _check_sizes(sizes: tuple[int, ...]) -> tuple[int, ...]:
    if len(sizes) < 2 or list(sizes) != sorted(set(sizes)):
        raise ValueError(f"expected two or more numbers of codings, each larger than the last, got {sizes}")
    return sizes


class CodingSizeParams(Parameters):
    """Which numbers of codings are tried, and how much of the training it takes.

    Attributes:
        sizes: Numbers of codings, ascending.
        max_epochs: Upper bound of the epochs of every training, None for none.
        n_train_images: Train on so many training images at most, the first ones; None for all of them.
        reuse: Whether finished trainings are taken as they are.
    """

    sizes: Annotated[tuple[PositiveInt, ...], AfterValidator(_check_sizes)]
    max_epochs: PositiveInt | None
    n_train_images: PositiveInt | None
    reuse: StrictBool


def plan_sizes(
    seed: int,
    train_set: LabelledImages,
    class_names: list[str],
    coding_size: CodingSizeParams,
    **autoencoders: dict[str, Any],
) -> Plan:
    """Plan a training of each autoencoder with each number of codings."""
    n_images = min(len(train_set.labels), coding_size.n_train_images or len(train_set.labels))
    trials = []
    for method in AUTOENCODERS:
        recipe = limit_epochs(choose_recipe(method, **autoencoders), coding_size.max_epochs)
        for size in coding_size.sizes:
            architecture = recipe.architecture.model_copy(update={"codings_size": size})
            trial = Trial(
                {"method": method, "codings": size},
                seed,
                recipe._replace(architecture=architecture),
                ImageChoice(n_images=n_images),
                scored_on=("val",),
            )
            trials += plan_seeds(trial, 1, train_set, class_names)
    return Plan("coding_size", trials, coding_size.reuse, tags={"experiment": "coding_size"})


def measure_pca(
    train_set: LabelledImages, validation_set: LabelledImages, coding_size: CodingSizeParams
) -> pd.DataFrame:
    """Reconstruct validation images from as many principal components; return a row each with its errors."""
    train_images = train_set.images[: coding_size.n_train_images]
    images = validation_set.images
    reconstructed = reconstruct_by_pca(train_images, images, coding_size.sizes)
    return pd.DataFrame(
        [
            {
                "method": "pca",
                "codings": size,
                "n_train_images": len(train_images),
                **reconstruction_metrics(images, reconstructions),
            }
            for size, reconstructions in zip(coding_size.sizes, reconstructed, strict=True)
        ]
    )


def compare_sizes(tables: TrialTables, pca_errors: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, float]]:
    """Set the errors side by side, for each number of codings the smallest first; and the same as metrics."""
    trials = tables.trials
    trained = trials[["method", "codings"]].assign(
        n_train_images=pca_errors["n_train_images"].iloc[0],
        **{error: trials[f"val_{error}"] for error in AUTOENCODER_SCORES},
        epochs=trials["epochs"],
        seconds=trials["training_seconds"],
    )
    errors = pd.concat([trained, pca_errors], ignore_index=True)
    errors = errors.astype({"epochs": "Int64"}).sort_values(["codings", "mse"], ignore_index=True)
    metrics = {
        f"{row['method']}_{row['codings']}_val_{error}": float(row[error])
        for row in errors.to_dict("records")
        for error in AUTOENCODER_SCORES
        if math.isfinite(row[error])
    }
    return errors, metrics
