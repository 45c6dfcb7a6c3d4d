"""What a task gains from a network that was trained for another one."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fashion_nets.formatting import keep_together
from fashion_nets.plotting.drawing import QUANTITY_NAMES, put_legend_below, tell_image_noise, write_below
from fashion_nets.plotting.style import QUIET_COLOUR, new_figure, styled
from fashion_nets.plotting.ways import WAY_COLOURS, WAY_NAMES, draw_by_number_of_images, draw_way, name_way


@styled
def plot_ways(
    results: pd.DataFrame,
    n_images: int,
    classes: Sequence[str],
    base: str,
    n_test_images: int,
    doubt: str | None = None,
) -> Figure:
    """Draw the test accuracy of each way to train, and how it grows with the number of labelled images.

    Each dot is a training. To the left a line marks the mean of a way; to the right the lines are means, and
    the bands one standard deviation to both sides.

    Args:
        results: A row for each ``n_images``, ``way`` and ``seed``, with its ``test_accuracy``.
        n_images: The number of labelled images to the left.
        classes: Names of the classes of the task.
        base: What was reused, for the title.
        n_test_images: Of the classes of the task, on which accuracies are measured.
        doubt: Why the comparison is not to be relied on; None where it is.
    """
    means = results[results["n_images"] == n_images].groupby("way")["test_accuracy"].mean()
    figure = new_figure(
        f"{_task(classes)} from {n_images:,} labelled images: test accuracy {means['scratch']:.4f} from "
        f"scratch, {means['frozen']:.4f} on frozen layers of the {base}, {means['unfrozen']:.4f} partly "
        "unfrozen" + (f"; this run cannot tell which is better, as {doubt}" if doubt else ""),
        width=11.0,
        height=5.0,
    )
    write_below(figure, f"Dots are trainings; {tell_image_noise(means['frozen'], n_test_images)}")
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.15])
    _draw_one_number(left, results[results["n_images"] == n_images])
    left.set(ylabel="test accuracy", title=f"{n_images:,} labelled images")
    draw_by_number_of_images(right, results)
    right.set(ylabel="test accuracy", xlabel="labelled images", title="by number of labelled images")
    return figure


@styled
def plot_learning_curves(
    history: pd.DataFrame, n_images: int, classes: Sequence[str], unfreeze_after: int
) -> Figure:
    """Draw validation loss and accuracy of each way, from epoch to epoch.

    Lines are means over the seeds, bands one standard deviation to both sides. ``unfrozen`` begins where it
    parts from ``frozen``.

    Args:
        history: A row for each ``way``, ``seed`` and ``epoch``, with ``val_loss`` and ``val_accuracy``.
        n_images: The number of labelled images, for the title.
        classes: Names of the classes of the task.
        unfreeze_after: The epoch after which reused layers are unfrozen; marked by a line.
    """
    last = (
        history[history["epoch"] == history["epoch"].max()].groupby("way", sort=False)["val_accuracy"].mean()
    )
    reached = ", ".join(keep_together(f"{value:.4f} {name_way(way)}") for way, value in last.items())
    figure = new_figure(
        f"{_task(classes)} from {n_images:,} labelled images: validation accuracy after "
        f"{history['epoch'].max()} epochs {reached}; {history['seed'].nunique()} trainings each way",
        width=10.4,
        height=4.4,
    )
    parted = (history["way"] != "unfrozen") | (history["epoch"] >= unfreeze_after)
    for axes, (quantity, name) in zip(figure.subplots(1, 2), QUANTITY_NAMES.items(), strict=True):
        for way, rows in history[parted].groupby("way", sort=False):
            draw_way(axes, rows, "epoch", f"val_{quantity}", way)
        axes.axvline(unfreeze_after + 0.5, color=QUIET_COLOUR, linestyle=":", linewidth=1)
        axes.annotate(
            "unfrozen here",
            (unfreeze_after + 0.5, 1),
            (4, -2),
            xycoords=axes.get_xaxis_transform(),
            textcoords="offset points",
            va="top",
            color=QUIET_COLOUR,
        )
        axes.set(xlabel="epoch", ylabel=f"validation {name}")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(visible=True)
        put_legend_below(axes, n_columns=2)
    return figure


def _draw_one_number(axes: Axes, results: pd.DataFrame) -> None:
    ways = list(results.groupby("way", sort=False))
    for position, (way, rows) in enumerate(ways):
        mean = rows["test_accuracy"].mean()
        axes.plot([position] * len(rows), rows["test_accuracy"], "o", alpha=0.6, color=WAY_COLOURS[way])
        axes.hlines(mean, position - 0.25, position + 0.25, color=WAY_COLOURS[way])
        axes.annotate(f"{mean:.4f}", (position + 0.27, mean), va="center")
    axes.set_xticks(range(len(ways)), [WAY_NAMES[way] for way, _ in ways])
    axes.set_xlim(-0.5, len(ways) - 0.3)
    axes.grid(visible=True, axis="y")


def _task(classes: Sequence[str]) -> str:
    return " or ".join(classes)
