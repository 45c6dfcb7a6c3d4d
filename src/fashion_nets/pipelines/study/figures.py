"""The kinds of figures of a study, by name."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, NamedTuple, Self

from matplotlib.figure import Figure
from pydantic import model_validator

from fashion_nets.evaluation.pruning import TOLERATED_LOSS, spare_ranges, total_sparsity
from fashion_nets.evaluation.seeds import COSTS
from fashion_nets.evaluation.studies import average_histories
from fashion_nets.networks.parameters import one_of
from fashion_nets.parameters import Parameters
from fashion_nets.pipelines.study.conclusions import VARYING_COSTS
from fashion_nets.plotting import study as plots
from fashion_nets.plotting.final_accuracies import plot_final_accuracies
from fashion_nets.plotting.layer_statistics import COLOUR_LABELS, plot_layer_statistics
from fashion_nets.plotting.pruning import plot_pruning
from fashion_nets.plotting.study_caption import StudyCaption
from fashion_nets.trials.collecting import TrialTables

QUANTITY_NAMES = {**plots.AXIS_NAMES, **COLOUR_LABELS}


class FigureContext(NamedTuple):
    """What a figure may draw.

    Attributes:
        caption: What is written on it.
        tables: What the trials gave.
        quantity: What it shows, where the kind leaves that open, else empty.
        log_scale: Whether that quantity has a logarithmic axis.
    """

    caption: StudyCaption
    tables: TrialTables
    quantity: str
    log_scale: bool


class FigureKind(NamedTuple):
    """A kind of figure.

    Attributes:
        draw: Draws it.
        shows: What it shows, for its title; a quantity in braces stands for its name.
        quantities: What it may show; empty where that is given.
        measurement: The measurement that it draws, if it is one.
        is_scale: Whether it answers a question of how much: the variants are steps from little to much.
    """

    draw: Callable[[FigureContext], Figure]
    shows: str
    quantities: tuple[str, ...] = ()
    measurement: str | None = None
    is_scale: bool = False

    def tell(self, quantity: str) -> str:
        """What it shows of a quantity, for its title."""
        return self.shows.format(quantity=QUANTITY_NAMES.get(quantity, quantity))


def _draw_accuracies(context: FigureContext, with_training: bool) -> Figure:
    return plot_final_accuracies(context.tables.trials, context.caption, with_training)


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
    curves = context.tables.measurements["pruning"]
    return plot_pruning(curves, spare_ranges(curves), TOLERATED_LOSS, context.caption)


def _draw_sparsity(context: FigureContext) -> Figure:
    sparsity = total_sparsity(context.tables.measurements["sparsity"])
    trials = context.tables.trials.merge(sparsity, how="left")
    return plots.plot_accuracy_against(trials, "sparsity", context.log_scale, context.caption)


FIGURES = {
    "accuracy": FigureKind(partial(_draw_accuracies, with_training=False), "accuracy of the final networks"),
    "gap": FigureKind(
        partial(_draw_accuracies, with_training=True),
        "accuracy of the final networks, and on training images",
    ),
    "by_epoch": FigureKind(
        _draw_by_epoch, "{quantity} by epoch", quantities=("learning_rate", "gradient_norm")
    ),
    "against": FigureKind(
        _draw_against, "accuracy against {quantity}", quantities=(*COSTS, "epochs", "seconds"), is_scale=True
    ),
    "cost": FigureKind(_draw_cost, "loss per update and per second", is_scale=True),
    "layer_statistics": FigureKind(
        _draw_layers,
        "{quantity}, layer by layer",
        quantities=("mean_gradient", "mean_activation", "activation_deviation", "dead_units"),
        measurement="layer_statistics",
    ),
    "pruning": FigureKind(_draw_pruning, "accuracy with fewer weights", measurement="pruning"),
    "sparsity": FigureKind(
        _draw_sparsity, "accuracy against the share of weights that are nearly 0", measurement="sparsity"
    ),
}
"""``accuracy``: of each variant, sorted; ``gap``: with the accuracy on training images beside; ``by_epoch``:
a quantity over the epochs beside the accuracies; ``against``: accuracy against a number of the variant;
``cost``: loss per update and per second; the others draw the measurement of their name."""


class FigureParams(Parameters):
    """A figure of a study.

    Attributes:
        kind: One of ``FIGURES``.
        quantity: What it shows, where the kind leaves that open.
        log_scale: Whether that quantity has a logarithmic axis.
    """

    kind: Annotated[str, one_of("kind of figure", FIGURES)]
    quantity: str | None = None
    log_scale: bool = False

    @model_validator(mode="after")
    def _check_quantity(self) -> Self:
        known = FIGURES[self.kind].quantities
        if known and self.quantity not in known:
            raise ValueError(
                f"'quantity' of a figure of kind {self.kind} should be one of {', '.join(known)}, "
                f"got {self.quantity!r}"
            )
        return self

    @property
    def is_scale(self) -> bool:
        """Whether the variants are steps from little to much, and not only what their trainings took."""
        return FIGURES[self.kind].is_scale and self.quantity not in VARYING_COSTS
