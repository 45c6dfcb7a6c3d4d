"""The variants of a study side by side."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from matplotlib.typing import ColorType

from fashion_nets.networks.names import display_name
from fashion_nets.plotting.drawing import (
    QUANTITY_NAMES,
    ceiling_of,
    draw_band,
    mark_epochs,
    put_legend_beside,
    use_plain_log_numbers,
)
from fashion_nets.plotting.final_accuracies import (
    AT_THE_EDGE,
    ROW_INCHES,
    deviation_of,
    draw_accuracies,
    format_diverged,
    kinds_of_dots,
    limits_of,
    order_of,
)
from fashion_nets.plotting.study_caption import StudyCaption, new_study_figure, variant_colours
from fashion_nets.plotting.style import styled

AXIS_NAMES = {
    "parameters": "parameters",
    "multiplications": "multiplications of one image, forward",
    "training_memory_mb": "estimated memory of a training batch, in MB",
    "epochs": "epochs trained",
    "seconds": "seconds of the whole trial",
    "sparsity": "share of the weights that are nearly 0",
    "learning_rate": "learning rate",
    "gradient_norm": "norm of the gradient",
}
_WHY_TRAINING_DIFFERS = "mean over each epoch, with dropout,\npenalties and smoothed labels if any"
_LOG_FROM = 20  # times the smallest loss, beyond which an axis is logarithmic


@styled
def plot_study_curves(averages: pd.DataFrame, trials: pd.DataFrame, caption: StudyCaption) -> Figure:
    """Draw loss and accuracy of each variant, from epoch to epoch.

    Validation is above, solid, with a band of one standard deviation to both sides; training below, dashed.
    The losses have a logarithmic axis where variants differ widely.

    Args:
        averages: A row for each ``variant`` and ``epoch``, as by ``average_histories``.
        trials: As for :func:`plot_final_accuracies`.
        caption: What is written on it.
    """
    figure = new_study_figure(caption, width=11.5, height=8.2)
    colours = variant_colours(averages["variant"].unique(), caption)
    panels = figure.subplots(2, 2, sharex=True)
    for quantity, column in zip(("loss", "accuracy"), panels.T, strict=True):
        for variant, rows in averages.groupby("variant", sort=False):
            _draw_averages(column[0], rows, "epoch", f"val_{quantity}", colours[variant])
            training = rows[f"{quantity}_mean"]
            column[1].plot(rows["epoch"], training, "--", linewidth=1.2, color=colours[variant])
        for axes, part in zip(column, ("validation", "training"), strict=True):
            axes.set(ylabel=f"{part} {QUANTITY_NAMES[quantity]}")
            _set_epochs(axes)
        column[1].set_xlabel("epoch")
    panels[0, 0].set_title("with penalties if any")
    panels[1, 0].set_title(_WHY_TRAINING_DIFFERS)
    for axes, column in zip(panels[:, 0], ("val_loss_mean", "loss_mean"), strict=True):
        _use_log_scale_if_wide(axes, averages[[column]])
    put_legend_beside(panels[0, 1], handles=_name_lines(colours, trials))
    return figure


@styled
def plot_epoch_quantity(
    averages: pd.DataFrame, trials: pd.DataFrame, quantity: str, log_scale: bool, caption: StudyCaption
) -> Figure:
    """Draw something that was recorded in each epoch, and the accuracies that it led to.

    Args:
        averages: As by ``average_histories``.
        trials: As for :func:`plot_final_accuracies`.
        quantity: Column of the histories, such as ``"learning_rate"``.
        log_scale: Whether its axis is logarithmic.
        caption: What is written on it.
    """
    variants = averages["variant"].unique()
    figure = new_study_figure(caption, width=11.5, height=max(4.2, 1.5 + ROW_INCHES * len(variants)))
    left, right = figure.subplots(1, 2, width_ratios=[1.3, 1])
    colours = variant_colours(variants, caption)
    for variant, rows in averages.groupby("variant", sort=False):
        _draw_averages(left, rows, "epoch", quantity, colours[variant])
    left.set(xlabel="epoch", ylabel=AXIS_NAMES[quantity])
    _set_epochs(left)
    if log_scale:
        use_plain_log_numbers(left, "y")
    draw_accuracies(right, trials, colours)
    for label, variant in zip(right.get_yticklabels(), order_of(trials), strict=True):
        label.set_color(colours[variant])
        label.set_fontweight("bold")
    return figure


@styled
def plot_accuracy_against(
    trials: pd.DataFrame, quantity: str, log_scale: bool, caption: StudyCaption
) -> Figure:
    """Draw the final accuracy of each variant against a number of it.

    Small dots are seeds, large ones means; open circles are accuracies on training images. What lies far
    behind the best is an arrow at the lower edge with its mean, and the axis says so.

    Args:
        trials: As for :func:`plot_final_accuracies`, with the column ``quantity``.
        quantity: Such as ``"parameters"``.
        log_scale: Whether its axis is logarithmic.
        caption: What is written on it.
    """
    figure = new_study_figure(caption, width=8.4, height=4.9)
    axes = figure.subplots()
    colours = variant_colours(trials["variant"].unique(), caption)
    finished = trials[~trials["diverged"]]
    low, high = limits_of(finished, with_training=True)
    off_the_scale = False
    most = finished[quantity].max() if quantity == "epochs" else np.inf  # no training can have more
    for variant, rows in finished.groupby("variant", sort=False):
        accuracies = rows["val_accuracy"]
        mean = accuracies.mean()
        if mean >= low:
            _draw_variant(axes, rows, quantity, colours[variant], most)
        lowest = min(accuracies.min(), mean - deviation_of(accuracies), rows["train_accuracy"].mean())
        if lowest < low:
            off_the_scale = True
            _point_down(axes, rows[quantity].mean(), f"{mean:.4f}" if mean < low else "", colours[variant])
    name = "accuracy of the final network"
    axes.set(xlabel=AXIS_NAMES[quantity], ylabel=f"{name}; ▾ lies further down" if off_the_scale else name)
    axes.set_ylim(low, high)
    if log_scale:
        use_plain_log_numbers(axes)
    elif quantity == "epochs":
        axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True))
    axes.grid(visible=True)
    put_legend_beside(axes, handles=[*_name_lines(colours, trials), *kinds_of_dots()])
    return figure


def _draw_variant(axes: Axes, rows: pd.DataFrame, quantity: str, colour: ColorType, most: float) -> None:
    """Draw the trials of a variant with their means; no bar goes beyond the most that the quantity can be."""
    mean = rows[[quantity, "val_accuracy", "train_accuracy"]].mean()
    axes.plot(rows[quantity], rows["val_accuracy"], "o", markersize=3, alpha=0.6, color=colour)
    axes.plot(mean[quantity], mean["train_accuracy"], "o", markerfacecolor="none", color=colour)
    deviation = deviation_of(rows[quantity])
    axes.errorbar(
        mean[quantity],
        mean["val_accuracy"],
        xerr=[[deviation], [min(deviation, most - mean[quantity])]],
        yerr=deviation_of(rows["val_accuracy"]),
        fmt="o",
        markersize=7,
        color=colour,
    )


def _point_down(axes: Axes, place: float, words: str, colour: ColorType) -> None:
    """An arrow at the lower edge, whatever the limits of the axis, with words beside it."""
    at_the_edge = axes.get_xaxis_transform()
    axes.plot(place, AT_THE_EDGE, marker="v", markersize=7, color=colour, transform=at_the_edge)
    axes.annotate(
        words,
        (place, AT_THE_EDGE),
        (7, 0),
        xycoords=at_the_edge,
        textcoords="offset points",
        va="bottom",
        fontsize=9,
    )


@styled
def plot_cost_curves(averages: pd.DataFrame, trials: pd.DataFrame, caption: StudyCaption) -> Figure:
    """Draw the validation loss of each variant against the updates of the weights, and against the time.

    A dot is an epoch; bands are one standard deviation to both sides.

    Args:
        averages: As by ``average_histories``.
        trials: As for :func:`plot_final_accuracies`.
        caption: What is written on it.
    """
    figure = new_study_figure(caption, width=11.5, height=4.9)
    colours = variant_colours(averages["variant"].unique(), caption)
    progress = {"updates_mean": "updates of the weights", "elapsed_seconds_mean": "seconds of training"}
    for axes, (column, name) in zip(figure.subplots(1, 2, sharey=True), progress.items(), strict=True):
        for variant, rows in averages.groupby("variant", sort=False):
            _draw_averages(axes, rows, column, "val_loss", colours[variant])
        use_plain_log_numbers(axes)
        axes.set_xlabel(name)
        axes.grid(visible=True)
    figure.axes[0].set_ylabel("validation cross-entropy")
    _use_log_scale_if_wide(figure.axes[0], averages[["val_loss_mean"]])
    put_legend_beside(axes, handles=_name_lines(colours, trials))
    return figure


def _draw_averages(axes: Axes, rows: pd.DataFrame, x: str, quantity: str, colour: ColorType) -> None:
    mean, deviation = rows[f"{quantity}_mean"], rows[f"{quantity}_std"]
    look: dict[str, Any] = {"marker": mark_epochs(len(rows)), "markersize": 2.5, "linewidth": 1.5}
    draw_band(axes, rows[x], mean, deviation, colour, ceiling=ceiling_of(quantity), **look)


def _set_epochs(axes: Axes) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True))
    axes.grid(visible=True)


def _use_log_scale_if_wide(axes: Axes, losses: pd.DataFrame) -> None:
    finite = losses.to_numpy()[np.isfinite(losses.to_numpy())]
    if len(finite) and finite.max() > _LOG_FROM * finite.min() > 0:
        use_plain_log_numbers(axes, "y")


def _name_lines(colours: dict[str, ColorType], trials: pd.DataFrame) -> list[Line2D]:
    n_seeds = trials.groupby("variant").size()
    n_diverged = trials.groupby("variant")["diverged"].sum()
    return [
        Line2D(
            [],
            [],
            color=colour,
            label=display_name(variant) + format_diverged(n_diverged[variant], n_seeds[variant]),
        )
        for variant, colour in colours.items()
    ]
