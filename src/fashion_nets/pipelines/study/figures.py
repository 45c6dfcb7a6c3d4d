"""The kinds of figures of a study, by name."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from matplotlib.figure import Figure

from fashion_nets.evaluation.seeds import COSTS
from fashion_nets.evaluation.studies import average_histories
from fashion_nets.plotting import study as plots
from fashion_nets.plotting.layer_statistics import plot_layer_statistics
from fashion_nets.plotting.pruning import plot_pruning
from fashion_nets.plotting.study_caption import StudyCaption
from fashion_nets.trials.collecting import TrialTables


class FigureContext(NamedTuple):
    """What a figure may draw.

    Attributes:
        study: Name of the study.
        caption: What is written on it.
        tables: What the trials gave.
        quantity: What it shows, where the kind leaves that open, else empty.
        log_scale: Whether that quantity has a logarithmic axis.
    """

    study: str
    caption: StudyCaption
    tables: TrialTables
    quantity: str
    log_scale: bool


class FigureKind(NamedTuple):
    """A kind of figure.

    Attributes:
        draw: Draws it.
        quantities: What it may show; empty where that is given.
        measurement: The measurement that it draws, if it is one.
        is_scale: Whether it answers a question of how much: the variants are steps from little to much.
    """

    draw: Callable[[FigureContext], Figure]
    quantities: tuple[str, ...] = ()
    measurement: str | None = None
    is_scale: bool = False


def _draw_accuracies(context: FigureContext, with_training: bool) -> Figure:
    return plots.plot_final_accuracies(context.tables.trials, context.caption, with_training)


def _draw_by_epoch(context: FigureContext) -> Figure:
    averages = average_histories(context.tables.histories)
    return plots.plot_epoch_quantity(
        averages, context.tables.trials, context.quantity, context.log_scale, context.caption
    )


def _draw_against(context: FigureContext) -> Figure:
    return plots.plot_accuracy_against(
        context.tables.trials, context.quantity, context.log_scale, context.caption
    )


def _draw_cost(context: FigureContext) -> Figure:
    averages = average_histories(context.tables.histories)
    return plots.plot_cost_curves(averages, context.tables.trials, context.caption)


def _draw_layers(context: FigureContext) -> Figure:
    return plot_layer_statistics(
        context.tables.measurements["layer_statistics"], context.quantity, context.caption
    )


def _draw_pruning(context: FigureContext) -> Figure:
    return plot_pruning(context.tables.measurements["pruning"], context.caption)


def _draw_sparsity(context: FigureContext) -> Figure:
    layers = context.tables.measurements["sparsity"]
    zeros = layers.assign(zeros=layers["sparsity"] * layers["weights"])
    sums = zeros.groupby(["variant", "seed"])[["zeros", "weights"]].sum()
    sparsity = (sums["zeros"] / sums["weights"]).rename("sparsity").reset_index()
    trials = context.tables.trials.merge(sparsity, how="left")
    return plots.plot_accuracy_against(trials, "sparsity", context.log_scale, context.caption)


FIGURES = {
    "accuracy": FigureKind(partial(_draw_accuracies, with_training=False)),
    "gap": FigureKind(partial(_draw_accuracies, with_training=True)),
    "by_epoch": FigureKind(_draw_by_epoch, quantities=("learning_rate", "gradient_norm")),
    "against": FigureKind(_draw_against, quantities=(*COSTS, "epochs", "seconds"), is_scale=True),
    "cost": FigureKind(_draw_cost, is_scale=True),
    "layer_statistics": FigureKind(
        _draw_layers,
        quantities=("mean_gradient", "mean_activation", "activation_deviation", "dead_units"),
        measurement="layer_statistics",
    ),
    "pruning": FigureKind(_draw_pruning, measurement="pruning"),
    "sparsity": FigureKind(_draw_sparsity, measurement="sparsity"),
}
"""``accuracy``: of each variant, sorted; ``gap``: with the accuracy on training images beside; ``by_epoch``:
a quantity over the epochs beside the accuracies; ``against``: accuracy against a number of the variant;
``cost``: loss per update and per second; the others draw the measurement of their name."""
