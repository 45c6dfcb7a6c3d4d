"""Nodes of the pipeline ``pretraining``."""

from typing import Annotated, Any, Self

import pandas as pd
from pydantic import Field, PositiveInt, StrictBool, model_validator

from fashion_nets.data.image_set import ImageSetError, LabelledImages
from fashion_nets.data.subsets import check_balanced_draw
from fashion_nets.evaluation import ways as evaluation
from fashion_nets.networks.autoencoders.parts import encoder_of
from fashion_nets.networks.reuse import count_layers
from fashion_nets.networks.types import KerasModel
from fashion_nets.parameters import Parameters, RefusedValueError
from fashion_nets.pipelines.wiring import checked_by
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import ClassifierTrainingParams
from fashion_nets.training.recipe import Recipe, choose_recipe
from fashion_nets.training.ways import plan_ways
from fashion_nets.trials.collecting import TrialTables
from fashion_nets.trials.images import ImageChoice
from fashion_nets.trials.planning import Plan, check_variant, plan_seeds
from fashion_nets.trials.trial import Reuse, Trial

AUTOENCODERS = ("stacked_autoencoder", "convolutional_autoencoder")
NAMESPACE = "pretraining"  # where the parameters of the classifiers are in conf/
N_WATCHED_IMAGES = 500  # of the validation set after each epoch, which decides nothing and should cost little
TASK = ["autoencoder", "n_images"]


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
        reuse: Whether finished trainings and encoders are taken as they are.
    """

    numbers_of_images: Annotated[tuple[PositiveInt, ...], Field(min_length=1)]
    n_seeds: Annotated[int, Field(ge=2)]
    min_images_per_epoch: PositiveInt
    frozen_epochs: PositiveInt
    fine_tuned_rate_factor: Annotated[float, Field(gt=0, le=1)]
    optimizer: OptimizerParams
    training: ClassifierTrainingParams
    reuse: StrictBool

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


def base_of(autoencoder: str) -> str:
    """What an autoencoder of conf/ is stored as once it is trained as a base."""
    return f"pretraining_{autoencoder}"


def check_images(pretraining: PretrainingParams, train_set: LabelledImages) -> None:
    """Refuse numbers of labelled images that the classes do not have."""
    for n_images in pretraining.numbers_of_images:
        try:
            check_balanced_draw(train_set.labels, n_images)
        except ImageSetError as error:
            raise RefusedValueError("pretraining", "numbers_of_images", str(error)) from error


@checked_by(check_images)
def plan_pretraining(
    seed: int,
    train_set: LabelledImages,
    class_names: list[str],
    pretraining: PretrainingParams,
    **autoencoders: dict[str, Any],
) -> Plan:
    """Plan the autoencoders, and a trial for each of them, each number of labels, each way and each seed."""
    bases, trials = {}, []
    for name in AUTOENCODERS:
        recipe = choose_recipe(name, **autoencoders)
        base, network = check_variant(Trial({}, seed, recipe, scored_on=()), 1, train_set, class_names)
        bases[base_of(name)] = base
        try:
            trials += _plan_classifiers(seed, train_set, class_names, pretraining, recipe, network)
        except ImageSetError as error:
            raise ImageSetError(f"pretraining.numbers_of_images: {error}.") from error
    return Plan("pretraining", trials, pretraining.reuse, bases, {"experiment": "pretraining"})


def summarize_ways(tables: TrialTables) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, float]]:
    """Average over seeds.

    Returns:
        A row per training with its accuracies; a row for each encoder, number of images and way; and what
        matters as metrics.
    """
    results = evaluation.tabulate_ways(tables.trials, TASK)
    summary = evaluation.summarize_ways(results, TASK)
    return results, summary, evaluation.name_metrics(summary, "{autoencoder}_{n_images}_images_{way}_")


def _plan_classifiers(
    seed: int,
    train_set: LabelledImages,
    class_names: list[str],
    pretraining: PretrainingParams,
    autoencoder: Recipe,
    network: KerasModel,
) -> list[Trial]:
    classifier = Recipe(NAMESPACE, autoencoder.architecture, pretraining.optimizer, pretraining.training)
    ways = plan_ways(
        count_layers(encoder_of(network)),
        pretraining.training.epochs,
        pretraining.frozen_epochs,
        n_frozen_in_the_end=0,
        rate_factor=pretraining.fine_tuned_rate_factor,
        last="fine_tuned",
    )
    base = base_of(autoencoder.network)
    trials = []
    for n_images in pretraining.numbers_of_images:
        images = ImageChoice(
            None, n_images, "balanced", pretraining.min_images_per_epoch, n_watched=N_WATCHED_IMAGES
        )
        for name, way in ways.items():
            trial = Trial(
                {"autoencoder": autoencoder.network, "n_images": n_images, "way": name},
                seed,
                classifier,
                images,
                scored_on=("val", "test"),
                reuse=Reuse(base, "encoder", way.n_reused, way.stages),
            )
            trials += plan_seeds(trial, pretraining.n_seeds, train_set, class_names, {base: network})
    return trials
