"""Learning curves: loss and accuracy from epoch to epoch."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fashion_nets.networks.names import display_name
from fashion_nets.plotting.drawing import mark_epochs, put_legend_below, write_below
from fashion_nets.plotting.style import TEXT_COLOUR, new_figure, styled

TRAINING_COLOUR = "#8c6bb1"
VALIDATION_COLOUR = "#0b5f6b"

_HEIGHT, _HEIGHT_BELOW = 4.2, 2.2  # inches of loss and accuracy; of the learning rate or the gradient
_PHASES_PER_ROW = 3
_LASTING = 3  # epochs at the end, of which all have to be so

LOSS_NAMES = {
    "sparse_categorical_crossentropy": "cross-entropy",
    "categorical_crossentropy": "cross-entropy",
    "binary_crossentropy": "binary cross-entropy",
    "mse": "mean squared error",
}
_PHASES_OF_IMAGES = ("", "layer_1", "fine_tuning")  # other phases reconstruct codings
_ONLY_IN_TRAINING = {
    "Dropout": "dropout",
    "Noise": "noise",
    "Sampling": "random codings",
    "Random": "changed images",
}


@styled
def plot_learning_curves(
    history: pd.DataFrame, network: str, about: Mapping[str, Any], layers: pd.DataFrame
) -> Figure:
    """Draw how loss and accuracy went from epoch to epoch, with the best epoch marked.

    Training is dashed and validation solid. The title says of which epoch the stored weights are; where
    validation is better than training, a line below says why.

    A training in phases, whose losses do not compare, has a panel for each of them; its result is that of the
    last one. Below come the learning rate, where it changed, and the norm of the gradient, where it was
    recorded.

    Args:
        history: A row per epoch: ``epoch`` from 1, ``loss``, ``val_loss``, for classifiers ``accuracy`` and
            ``val_accuracy``; may have ``learning_rate``, ``gradient_norm`` and ``phase``. Epochs whose loss
            is not finite leave a gap.
        network: Its name, such as ``"stacked_autoencoder"``.
        about: As by ``describe_training``: ``loss``, ``stored_epoch`` and ``label_smoothing``.
        layers: A row per layer, with its ``type`` and ``settings``: what works in training alone, and what is
            added to the loss.
    """
    quantities = ["loss", "accuracy"] if "accuracy" in history else ["loss"]
    phases = _split_phases(history)
    further = _further_quantities(history)
    first_rows = _rows_of_phases([_name_panel(phase, name) for phase in phases for name in quantities])
    n_columns = len(first_rows[0])
    below = _rows_below(further, n_columns)
    heights = [_HEIGHT] * len(first_rows) + [_HEIGHT_BELOW] * len(below)
    width = 5.2 * n_columns if n_columns > 1 else 7.4
    title = _title(history, network, quantities[-1], about, layers)
    figure = new_figure(title, width=width, height=sum(heights))
    words = _why_validation_is_better(history, quantities[-1], layers)
    if about.get("label_smoothing"):
        words += " Labels are smoothed in training alone, which raises the training loss."
    if words:
        write_below(figure, words.strip())
    panels = figure.subplot_mosaic([[*row] for row in first_rows + below], height_ratios=heights)
    for phase, epochs in phases.items():
        for quantity in quantities:
            axes = panels[_name_panel(phase, quantity)]
            name = _name_loss(about, layers, phase) if quantity == "loss" else quantity
            _draw_curves(axes, epochs, quantity, name)
            axes.set_title(display_name(phase))
    for quantity in further:
        _draw_further(panels[quantity], history, quantity)
    return figure


def _title(
    history: pd.DataFrame, network: str, quantity: str, about: Mapping[str, Any], layers: pd.DataFrame
) -> str:
    """The best value, and whether the stored network is the one that has it."""
    phase, epochs = list(_split_phases(history).items())[-1]
    name = _name_loss(about, layers, phase) if quantity == "loss" else quantity
    whose = f"{display_name(network)}{f', {display_name(phase)}' if phase else ''}"
    best = _best_epoch(epochs, quantity)
    if best is None:
        return f"{whose}: no finite validation {name}"
    title = f"{whose}: best validation {name} {best[f'val_{quantity}']:.4f} in epoch {best['epoch']:.0f}"
    stored = about.get("stored_epoch")
    if stored is None:
        return f"{title} of {len(history)}"
    if stored == best["epoch"]:
        return f"{title} of {len(history)}, whose weights are stored"
    value = epochs.set_index("epoch").loc[stored, f"val_{quantity}"]
    return f"{title} of {len(history)}; stored are the weights of epoch {stored}, with {value:.4f}"


def _name_loss(about: Mapping[str, Any], layers: pd.DataFrame, phase: str) -> str:
    """Which loss it is, with what is added to it: codings on their own are reconstructed by squared error."""
    if phase not in _PHASES_OF_IMAGES:
        return LOSS_NAMES["mse"]
    name = LOSS_NAMES.get(about.get("loss", ""), "loss")
    if layers["type"].eq("Sampling").any():
        name += " + divergence"
    if layers["settings"].astype(str).str.contains("penalty").any():
        name += " + penalty"
    return name


def _why_validation_is_better(history: pd.DataFrame, quantity: str, layers: pd.DataFrame) -> str:
    """Why validation is ahead of training where it is; nothing where it is not."""
    sign = -1 if quantity == "loss" else 1
    ahead = sign * history[f"val_{quantity}"] > sign * history[quantity]
    if not ahead.any():
        return ""
    epochs = history.loc[ahead, "epoch"]
    when = f"epoch {epochs.iloc[0]}" if len(epochs) == 1 else f"{len(epochs)} of {len(history)} epochs"
    only = [name for kind, name in _ONLY_IN_TRAINING.items() if layers["type"].str.contains(kind).any()]
    within = f", with {' and '.join(only)} that validation is spared" if only else ""
    rest = "" if only else _tell_rest(sign * history[quantity], sign * history[f"val_{quantity}"])
    return (
        f"Validation is better than training in {when}: training values are means over an epoch in which the "
        f"network still learns{within}{rest}."
    )


def _tell_rest(training: pd.Series, validation: pd.Series) -> str:
    """What else there must be where validation stays ahead by more than training gains in an epoch.

    Args:
        training: Of each epoch, the higher the better.
        validation: Likewise.
    """
    ahead, gained = (validation - training).tail(_LASTING), training.diff().tail(_LASTING)
    if len(training) <= _LASTING or not (ahead > gained).all() or not (ahead > 0).all():
        return ""
    return f"; in the last {_LASTING} that is not enough, so that its images may be the easier ones"


def _split_phases(history: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The epochs of each phase by its name; a training without phases is one, without a name."""
    if "phase" not in history:
        return {"": history}
    return {str(phase): epochs for phase, epochs in history.groupby("phase", sort=False)}


