"""What a comparison is going to train, made sure of before the first training begins."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.evaluation.seeds import COSTS
from fashion_nets.networks.types import KerasModel
from fashion_nets.training.costs import check_memory, limit_batch, training_costs
from fashion_nets.training.engine import resolve_engine
from fashion_nets.training.fit import check_monitors
from fashion_nets.training.memory import free_memory
from fashion_nets.training.precision import Precision, resolve_precision
from fashion_nets.training.quiet import quiet_training
from fashion_nets.training.recipe import Recipe
from fashion_nets.training.schedules import TrainingLength
from fashion_nets.training.stages import Stage
from fashion_nets.trials.training import Bases, build_on_base, count_updates
from fashion_nets.trials.trial import Trial


class Plan(NamedTuple):
    """All that a comparison is going to train.

    Attributes:
        title: What log lines begin with, such as ``study optimizers``.
        trials: The trials, all seeds of the first variant, then of the next.
        reuse: Whether finished trials and bases are taken as they are.
        bases: What is trained first for the trials to reuse, by name; the name of a stored network where that
            is taken as it is.
        tags: Tags of the run of each trial in MLflow, beside its labels and its seed.
    """

    title: str
    trials: list[Trial]
    reuse: bool
    bases: Mapping[str, Trial | str] = {}
    tags: Mapping[str, str] = {}


def plan_seeds(
    variant: Trial,
    n_seeds: int,
    train_set: LabelledImages,
    class_names: Sequence[str],
    bases: Bases | None = None,
) -> list[Trial]:
    """Make a trial for each seed of a variant; see :func:`check_variant`."""
    checked, _ = check_variant(variant, n_seeds, train_set, class_names, bases)
    return with_seeds(checked, n_seeds)


def with_seeds(trial: Trial, n_seeds: int) -> list[Trial]:
    """The same trial with one seed after the other, from its own on."""
    return [trial._replace(seed=seed) for seed in range(trial.seed, trial.seed + n_seeds)]


def check_variant(
    variant: Trial,
    n_seeds: int,
    train_set: LabelledImages,
    class_names: Sequence[str],
    bases: Bases | None = None,
    conf_name: str | None = None,
) -> tuple[Trial, KerasModel]:
    """Do all that may fail once a variant is trained, with any of its seeds.

    The network is built once for all seeds. Precision and engine are resolved here, so that all trials know
    what they are computed with.

    Args:
        variant: Its trial with the first seed.
        n_seeds: Number of trials, with one seed after the other.
        train_set: What training images are chosen from.
        class_names: One for each class of that.
        bases: Networks like those that are going to be reused; their weights are of no interest.
        conf_name: The namespace of its parameters in conf/, for messages, where it is not that of the
            network.

    Returns:
        The trial with precision and engine as resolved and with its costs; and its network, not trained.

    Raises:
        UserError: If the network cannot be built, there are not the images, something watches what is not
            there, or the memory does not suffice.
    """
    import keras

    trials = with_seeds(variant, n_seeds)
    n_images = max(trial.images.count_fitted(train_set.labels, trial.seed) for trial in trials)
    n_classes = variant.images.count_classes(class_names)
    training = variant.recipe.training
    try:
        with quiet_training():
            policy = resolve_precision(training.precision)
            model = build_network(variant, train_set.images.shape[1:], n_classes, bases or {})
            model.name = conf_name or model.name
            engine, costs = _check(variant, model, policy, n_images)
    finally:
        keras.utils.clear_session()
    resolved = training.model_copy(update={"precision": policy, "engine": engine})
    return variant._replace(recipe=variant.recipe._replace(training=resolved), costs=costs), model


def limit_epochs(recipe: Recipe, max_epochs: int | None) -> Recipe:
    """Let nothing train longer than so many epochs; None sets no bound."""
    if max_epochs is None or recipe.training.epochs <= max_epochs:
        return recipe
    return recipe._replace(training=recipe.training.model_copy(update={"epochs": max_epochs}))


def build_network(variant: Trial, image_shape: tuple[int, ...], n_classes: int, bases: Bases) -> KerasModel:
    """Build the network of a variant, uncompiled."""
    if variant.reuse is None:
        return variant.recipe.build(image_shape, n_classes)
    n_outputs = variant.recipe.count_outputs(n_classes)
    return build_on_base(bases[variant.reuse.base], variant.reuse, n_outputs, variant.recipe.network)


def _check(
    variant: Trial, model: KerasModel, policy: Precision, n_images: int
) -> tuple[str, dict[str, float]]:
    """Do what may fail for wrong parameters once the training has begun; return the engine and the costs."""
    _, _, optimizer, training = variant.recipe
    stages = variant.reuse.stages if variant.reuse else (Stage(training.epochs, n_frozen=0),)
    if variant.reuse:
        training = training.model_copy(update={"early_stopping": None})
    check_monitors(optimizer, training, ("accuracy",) if variant.is_classifier else ())
    for stage in stages:
        length = TrainingLength(stage.epochs, count_updates(training.batch_size, n_images))
        model.compile(optimizer.build(length))
    batch_size = limit_batch(training.batch_size, n_images)
    check_memory(model, batch_size, policy, free_memory())
    costs = training_costs(model, n_images, training.batch_size, policy)
    return resolve_engine(training.engine, model), {name: costs[name] for name in COSTS}
