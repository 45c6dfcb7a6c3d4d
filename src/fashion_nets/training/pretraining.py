"""Ways to train a classifier with the layers of an encoder.

Lecture, "Unsupervised Pretraining Using Stacked Autoencoders".
"""

from functools import partial
from typing import Annotated, Literal, Self

import pandas as pd
from pydantic import Field, PositiveInt, model_validator

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.networks.reuse import classify_outputs, count_layers
from fashion_nets.networks.types import KerasModel
from fashion_nets.parameters import Parameters
from fashion_nets.training.fit import ClassifierTrainingParams
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.stages import Stage, fit_in_stages

Way = Literal["scratch", "frozen", "fine_tuned"]
"""``scratch`` takes the encoder's layers with new weights; ``frozen`` keeps its weights as they are;
``fine_tuned`` does so at first, and then lets all layers learn, at a lower rate."""

WAYS: tuple[Way, ...] = ("scratch", "frozen", "fine_tuned")

NETWORK_NAME = "pretraining"  # what a diverged training names, where the learning rate is in conf/


class PretrainingParams(Parameters):
    """With how many labels encoders are tried, and how.

    Attributes:
        numbers_of_images: Labelled images to compare the ways at, of all classes together in equal numbers.
        n_seeds: Trainings of each way, each with other images and other new weights.
        min_images_per_epoch: Fewer images are repeated within an epoch until it has as many.
        frozen_epochs: After so many epochs ``fine_tuned`` unfreezes the encoder.
        fine_tuned_rate_factor: By which it then multiplies the learning rate.
        optimizer: Of the classifiers, the same for all ways.
        training: Of the classifiers, the same for all ways.
    """

    numbers_of_images: Annotated[tuple[PositiveInt, ...], Field(min_length=1)]
    n_seeds: Annotated[int, Field(ge=2)]
    min_images_per_epoch: PositiveInt
    frozen_epochs: PositiveInt
    fine_tuned_rate_factor: Annotated[float, Field(gt=0, le=1)]
    optimizer: OptimizerParams
    training: ClassifierTrainingParams

    @model_validator(mode="after")
    def _check_parts(self) -> Self:
        numbers, epochs = self.numbers_of_images, self.training.epochs
        if list(numbers) != sorted(set(numbers)):
            raise ValueError(
                f"'numbers_of_images' must ascend, each once, got {', '.join(map(str, numbers))}"
            )
        if self.frozen_epochs >= epochs:
            raise ValueError(
                f"'frozen_epochs' must be fewer than 'training.epochs', {epochs}, got {self.frozen_epochs}"
            )
        if self.training.early_stopping is not None:
            raise ValueError(
                "'training.early_stopping' must be null: where labels are few, none can be spared for "
                "validation"
            )
        return self


def fit_way(
    way: Way,
    encoder: KerasModel,
    n_classes: int,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    pretraining: PretrainingParams,
    seed: int,
) -> tuple[KerasModel, pd.DataFrame]:
    """Train a classifier with the layers of an encoder in one of the ways.

    All have the same layers, the same images and the same number of epochs, none of which is chosen by
    validation.

    Args:
        way: How.
        encoder: Its layers are reused; left as it is.
        n_classes: Number of classes.
        train_set: Labelled images.
        validation_set: Images to follow the training on.
        pretraining: How long and how fast.
        seed: Seed of the new weights and the order of the images.

    Returns:
        The network and its history, a row per epoch.
    """
    n_reused = 0 if way == "scratch" else count_layers(encoder)
    epochs, frozen_epochs = pretraining.training.epochs, pretraining.frozen_epochs
    if way == "fine_tuned":
        stages = [
            Stage(frozen_epochs, n_reused),
            Stage(epochs - frozen_epochs, n_frozen=0, rate_factor=pretraining.fine_tuned_rate_factor),
        ]
    else:
        stages = [Stage(epochs, n_reused)]
    return fit_in_stages(
        partial(classify_outputs, encoder, n_reused, n_classes, NETWORK_NAME),
        stages,
        train_set,
        validation_set,
        n_classes,
        pretraining.optimizer,
        pretraining.training,
        seed,
    )
