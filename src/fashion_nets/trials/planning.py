"""What a comparison is going to train, made sure of before the first training begins."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.evaluation.seeds import COSTS
from fashion_nets.networks.outlines import outline
from fashion_nets.networks.reuse import check_reused_layers
from fashion_nets.networks.types import KerasModel
from fashion_nets.training.costs import training_costs
from fashion_nets.training.engine import Engine, resolve_engine
from fashion_nets.training.feasibility import check_training, outline_network
from fashion_nets.training.precision import Precision, resolve_precision
from fashion_nets.training.quiet import quiet_training
from fashion_nets.training.recipe import Recipe
from fashion_nets.trials.training import Bases, build_on_base
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

    The network is built once for all seeds, without its weights. Precision and engine are resolved here, so
    that all trials know what they are computed with.

    Args:
        variant: Its trial with the first seed.
        n_seeds: Number of trials, with one seed after the other.
        train_set: What training images are chosen from.
        class_names: One for each class of that.
        bases: Networks like those that are going to be reused, or outlines of them.
        conf_name: The namespace of its parameters in conf/, for messages, where it is not that of the
            network.

    Returns:
        The trial with precision and engine as resolved and with its costs; and the outline of its network.

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
            model = outline_variant(variant, train_set.images.shape[1:], n_classes, bases or {})
            model.name = conf_name or model.name
            engine, costs = _check(variant, model, policy, n_images)
    finally:
        keras.utils.clear_session(free_memory=False)  # outlines have none
    resolved = training.model_copy(update={"precision": policy, "engine": engine})
    return variant._replace(recipe=variant.recipe._replace(training=resolved), costs=costs), model


def limit_epochs(recipe: Recipe, max_epochs: int | None) -> Recipe:
    """Let nothing train longer than so many epochs; None sets no bound."""
    if max_epochs is None or recipe.training.epochs <= max_epochs:
        return recipe
    return recipe._replace(training=recipe.training.model_copy(update={"epochs": max_epochs}))


def outline_variant(variant: Trial, image_shape: tuple[int, ...], n_classes: int, bases: Bases) -> KerasModel:
    """Build the network of a variant, uncompiled and without its weights."""
    if variant.reuse is None:
        return outline_network(variant.recipe, image_shape, n_classes)
    base, reuse = bases[variant.reuse.base], variant.reuse
    if reuse.part == "hidden":
        check_reused_layers(base, reuse.n_layers)
    n_outputs, without_weights = variant.recipe.count_outputs(n_classes), reuse._replace(n_layers=0)
    return outline(partial(build_on_base, base, without_weights, n_outputs, variant.recipe.network))


def _check(
    variant: Trial, model: KerasModel, policy: Precision, n_images: int
) -> tuple[Engine, dict[str, float]]:
    """Do what may fail for wrong parameters once the training has begun; return the engine and the costs."""
    _, _, optimizer, training = variant.recipe
    epochs = [training.epochs]
    if variant.reuse:
        training = training.model_copy(update={"early_stopping": None})
        epochs = [stage.epochs for stage in variant.reuse.stages]
    check_training(model, optimizer, training, n_images, policy, epochs)
    costs = training_costs(model, n_images, training.batch_size, policy)
    return resolve_engine(training.engine, model), {name: costs[name] for name in COSTS}
