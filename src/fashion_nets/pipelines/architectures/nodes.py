"""Nodes of the pipeline ``architectures``."""

import logging
import math
from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

import pandas as pd
from matplotlib.figure import Figure
from pydantic import AfterValidator, BeforeValidator, Field, PositiveInt, StrictBool

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError
from fashion_nets.evaluation import architectures as evaluation
from fashion_nets.inspection.description import describe_layers
from fashion_nets.networks.parameters import one_of
from fashion_nets.networks.registry import ARCHITECTURES, architectures_of, build_network
from fashion_nets.parameters import Parameters
from fashion_nets.plotting.architecture import plot_architecture
from fashion_nets.plotting.architectures import plot_accuracy_by_multiplications, plot_parameters_by_year
from fashion_nets.training.recipe import Recipe, complete_network, read_recipe
from fashion_nets.trials.running import Records, run_trials
from fashion_nets.trials.trial import Trial, TrialResult, check_training

CONF = "conf/base/parameters_architectures.yml"
NETWORK = "cnn"  # the network of conf/ that all of them are forms of
SHOWN_COLUMNS = {
    "architecture": "architecture",
    "year": "year",
    "parameters": "parameters",
    "multiplications": "multiplications",
    "training_memory_mb": "MB",
    "seconds_per_epoch": "s/epoch",
    "val_accuracy": "val_accuracy",
    "test_accuracy": "test_accuracy",
}

logger = logging.getLogger(__name__)


def _split(names: Any) -> Any:
    return names.split() if isinstance(names, str) else names  # --params cannot carry lists


def _check_different(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise ValueError(f"expected each name once, got {', '.join(names)}")
    return names


class CompareArchitecturesParams(Parameters):
    """Which architectures are trained, and the budget that is the same for all of them.

    Attributes:
        names: Names of architectures of classifiers, each once; also as one text with spaces between.
        train_images: Train on so many training images at most, the first ones; None for all of them.
        epochs: Of each training; nothing stops it earlier.
        n_seeds: Trainings of each architecture, with one seed after the other.
        reuse: Whether finished trainings are taken as they are.
    """

    names: Annotated[
        tuple[Annotated[str, one_of("architecture", architectures_of("classifier"))], ...],
        Field(min_length=1),
        BeforeValidator(_split),
        AfterValidator(_check_different),
    ]
    train_images: PositiveInt | None
    epochs: PositiveInt
    n_seeds: PositiveInt
    reuse: StrictBool


class ArchitecturesPlan(NamedTuple):
    """All that is going to be trained.

    Attributes:
        trials: All seeds of the first architecture, then of the next.
        layers: The table of the layers of each, by name.
        facts: The budget in words.
        n_images: Number of training images, the first ones.
    """

    trials: list[Trial]
    layers: dict[str, pd.DataFrame]
    facts: str
    n_images: int


def plan_architectures(
    budget: CompareArchitecturesParams,
    architectures: dict[str, Any],
    seed: int,
    train_set: LabelledImages,
    class_names: list[str],
) -> ArchitecturesPlan:
    """Give each architecture its own settings and the common budget, and build all before any is trained."""
    n_images = min(len(train_set.labels), budget.train_images or len(train_set.labels))
    trials, layers = [], {}
    for name in budget.names:
        try:
            classifier = _read(name, architectures, budget.epochs)
            layers[name] = _describe(name, classifier, n_images, train_set.images.shape[1:], len(class_names))
        except UserError as error:
            raise UserError(f"Architecture {name}: {str(error).rstrip('.')}. Change it in {CONF}.") from error
        trials += [Trial(name, trial_seed, classifier) for trial_seed in range(seed, seed + budget.n_seeds)]
    seeds = "one seed" if budget.n_seeds == 1 else f"mean and standard deviation of {budget.n_seeds} seeds"
    epochs = "1 epoch" if budget.epochs == 1 else f"{budget.epochs} epochs"
    return ArchitecturesPlan(trials, layers, f"{n_images:,} training images, {epochs}, {seeds}", n_images)


def train_architectures(
    plan: ArchitecturesPlan,
    budget: CompareArchitecturesParams,
    finished_trials: Records,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    test_set: LabelledImages,
    class_names: list[str],
) -> Iterator[dict[str, dict[str, Any]]]:
    """Train what is not finished yet, and yield the record of each training as it is done."""
    images = LabelledImages(*(part[: plan.n_images] for part in train_set))
    finished = finished_trials if budget.reuse else {}
    tags = {"experiment": "architectures"}
    yield from run_trials(
        "architectures", plan.trials, finished, tags, images, validation_set, class_names, test_set
    )


def compare_architectures(plan: ArchitecturesPlan, trials: Records) -> tuple[pd.DataFrame, dict[str, float]]:
    """Set costs and results side by side, the best validation accuracy first; accuracies are metrics too."""
    results = [(trial, TrialResult.from_record(trials[trial.key]())) for trial in plan.trials]
    rows = [
        {"architecture": trial.variant, "diverged": result.diverged is not None, **result.numbers}
        for trial, result in results
    ]
    publications = {name: ARCHITECTURES[name].publication for name in plan.layers}
    comparison = evaluation.compare_architectures(pd.DataFrame(rows), publications)
    shown = comparison[list(SHOWN_COLUMNS)].rename(columns=SHOWN_COLUMNS)
    logger.info("Architectures, %s:\n%s", plan.facts, shown.to_string(index=False, na_rep="-"))
    metrics = {
        f"{row.architecture}_{name}": float(getattr(row, name))
        for row in comparison.itertuples()
        for name in ("val_accuracy", "test_accuracy")
        if math.isfinite(getattr(row, name))
    }
    return comparison, metrics


def plot_accuracies(plan: ArchitecturesPlan, comparison: pd.DataFrame) -> Figure:
    """Draw the test accuracy of each architecture against what an image costs it."""
    return plot_accuracy_by_multiplications(comparison, plan.facts)


def plot_parameters(comparison: pd.DataFrame) -> Figure:
    """Draw how many parameters each architecture has, as published and in its form for small images."""
    return plot_parameters_by_year(comparison)


def plot_diagrams(plan: ArchitecturesPlan) -> dict[str, Figure]:
    """Draw each architecture in its form for small images as a diagram, by file name."""
    return {f"{name}.png": plot_architecture(layers, name) for name, layers in plan.layers.items()}


def _read(name: str, architectures: dict[str, Any], epochs: int) -> Recipe:
    classifier = read_recipe(NETWORK, complete_network({"architecture": {"name": name}}, architectures))
    budget = {"epochs": epochs, "early_stopping": None}
    return classifier._replace(training=classifier.training.model_copy(update=budget))


def _describe(
    name: str, classifier: Recipe, n_images: int, image_shape: tuple[int, ...], n_classes: int
) -> pd.DataFrame:
    """The layers of a network, after doing what may fail once its training has begun."""
    import keras

    # An error about memory tells the parameter to change by the name of the model.
    model = build_network(classifier.architecture, image_shape, n_classes, f"architectures.{name}")
    check_training(model, classifier, n_images)
    layers = describe_layers(model)
    keras.utils.clear_session()
    return layers
