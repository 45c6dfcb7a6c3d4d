"""Nodes of the pipeline ``transfer``."""

import logging
from typing import Annotated, Any, Self

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from pydantic import Field, PositiveInt, StrictBool, model_validator

from fashion_nets.data.image_set import ImageSetError, LabelledImages
from fashion_nets.data.subsets import find_classes
from fashion_nets.errors import UserError
from fashion_nets.evaluation import ways as evaluation
from fashion_nets.networks.names import display_name
from fashion_nets.networks.parameters import one_of
from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.networks.reuse import check_reused_layers
from fashion_nets.networks.types import KerasModel
from fashion_nets.parameters import Parameters, RefusedValueError
from fashion_nets.pipelines.wiring import checked_by
from fashion_nets.plotting import transfer as plots
from fashion_nets.training.parameters import ClassifierLoss
from fashion_nets.training.recipe import choose_recipe
from fashion_nets.training.ways import plan_ways
from fashion_nets.trials.collecting import TrialTables
from fashion_nets.trials.images import ImageChoice
from fashion_nets.trials.planning import Plan, check_variant, plan_seeds
from fashion_nets.trials.trial import Reuse, Trial

BASE = "transfer_base"
FEWEST_CLASSES = 2  # below, there is nothing to tell apart

logger = logging.getLogger(__name__)


class TransferParams(Parameters):
    """What is reused, for which task and how.

    Attributes:
        base: The network of conf/ that the base is, and whose optimizer and training serve the task.
        stored_base: A stored network to take instead of one trained without the classes of the task.
        classes: Names of the classes of the task, which the base does not see.
        loss: Of the task; None is that of the base. Binary cross-entropy tells two classes apart by one unit.
        n_images: Labelled images of the task.
        other_n_images: Further numbers of labelled images to compare the ways at.
        n_seeds: Trainings of each way, each with other images and other weights.
        reused_layers: Hidden layers taken over, from the input up.
        unfrozen_layers: Those of them, from the highest down, that learn again.
        epochs: Epochs of each way.
        min_images_per_epoch: Fewer images are repeated within an epoch until it has as many.
        frozen_epochs: After so many epochs ``unfrozen`` unfreezes its layers.
        unfrozen_rate_factor: By which it then multiplies the learning rate.
        cannot_tell: Why the comparison is not to be relied on, such as with too few images; None where it is.
        reuse: Whether finished trainings and the base are taken as they are.
    """

    base: Annotated[str, one_of("classifier", CLASSIFIERS)]
    stored_base: str | None
    classes: Annotated[tuple[str, ...], Field(min_length=2)]
    loss: ClassifierLoss | None
    n_images: PositiveInt
    other_n_images: tuple[PositiveInt, ...]
    n_seeds: Annotated[int, Field(ge=2)]
    reused_layers: PositiveInt
    unfrozen_layers: PositiveInt
    epochs: PositiveInt
    min_images_per_epoch: PositiveInt
    frozen_epochs: PositiveInt
    unfrozen_rate_factor: Annotated[float, Field(gt=0, le=1)]
    cannot_tell: str | None
    reuse: StrictBool

    @model_validator(mode="after")
    def _check_parts(self) -> Self:
        if len(set(self.classes)) < len(self.classes):
            raise ValueError(f"'classes' must differ from each other, got {', '.join(self.classes)}")
        if self.unfrozen_layers > self.reused_layers:
            raise ValueError(
                f"'unfrozen_layers' must be at most 'reused_layers', {self.reused_layers}, got "
                f"{self.unfrozen_layers}"
            )
        if self.frozen_epochs >= self.epochs:
            raise ValueError(
                f"'frozen_epochs' must be fewer than 'epochs', {self.epochs}, got {self.frozen_epochs}"
            )
        return self

    @property
    def numbers_of_images(self) -> tuple[int, ...]:
        """All numbers of labelled images to compare the ways at, ascending."""
        return tuple(sorted({self.n_images, *self.other_n_images}))


def check_classes(transfer: TransferParams, class_names: list[str]) -> None:
    """Refuse a task of classes that there are not, or that leaves none to the base."""
    try:
        find_classes(transfer.classes, class_names)
    except ImageSetError as error:
        raise RefusedValueError("transfer", "classes", str(error)) from error
    if len(class_names) - len(transfer.classes) < FEWEST_CLASSES and transfer.stored_base is None:
        raise RefusedValueError(
            "transfer",
            "classes",
            f"the base needs {FEWEST_CLASSES} other classes or more, and of {len(class_names)} classes the "
            f"task takes {len(transfer.classes)}; or 'stored_base' names a stored network",
        )
    if transfer.loss == "binary_crossentropy" and len(transfer.classes) != FEWEST_CLASSES:
        reason = f"{transfer.loss} tells two classes apart, and the task has {len(transfer.classes)}"
        raise RefusedValueError("transfer", "loss", reason)


