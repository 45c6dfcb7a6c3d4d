"""Nodes of the pipeline ``transfer``."""

import logging
from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from fashion_nets.data.image_set import ImageSetError, LabelledImages
from fashion_nets.data.subsets import choose_classes, draw_images, find_classes, repeat_images
from fashion_nets.errors import UserError
from fashion_nets.evaluation.seeds import gains_over, summarize_seeds
from fashion_nets.inspection.prediction import accuracy_of
from fashion_nets.networks.reuse import check_reused_layers
from fashion_nets.networks.types import KerasModel
from fashion_nets.plotting import transfer as plots
from fashion_nets.plotting.style import display_name
from fashion_nets.tracking import epoch_logger
from fashion_nets.training.quiet import quiet_training
from fashion_nets.training.recipe import Recipe
from fashion_nets.training.transfer import WAYS, TransferParams, fit_way

logger = logging.getLogger(__name__)


def prepare_base(
    seed: int,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    class_names: list[str],
    recipe: Recipe,
    transfer: TransferParams,
    stored_networks: dict[str, Callable[[], KerasModel]],
) -> KerasModel:
    """Train the base on all classes but those of the task, or take a stored network as it is."""
    task_labels = find_classes(transfer.classes, class_names)
    _check_numbers_of_images(transfer, train_set.labels, task_labels)
    if transfer.stored_base is not None:
        return _load_base(transfer, stored_networks, train_set.images.shape[1:])

    other_labels = [label for label in range(len(class_names)) if label not in task_labels]
    n_classes = len(other_labels)
    check_reused_layers(recipe.build(train_set.images.shape[1:], n_classes), transfer.reused_layers)
    other_train_set, other_validation_set = (
        choose_classes(part, other_labels) for part in (train_set, validation_set)
    )
    base, _ = recipe.fit(
        other_train_set, other_validation_set, n_classes, seed, epoch_logger("transfer_base")
    )
    logger.info(
        "Trained %s as base on %d classes, without %s: validation accuracy %.4f",
        recipe.network,
        n_classes,
        " and ".join(transfer.classes),
        accuracy_of(base, other_validation_set),
    )
    return base


def compare_ways(
    seed: int,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    test_set: LabelledImages,
    class_names: list[str],
    base: KerasModel,
    recipe: Recipe,
    transfer: TransferParams,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train for the task in each way, with each number of labelled images and each seed.

    Returns a row a training with its accuracies, and the epochs of all trainings with ``n_images``.
    """
    labels = find_classes(transfer.classes, class_names)
    train, validation, test = (choose_classes(part, labels) for part in (train_set, validation_set, test_set))
    results, histories = [], []
    for n_images in transfer.numbers_of_images:
        for trial_seed in range(seed, seed + transfer.n_seeds):
            drawn = draw_images(train, n_images, trial_seed)
            images = repeat_images(drawn, transfer.min_images_per_epoch)
            for way in WAYS:
                trial = {"n_images": n_images, "way": way, "seed": trial_seed}
                with quiet_training():
                    model, history = fit_way(way, base, recipe, images, validation, transfer, trial_seed)
                    result = {
                        **trial,
                        "val_accuracy": accuracy_of(model, validation),
                        "test_accuracy": accuracy_of(model, test),
                        "seconds": history["seconds"].sum(),
                    }
                results.append(result)
                logger.info(
                    "%d labelled images, %s, seed %d: validation accuracy %.4f, test accuracy %.4f (%.1f s)",
                    *result.values(),
                )
                if n_images == transfer.n_images:
                    histories.append(history.assign(**trial))
    return pd.DataFrame(results), pd.concat(histories, ignore_index=True)


def summarize_ways(results: pd.DataFrame, transfer: TransferParams) -> tuple[pd.DataFrame, dict[str, float]]:
    """Average over seeds: a row for each number of images and way, and the test accuracies as metrics."""
    gains = gains_over(results, "scratch", "test_accuracy", ["n_images", "seed"])
    table = summarize_seeds(
        results.assign(test_gain=gains),
        ["n_images", "way"],
        ["val_accuracy", "test_accuracy", "test_gain", "seconds"],
    )
    chosen = table[table["n_images"] == transfer.n_images].set_index("way")
    metrics = {
        f"{way}_test_accuracy_{statistic}": float(chosen.loc[way, f"test_accuracy_{statistic}"])
        for way in WAYS
        for statistic in ("mean", "std")
    }
    return table, metrics


def plot_comparison(results: pd.DataFrame, transfer: TransferParams) -> Figure:
    """Draw the test accuracy of each way, and how it grows with the number of labelled images."""
    return plots.plot_ways(results, transfer.n_images, transfer.classes, _describe_base(transfer))


def plot_learning_curves(history: pd.DataFrame, transfer: TransferParams) -> Figure:
    """Draw how validation loss and accuracy of each way went from epoch to epoch."""
    return plots.plot_learning_curves(history, transfer.n_images, transfer.classes, transfer.frozen_epochs)


def _check_numbers_of_images(transfer: TransferParams, labels: np.ndarray, task_labels: list[int]) -> None:
    n_available, most = int(np.isin(labels, task_labels).sum()), max(transfer.numbers_of_images)
    if most > n_available:
        raise ImageSetError(
            f"transfer asks for {most:,} labelled images of {' and '.join(transfer.classes)}, but the "
            f"training set has {n_available:,}. Change n_images or other_n_images."
        )


def _load_base(
    transfer: TransferParams,
    stored_networks: dict[str, Callable[[], KerasModel]],
    image_shape: tuple[int, ...],
) -> KerasModel:
    name = transfer.stored_base
    if name not in stored_networks:
        stored = ", ".join(stored_networks) or "none"
        raise UserError(f"transfer.stored_base: no network '{name}' is stored; there are {stored}.")
    base = stored_networks[name]()
    if base.input_shape[1:] != image_shape:
        raise UserError(
            f"transfer.stored_base: '{name}' takes inputs of shape {base.input_shape[1:]}, but the images "
            f"have {image_shape}."
        )
    check_reused_layers(base, transfer.reused_layers)
    logger.warning(
        "The stored network %s is the base: unless it was trained without them, it has seen %s, so that the "
        "comparison flatters reuse",
        name,
        " and ".join(transfer.classes),
    )
    return base


def _describe_base(transfer: TransferParams) -> str:
    if transfer.stored_base is None:
        return f"{display_name(transfer.base)} trained without these classes"
    return f"stored {display_name(transfer.stored_base)}, which may have seen these classes"
