"""The history of convolutional networks as a figure."""

from matplotlib.figure import Figure

from fashion_nets.networks.architectures.publications import PUBLICATIONS
from fashion_nets.networks.registry import ARCHITECTURES
from fashion_nets.plotting.style import QUIET_COLOUR, class_colours, hide_frame, new_figure, styled

STEPS = [
    (1959, "Hubel, Wiesel", "cells of a cat's visual cortex answer to edges at one place"),
    (1980, "Neocognitron", "Fukushima: layers that detect, layers that make smaller"),
    (1987, "TDNN", "Waibel: shared weights along time, trained by backpropagation"),
    (1989, "LeCun", "kernels learned from digits of ZIP codes"),
    (1989, "Hampshire, Waibel", "weights shared along two axes, time and frequency"),
    (1990, "Max pooling", "Yamaguchi: the largest value of a region goes on"),
    (2004, "GPU", "Oh, Jung: networks 20 times as fast on a graphics card"),
]
IDEAS = {
    "lenet5": "convolution, pooling, dense layers: the form that stays",
    "alexnet": "wins ImageNet by far, on two GPUs: relu, dropout",
    "googlenet": "inception modules: several kernel sizes side by side",
    "vgg16": "only 3 × 3, many of them",
    "resnet34": "skip connections: up to 152 layers learn",
    "xception": "separable convolutions: space and maps one after the other",
}
"""What each architecture of a family brought; the years and parameters are those of its publication."""


def list_steps() -> list[tuple[int, str, str, int | None]]:
    """Year, name, idea and parameters as published (None: not of this project), the oldest first."""
    others: list[tuple[int, str, str, int | None]] = [(*step, None) for step in STEPS]
    networks = [
        (PUBLICATIONS[name].year, ARCHITECTURES[name].title, idea, PUBLICATIONS[name].parameters)
        for name, idea in IDEAS.items()
    ]
    return sorted([*others, *networks], key=lambda step: step[0])


@styled
def plot_history() -> Figure:
    """Draw a row for each step, from above to below, so that it can be read on a phone as well."""
    steps = list_steps()
    figure = new_figure("From a cat's visual cortex to Xception", width=7.2, height=0.9 + 0.52 * len(steps))
    axes = figure.subplots()
    line, network = class_colours(2)
    axes.plot([0, 0], [0, len(steps) - 1], color=line, linewidth=2, zorder=1)
    for place, (year, name, idea, parameters) in enumerate(steps):
        filled = parameters is not None
        axes.scatter(0, place, s=70, color=network if filled else "white", edgecolor=network, zorder=2)
        axes.text(-0.35, place, str(year), ha="right", va="center", fontsize=11, fontweight="bold")
        size = f"   {parameters:,} parameters" if filled else ""
        axes.text(0.35, place - 0.17, name, va="center", fontsize=11, fontweight="bold")
        axes.text(0.35, place + 0.2, idea + size, va="center", fontsize=9, color=QUIET_COLOUR)
    axes.set(xlim=(-1.6, 10), ylim=(len(steps) - 0.4, -0.6))
    hide_frame(axes)
    return figure
