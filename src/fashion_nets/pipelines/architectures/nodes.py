"""Nodes of the pipeline ``architectures``."""

import logging
import math
from typing import Annotated, Any, NamedTuple

import pandas as pd
from matplotlib.figure import Figure
from pydantic import AfterValidator, BeforeValidator, Field, PositiveInt, StrictBool

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import naming
from fashion_nets.evaluation import architectures as evaluation
from fashion_nets.formatting import count_epochs
from fashion_nets.inspection.description import describe_layers
from fashion_nets.networks.parameters import one_of
from fashion_nets.networks.registry import ARCHITECTURES, architectures_of
from fashion_nets.parameters import Parameters, RefusedValueError
from fashion_nets.pipelines.wiring import checked_by
from fashion_nets.plotting.architectures import plot_accuracy_by_multiplications
from fashion_nets.plotting.diagram import plot_diagram
from fashion_nets.training.recipe import Recipe, complete_network, read_recipe
from fashion_nets.trials.collecting import TrialTables
from fashion_nets.trials.images import ImageChoice
from fashion_nets.trials.planning import Plan, check_variant, with_seeds
from fashion_nets.trials.trial import Trial

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
        n_train_images: Train on so many training images at most, the first ones; None for all of them.
        epochs: Of each training; nothing stops it earlier.
        n_seeds: Trainings of each architecture, with one seed after the other.
        cannot_tell: Why the comparison is not to be relied on, such as with too few images; None where it is.
        reuse: Whether finished trainings are taken as they are.
    """

    names: Annotated[
        tuple[Annotated[str, one_of("architecture", architectures_of("classifier"))], ...],
        Field(min_length=1),
        BeforeValidator(_split),
        AfterValidator(_check_different),
    ]
    n_train_images: PositiveInt | None
    epochs: PositiveInt
    n_seeds: PositiveInt
    cannot_tell: str | None
    reuse: StrictBool


class Comparison(NamedTuple):
    """What is compared.

    Attributes:
        layers: The table of the layers of each architecture, by name.
        facts: The budget in words.
        doubt: Why the comparison is not to be relied on; None where it is.
    """

    layers: dict[str, pd.DataFrame]
    facts: str
    doubt: str | None = None


def check_settings(budget: CompareArchitecturesParams, architecture_settings: dict[str, Any]) -> None:
    """Refuse an architecture whose settings are not there, or wrong."""
    for name in budget.names:
        if name not in architecture_settings:
            known = ", ".join(architecture_settings)
            reason = f"{name} has no settings of its own; there are those of {known}"
            raise RefusedValueError("budget", "names", reason)
        with naming(f"Architecture {name}", CONF):
            _read(name, architecture_settings, budget.epochs)


@checked_by(check_settings)
def plan_architectures(
    budget: CompareArchitecturesParams,
    architecture_settings: dict[str, Any],
    seed: int,
    train_set: LabelledImages,
    class_names: list[str],
) -> tuple[Plan, Comparison]:
    """Give each architecture its own settings and the common budget, and make sure of all of them."""
    n_images = min(len(train_set.labels), budget.n_train_images or len(train_set.labels))
    trials, layers = [], {}
    for name in budget.names:
        with naming(f"Architecture {name}", CONF):
            recipe = _read(name, architecture_settings, budget.epochs)
            trial = Trial(
                {"architecture": name},
                seed,
                recipe,
                ImageChoice(n_images=n_images),
                scored_on=("train", "val", "test"),
            )
            checked, network = check_variant(
                trial, budget.n_seeds, train_set, class_names, conf_name=f"architecture_settings.{name}"
            )
            trials += with_seeds(checked, budget.n_seeds)
            layers[name] = describe_layers(network)
    seeds = "one seed" if budget.n_seeds == 1 else f"mean and standard deviation of {budget.n_seeds} seeds"
    plan = Plan("architectures", trials, budget.reuse, tags={"experiment": "architectures"})
    facts = f"{n_images:,} training images, {count_epochs(budget.epochs)}, {seeds}"
    return plan, Comparison(layers, facts, budget.cannot_tell)


def compare_architectures(compared: Comparison, tables: TrialTables) -> tuple[pd.DataFrame, dict[str, float]]:
    """Set costs and results side by side, the best validation accuracy first; accuracies are metrics too."""
    publications = {name: ARCHITECTURES[name].publication for name in compared.layers}
    comparison = evaluation.compare_architectures(tables.trials, publications)
    shown = comparison[list(SHOWN_COLUMNS)].rename(columns=SHOWN_COLUMNS)
    logger.info("Architectures, %s:\n%s", compared.facts, shown.to_string(index=False, na_rep="-"))
    metrics = {
        f"{row.architecture}_{name}": float(getattr(row, name))
        for row in comparison.itertuples()
        for name in ("val_accuracy", "test_accuracy")
        if math.isfinite(getattr(row, name))
    }
    return comparison, metrics


def plot_accuracies(compared: Comparison, comparison: pd.DataFrame, test_set: LabelledImages) -> Figure:
    """Draw the test accuracy of each architecture against what an image costs it."""
    alike = evaluation.find_alike(comparison, test_set.labels)
    return plot_accuracy_by_multiplications(
        comparison, alike, compared.facts, len(test_set.labels), compared.doubt
    )


def plot_diagrams(compared: Comparison) -> dict[str, Figure]:
    """Draw each architecture in its form for small images as a diagram, by file name."""
    return {
        f"{name}.png": plot_diagram(layers, ARCHITECTURES[name].title)
        for name, layers in compared.layers.items()
    }


def _read(name: str, architecture_settings: dict[str, Any], epochs: int) -> Recipe:
    recipe = read_recipe(NETWORK, complete_network({"architecture": {"name": name}}, architecture_settings))
    budget = {"epochs": epochs, "early_stopping": None}
    return recipe._replace(training=recipe.training.model_copy(update=budget))
