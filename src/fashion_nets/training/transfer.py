"""Ways to train a network for a task with few labelled images (lecture, "Transfer Learning")."""

from functools import partial
from typing import Annotated, Literal, Self

import pandas as pd
from pydantic import Field, PositiveInt, model_validator

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.networks.parameters import one_of
from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.networks.reuse import reuse_layers
from fashion_nets.networks.types import KerasModel
from fashion_nets.parameters import Parameters
from fashion_nets.training.recipe import Recipe
from fashion_nets.training.stages import Stage, fit_in_stages

Way = Literal["scratch", "frozen", "unfrozen"]
"""``scratch`` reuses nothing; ``frozen`` trains what stands on reused layers and keeps these as they are;
``unfrozen`` does so at first, and then lets the highest of them learn too, at a lower rate."""

WAYS: tuple[Way, ...] = ("scratch", "frozen", "unfrozen")


class TransferParams(Parameters):
    """What is reused, for which task and how.

    Attributes:
        base: The network of conf/ that the base is, and whose optimizer and training serve the task.
        stored_base: A stored network to take instead of one trained without the classes of the task.
        classes: Names of the classes of the task, which the base does not see.
        n_images: Labelled images of the task.
        other_n_images: Further numbers of labelled images to compare the ways at.
        n_seeds: Trainings of each way, each with other images and other weights.
        reused_layers: Hidden layers taken over, from the input up.
        unfrozen_layers: Those of them, from the highest down, that learn again.
        epochs: Epochs of each way.
        min_images_per_epoch: Fewer images are repeated within an epoch until it has as many.
        frozen_epochs: After so many epochs ``unfrozen`` unfreezes its layers.
        unfrozen_rate_factor: By which it then multiplies the learning rate.
    """

    base: Annotated[str, one_of("classifier", CLASSIFIERS)]
    stored_base: str | None
    classes: Annotated[tuple[str, ...], Field(min_length=2)]
    n_images: PositiveInt
    other_n_images: tuple[PositiveInt, ...]
    n_seeds: Annotated[int, Field(ge=2)]
    reused_layers: PositiveInt
    unfrozen_layers: PositiveInt
    epochs: PositiveInt
    min_images_per_epoch: PositiveInt
    frozen_epochs: PositiveInt
    unfrozen_rate_factor: Annotated[float, Field(gt=0, le=1)]

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


def fit_way(
    way: Way,
    base: KerasModel,
    classifier: Recipe,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    transfer: TransferParams,
    seed: int,
) -> tuple[KerasModel, pd.DataFrame]:
    """Train a network for a task in one of the ways.

    All have the same hidden layers, the same images and the same number of epochs, none of which is
    chosen by validation: whoever has few labelled images has none to spare for that.

    Args:
        way: How.
        base: The network to reuse; left as it is.
        classifier: Its optimizer and training serve the task, but for the number of epochs.
        train_set: Labelled images of the task, labels from 0.
        validation_set: Images to follow the training on.
        transfer: What is reused and for how long.
        seed: Seed of the new weights and the order of the images.

    Returns:
        The network and its history, a row an epoch.
    """
    n_classes = len(transfer.classes)
    n_reused = 0 if way == "scratch" else transfer.reused_layers
    if way == "unfrozen":
        stages = [
            Stage(transfer.frozen_epochs, n_reused),
            Stage(
                transfer.epochs - transfer.frozen_epochs,
                n_reused - transfer.unfrozen_layers,
                transfer.unfrozen_rate_factor,
            ),
        ]
    else:
        stages = [Stage(transfer.epochs, n_reused)]
    return fit_in_stages(
        partial(reuse_layers, base, n_reused, n_classes, classifier.network),
        stages,
        train_set,
        validation_set,
        n_classes,
        classifier.optimizer,
        classifier.training,
        seed,
    )