def _name_panel(phase: str, quantity: str) -> str:
    return f"{phase} {quantity}".strip()


def _rows_of_phases(panels: list[str]) -> list[list[str]]:
    """Rows of panels, all of one length, with nothing where the last one has fewer."""
    n_columns = min(len(panels), _PHASES_PER_ROW)
    filled = panels + ["."] * (-len(panels) % n_columns)
    return [filled[start : start + n_columns] for start in range(0, len(filled), n_columns)]


def _further_quantities(history: pd.DataFrame) -> list[str]:
    """What is drawn as well: a learning rate that changed, a norm of the gradient that was recorded."""
    rates = history.get("learning_rate", pd.Series([0.0]))
    changes = not np.allclose(rates, rates.iloc[0], atol=0)
    return ["learning_rate"] * changes + ["gradient_norm"] * ("gradient_norm" in history)


def _rows_below(further: list[str], n_columns: int) -> list[list[str]]:
    """The panels under the first row: side by side where there is room, each as wide as the figure else."""
    if len(further) == n_columns:
        return [further]
    return [[quantity] * n_columns for quantity in further]


def _draw_further(axes: Axes, history: pd.DataFrame, quantity: str) -> None:
    axes.plot(
        history["epoch"],
        history[quantity],
        "-",
        marker=mark_epochs(len(history)),
        markersize=3,
        color=TEXT_COLOUR,
    )
    axes.set_ylabel(display_name(quantity))
    axes.set_ylim(bottom=0)
    _set_epochs(axes, history)


def _draw_curves(axes: Axes, history: pd.DataFrame, quantity: str, name: str) -> None:
    epochs = history["epoch"]
    marker = mark_epochs(len(history))
    axes.plot(
        epochs, history[quantity], "--", marker=marker, markersize=3, color=TRAINING_COLOUR, label="training"
    )
    axes.plot(
        epochs,
        history[f"val_{quantity}"],
        "-",
        marker=marker,
        markersize=3,
        color=VALIDATION_COLOUR,
        label="validation",
    )
    best = _best_epoch(history, quantity)
    if best is None:
        axes.set_yticks([])
        axes.text(0.5, 0.5, "no finite value in any epoch", ha="center", transform=axes.transAxes)
    else:
        axes.plot(
            best["epoch"],
            best[f"val_{quantity}"],
            "o",
            markersize=9,
            markerfacecolor="none",
            markeredgewidth=1.5,
            color=VALIDATION_COLOUR,
            label=f"best: {best[f'val_{quantity}']:.4f}, epoch {best['epoch']:.0f}",
        )
    axes.set_ylabel(name)
    _set_epochs(axes, history)
    axes.grid(best is not None)
    put_legend_below(axes, n_columns=3)


def _set_epochs(axes: Axes, history: pd.DataFrame) -> None:
    epochs = history["epoch"]
    margin = max(0.5, 0.02 * len(history))
    axes.set(xlabel="epoch", xticks=_epoch_ticks(int(epochs.max())))
    axes.set_xlim(epochs.min() - margin, epochs.max() + margin)
    axes.grid(True)


def _best_epoch(history: pd.DataFrame, quantity: str) -> pd.Series | None:
    """The row of the epoch with the lowest validation loss or highest accuracy, if any is finite."""
    values = history[f"val_{quantity}"].where(np.isfinite(history[f"val_{quantity}"])).dropna()
    if values.empty:
        return None
    return history.loc[values.idxmin() if quantity == "loss" else values.idxmax()]


def _epoch_ticks(last: int) -> list[int]:
    """At most 11 epochs at round numbers, the first one among them."""
    step = next(
        step * 10**power for power in range(10) for step in (1, 2, 5) if last <= 10 * step * 10**power
    )
    return sorted({1, *range(step, last + 1, step)})
