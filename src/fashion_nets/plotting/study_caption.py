"""What is written on every figure of a study, and the colours of its variants."""

from typing import NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.typing import ColorType

from fashion_nets.plotting.drawing import say
from fashion_nets.plotting.style import QUIET_COLOUR, class_colours, new_figure, styled


class StudyCaption(NamedTuple):
    """What is written on each figure of a study.

    Attributes:
        question: What the study asks.
        result: The number that matters.
        facts: Which network, how much data, how many seeds.
        is_scale: Whether the variants are steps from little to much, so that their colours are too.
    """

    question: str
    result: str
    facts: str
    is_scale: bool


@styled
def say_nothing_to_draw(caption: StudyCaption) -> Figure:
    """A figure for a study whose trials all diverged, so that there is nothing to measure."""
    figure = new_study_figure(caption, width=8.4, height=1.8)
    say(figure, "nothing was measured")
    return figure


def new_study_figure(caption: StudyCaption, width: float, height: float) -> Figure:
    """Make an empty figure with the caption of a study; sizes are inches."""
    figure = new_figure(f"{caption.question} {caption.result}", width, height)
    figure.supxlabel(caption.facts, x=0.012, ha="left", fontsize=9, color=QUIET_COLOUR)
    return figure


def variant_colours(variants: np.ndarray, caption: StudyCaption) -> dict[str, ColorType]:
    """One colour for each variant, the same in every figure of the study."""
    if caption.is_scale:
        colours = colormaps["viridis"](np.linspace(0, 0.9, len(variants)))
    else:
        colours = class_colours(len(variants))
    return dict(zip(variants, map(tuple, colours), strict=True))
