"""The variants of a study side by side."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from matplotlib.typing import ColorType

from fashion_nets.plotting.drawing import draw_band, mark_epochs, use_plain_log_numbers
from fashion_nets.plotting.study_caption import StudyCaption, new_study_figure, variant_colours
from fashion_nets.plotting.style import QUIET_COLOUR, display_name, styled

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
_ROW_INCHES = 0.34
_MAX_GAP = 0.12  # of accuracy to the best variant; what is worse would squeeze the others together
_LOG_FROM = 20  # times the smallest loss, beyond which an axis is logarithmic


@styled
def plot_study_curves(averages: pd.DataFrame, trials: pd.DataFrame, caption: StudyCaption) -> Figure:
    """Draw loss and accuracy of each variant, from epoch to epoch.

    Training is dashed, validation solid with a band of one standard deviation to both sides. The loss has a
    logarithmic axis where variants differ widely.

    Args:
        averages: A row for each ``variant`` and ``epoch``, as by ``average_histories``.
        trials: As for :func:`plot_final_accuracies`.
        caption: What is written on it.
    """
    figure = new_study_figure(caption, width=11.5, height=4.9)
    colours = variant_colours(averages["variant"].unique(), caption)
    for axes, quantity in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        for variant, rows in averages.groupby("variant", sort=False):
            training = rows[f"{quantity}_mean"]
            axes.plot(rows["epoch"], training, "--", linewidth=1, alpha=0.6, color=colours[variant])
            _draw_averages(axes, rows, "epoch", f"val_{quantity}", colours[variant])
        axes.set(xlabel="epoch", ylabel=quantity)
        _set_epochs(axes)
    _use_log_scale_if_wide(figure.axes[0], averages[["loss_mean", "val_loss_mean"]])
    kinds = [
        Line2D([], [], color=QUIET_COLOUR, label="validation"),
        Line2D([], [], color=QUIET_COLOUR, linestyle="--", linewidth=1, label="training"),
    ]
    _add_legend(axes, [*_name_lines(colours, trials), *kinds])
    return figure


@styled
def plot_final_accuracies(trials: pd.DataFrame, caption: StudyCaption, with_training: bool = False) -> Figure:
    """Draw the validation accuracy that each variant ends with, the best on top.

    Dots are seeds, bars one standard deviation to both sides of the mean. A variant far behind the best is an
    arrow at the edge, with its number.

    Args:
        trials: A row per trial: ``variant``, ``seed``, ``diverged``, ``val_accuracy``, ``train_accuracy``.
        caption: What is written on it.
        with_training: Whether to draw the accuracy on training images as well, as an open circle.
    """
    variants = trials["variant"].unique()
    figure = new_study_figure(caption, width=8.4, height=1.5 + _ROW_INCHES * len(variants))
    _draw_accuracies(figure.subplots(), trials, variant_colours(variants, caption), with_training)
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
    figure = new_study_figure(caption, width=11.5, height=max(4.2, 1.5 + _ROW_INCHES * len(variants)))
    left, right = figure.subplots(1, 2, width_ratios=[1.3, 1])
    colours = variant_colours(variants, caption)
    for variant, rows in averages.groupby("variant", sort=False):
        _draw_averages(left, rows, "epoch", quantity, colours[variant])
    left.set(xlabel="epoch", ylabel=AXIS_NAMES[quantity])
    _set_epochs(left)
    if log_scale:
        left.set_yscale("log")
    _draw_accuracies(right, trials, colours)
    for label, variant in zip(right.get_yticklabels(), _order(trials), strict=True):
        label.set_color(colours[variant])
        label.set_fontweight("bold")
    return figure


@styled
def plot_accuracy_against(
    trials: pd.DataFrame, quantity: str, log_scale: bool, caption: StudyCaption
) -> Figure:
    """Draw the final accuracy of each variant against a number of it.

    Small dots are seeds, large ones means; open circles are accuracies on training images.

    Args:
        trials: As for :func:`plot_final_accuracies`, with the column ``quantity``.
        quantity: Such as ``"parameters"``.
        log_scale: Whether its axis is logarithmic.
        caption: What is written on it.
    """
    figure = new_study_figure(caption, width=8.4, height=4.9)
    axes = figure.subplots()
    colours = variant_colours(trials["variant"].unique(), caption)
    for variant, rows in trials[~trials["diverged"]].groupby("variant", sort=False):
        colour, mean = colours[variant], rows[[quantity, "val_accuracy", "train_accuracy"]].mean()
        axes.plot(rows[quantity], rows["val_accuracy"], "o", markersize=3, alpha=0.6, color=colour)
        axes.plot(mean[quantity], mean["train_accuracy"], "o", markerfacecolor="none", color=colour)
        axes.errorbar(
            mean[quantity],
            mean["val_accuracy"],
            xerr=_deviation(rows[quantity]),
            yerr=_deviation(rows["val_accuracy"]),
            fmt="o",
            markersize=7,
            color=colour,
        )
    axes.set(xlabel=AXIS_NAMES[quantity], ylabel="accuracy of the final network")
    if log_scale:
        axes.set_xscale("log")
    elif quantity == "epochs":
        axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True))
    axes.grid(visible=True)
    _add_legend(axes, [*_name_lines(colours, trials), *_kinds_of_dots()])
    return figure


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
    figure.axes[0].set_ylabel("validation loss")
    _use_log_scale_if_wide(figure.axes[0], averages[["val_loss_mean"]])
    _add_legend(axes, _name_lines(colours, trials))
    return figure


def _draw_averages(axes: Axes, rows: pd.DataFrame, x: str, quantity: str, colour: ColorType) -> None:
    mean, deviation = rows[f"{quantity}_mean"], rows[f"{quantity}_std"]
    look: dict[str, Any] = {"marker": mark_epochs(len(rows)), "markersize": 2.5, "linewidth": 1.5}
    draw_band(axes, rows[x], mean, deviation, colour, **look)


def _set_epochs(axes: Axes) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True))
    axes.grid(visible=True)


def _use_log_scale_if_wide(axes: Axes, losses: pd.DataFrame) -> None:
    finite = losses.to_numpy()[np.isfinite(losses.to_numpy())]
    if len(finite) and finite.max() > _LOG_FROM * finite.min() > 0:
        axes.set_yscale("log")


def _add_legend(axes: Axes, handles: list[Line2D]) -> None:
    """Put a legend to the right of a panel."""
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0)


def _name_lines(colours: dict[str, ColorType], trials: pd.DataFrame) -> list[Line2D]:
    n_seeds = trials.groupby("variant").size()
    n_diverged = trials.groupby("variant")["diverged"].sum()
    return [
        Line2D(
            [],
            [],
            color=colour,
            label=display_name(variant) + _format_diverged(n_diverged[variant], n_seeds[variant]),
        )
        for variant, colour in colours.items()
    ]


def _kinds_of_dots() -> list[Line2D]:
    return [
        Line2D([], [], color=QUIET_COLOUR, marker="o", linestyle="", label="validation"),
        Line2D(
            [], [], color=QUIET_COLOUR, marker="o", markerfacecolor="none", linestyle="", label="training"
        ),
    ]


def _order(trials: pd.DataFrame) -> list[str]:
    """The variants, the worst one first; those without any result before it."""
    means = trials.groupby("variant", sort=False)["val_accuracy"].mean()
    return list(means.sort_values(na_position="first", kind="stable").index)


def _deviation(values: pd.Series) -> float:
    return 0.0 if len(values) < 2 else float(values.std())


def _draw_accuracies(
    axes: Axes, trials: pd.DataFrame, colours: dict[str, ColorType], with_training: bool = False
) -> None:
    variants = _order(trials)
    by_variant = dict(list(trials.groupby("variant")))
    left = trials["val_accuracy"].min()
    if len(variants) > 1:
        left = max(left, trials["val_accuracy"].max() - _MAX_GAP)
    for row, variant in enumerate(variants):
        rows, colour = by_variant[variant], colours[variant]
        finished = rows[~rows["diverged"]]
        mean, deviation = finished["val_accuracy"].mean(), _deviation(finished["val_accuracy"])
        if mean < left:
            axes.plot(left, row, marker="<", markersize=7, color=colour)
        elif len(finished):
            dots = finished["val_accuracy"].clip(left)
            axes.plot(dots, [row] * len(finished), "o", markersize=3.5, alpha=0.6, color=colour)
            axes.errorbar(mean, row, xerr=deviation, fmt="|", markersize=13, capsize=3, color=colour)
            if with_training:
                training = finished["train_accuracy"].mean()
                axes.plot(training, row, "o", markersize=6, markerfacecolor="none", color=colour)
        axes.annotate(
            _format_result(mean, deviation, rows),
            (1.02, row),
            xycoords=axes.get_yaxis_transform(),
            va="center",
            fontsize=9,
        )
    axes.set_yticks(range(len(variants)), [display_name(variant) for variant in variants])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, len(variants) - 0.4)
    axes.set_xlabel("validation accuracy of the final network")
    axes.grid(visible=True)
    if with_training:
        axes.set_xlabel("accuracy of the final network")
        axes.figure.legend(handles=_kinds_of_dots(), loc="outside lower right", ncols=2)


def _format_result(mean: float, deviation: float, rows: pd.DataFrame) -> str:
    n_diverged, n_seeds = int(rows["diverged"].sum()), len(rows)
    if n_diverged == n_seeds:
        return "diverged"
    written = f"{mean:.4f} ± {deviation:.4f}" if n_seeds - n_diverged > 1 else f"{mean:.4f}"
    return written + _format_diverged(n_diverged, n_seeds)


def _format_diverged(n_diverged: int, n_seeds: int) -> str:
    if not n_diverged:
        return ""
    return " (diverged)" if n_diverged == n_seeds else f" ({n_diverged} of {n_seeds} diverged)"
