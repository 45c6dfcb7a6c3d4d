"""What may fail once a training has begun, found out beforehand by an outline of its network."""

from collections.abc import Iterable
from functools import partial

from fashion_nets.networks.outlines import outline
from fashion_nets.networks.types import KerasModel
from fashion_nets.training.costs import check_memory, check_weights, count_updates, limit_batch
from fashion_nets.training.fit import check_monitors
from fashion_nets.training.greedy import GreedyTrainingParams
from fashion_nets.training.memory import free_memory
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import ClassifierTrainingParams, TrainingParams
from fashion_nets.training.precision import Precision, resolve_precision
from fashion_nets.training.recipe import Recipe
from fashion_nets.training.schedules import TrainingLength


def outline_network(recipe: Recipe, image_shape: tuple[int, ...], n_classes: int) -> KerasModel:
    """The network of a recipe without its weights, for which there has to be memory.

    Args:
        recipe: What is going to be trained.
        image_shape: Shape of one image, (height, width).
        n_classes: Number of classes; an autoencoder needs none.

    Raises:
        UserError: If it cannot be built, or its weights do not fit into memory.
    """
    model = outline(partial(recipe.build, image_shape, n_classes))
    check_weights(model, free_memory())
    return model


def check_recipe(recipe: Recipe, model: KerasModel, n_images: int) -> None:
    """Refuse a recipe that could not be fitted.

    Args:
        recipe: What is going to be trained.
        model: The outline of its network.
        n_images: Number of training images.

    Raises:
        UserError: As :func:`check_training`.
    """
    training = recipe.training
    epochs = [training.epochs]
    if isinstance(training, GreedyTrainingParams) and training.fine_tuning_epochs:
        epochs.append(training.fine_tuning_epochs)
    policy = resolve_precision(training.precision)
    check_training(model, recipe.optimizer, training, n_images, policy, epochs)


def check_training(
    model: KerasModel,
    optimizer: OptimizerParams,
    training: TrainingParams,
    n_images: int,
    policy: Precision,
    epochs: Iterable[int],
) -> None:
    """Refuse a training that would fail, and compile its network.

    Args:
        model: The outline of its network.
        optimizer: Optimizer with its settings.
        training: How it is fitted.
        n_images: Number of training images.
        policy: A dtype policy of Keras.
        epochs: Those of each of its parts, which the schedule has to fit.

    Raises:
        MemoryNeededError: If a step needs more memory than is free, as far as that is known.
        UserError: If a metric that something watches is not there, or the schedule does not fit.
    """
    metrics = ("accuracy",) if isinstance(training, ClassifierTrainingParams) else ()
    check_monitors(optimizer, training, metrics)
    for each in epochs:
        length = TrainingLength(each, count_updates(training.batch_size, n_images))
        model.compile(optimizer.build(length))
    batch_size = limit_batch(training.batch_size, n_images)
    check_memory(model, batch_size, policy, free_memory(), has_weights=False)