def check_images(
    seed: int, transfer: TransferParams, class_names: list[str], train_set: LabelledImages
) -> None:
    """Refuse numbers of labelled images that the classes of the task do not have."""
    labels = tuple(find_classes(transfer.classes, class_names))
    for n_images in transfer.numbers_of_images:
        try:
            ImageChoice(labels, n_images, "in_proportion").count_fitted(train_set.labels, seed)
        except ImageSetError as error:
            field = "n_images" if n_images == transfer.n_images else "other_n_images"
            raise RefusedValueError("transfer", field, str(error)) from error


@checked_by(check_classes, check_images)
def plan_transfer(
    seed: int,
    train_set: LabelledImages,
    class_names: list[str],
    transfer: TransferParams,
    stored_base: KerasModel | None = None,
    **networks: dict[str, Any],
) -> Plan:
    """Plan the base, and a trial for each number of labelled images, each way and each seed."""
    labels = find_classes(transfer.classes, class_names)
    recipe = choose_recipe(transfer.base, **networks)
    task_recipe = recipe._replace(
        training=recipe.training.model_copy(update={"loss": transfer.loss or recipe.training.loss})
    )
    base: Trial | str
    if stored_base is None:
        others = tuple(label for label in range(len(class_names)) if label not in labels)
        trial = Trial({}, seed, recipe, ImageChoice(classes=others), scored_on=())
        base, network = check_variant(trial, 1, train_set, class_names)
    else:
        base, network = str(transfer.stored_base), stored_base
        _check_base(transfer, network, train_set.images.shape[1:])
    check_reused_layers(network, transfer.reused_layers)
    ways = plan_ways(
        transfer.reused_layers,
        transfer.epochs,
        transfer.frozen_epochs,
        transfer.reused_layers - transfer.unfrozen_layers,
        transfer.unfrozen_rate_factor,
        last="unfrozen",
    )
    trials = []
    for n_images in transfer.numbers_of_images:
        images = ImageChoice(tuple(labels), n_images, "in_proportion", transfer.min_images_per_epoch)
        for name, way in ways.items():
            trial = Trial(
                {"n_images": n_images, "way": name},
                seed,
                task_recipe,
                images,
                scored_on=("val", "test"),
                reuse=Reuse(BASE, "hidden", way.n_reused, way.stages),
            )
            try:
                trials += plan_seeds(trial, transfer.n_seeds, train_set, class_names, {BASE: network})
            except ImageSetError as error:
                raise ImageSetError(
                    f"transfer, {n_images:,} labelled images of {' and '.join(transfer.classes)}: {error}. "
                    "Change n_images or other_n_images."
                ) from error
    return Plan("transfer", trials, transfer.reuse, {BASE: base}, {"experiment": "transfer"})


def summarize_ways(
    tables: TrialTables, transfer: TransferParams
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[str, float]]:
    """Average over seeds.

    Returns:
        A row a training with its accuracies; the epochs of those with ``n_images``; a row for each number of
        images and way; and the test accuracies with ``n_images`` as metrics.
    """
    results = evaluation.tabulate_ways(tables.trials, ["n_images"])
    summary = evaluation.summarize_ways(results, ["n_images"])
    chosen = summary[summary["n_images"] == transfer.n_images]
    history = tables.histories[tables.histories["n_images"] == transfer.n_images]
    return results, history, summary, evaluation.name_metrics(chosen, "{way}_")


def plot_comparison(
    results: pd.DataFrame, transfer: TransferParams, test_set: LabelledImages, class_names: list[str]
) -> Figure:
    """Draw the test accuracy of each way, and how it grows with the number of labelled images."""
    n_test = int(np.isin(test_set.labels, find_classes(transfer.classes, class_names)).sum())
    return plots.plot_ways(
        results, transfer.n_images, transfer.classes, _describe_base(transfer), n_test, transfer.cannot_tell
    )


def plot_learning_curves(history: pd.DataFrame, transfer: TransferParams) -> Figure:
    """Draw how validation loss and accuracy of each way went from epoch to epoch."""
    return plots.plot_learning_curves(history, transfer.n_images, transfer.classes, transfer.frozen_epochs)


def _check_base(transfer: TransferParams, base: KerasModel, image_shape: tuple[int, ...]) -> None:
    name = transfer.stored_base
    if base.input_shape[1:] != image_shape:
        raise UserError(
            f"transfer.stored_base: '{name}' takes inputs of shape {base.input_shape[1:]}, but the images "
            f"have {image_shape}."
        )
    logger.warning(
        "The stored network %s is the base: unless it was trained without them, it has seen %s, so that the "
        "comparison flatters reuse",
        name,
        " and ".join(transfer.classes),
    )


def _describe_base(transfer: TransferParams) -> str:
    if transfer.stored_base is None:
        return f"{display_name(transfer.base)} trained without these classes"
    return f"stored {display_name(transfer.stored_base)}, which may have seen these classes"
