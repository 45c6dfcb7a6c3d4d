"""What is written on every figure of a study, and the colours of its variants."""

from typing import NamedTuple, Self

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.typing import ColorType

from fashion_nets.formatting import begin_sentence
from fashion_nets.plotting.drawing import say, write_below
from fashion_nets.plotting.style import class_colours, new_figure, styled

_TITLE_LINE_INCHES = 0.2  # of each line of the title after the first, so that the panels keep their height
_LOWER_LINE_INCHES = 0.15  # of each line below, likewise


class StudyCaption(NamedTuple):
    """What is written on each figure of a study.

    Attributes:
        question: What the study asks.
        result: Which network, which images, and what answers the question, with its number.
        facts: How much data, how long, how many seeds.
        is_scale: Whether the variants are steps from little to much, so that their colours are too.
        further: The rest of the answer, which stands before the facts.
        noise: What the numbers of the answer mean by ±, which stands behind the facts.
    """

    question: str
    result: str
    facts: str
    is_scale: bool
    further: str = ""
    noise: str = ""

    def showing(self, what: str) -> Self:
        """The caption of a figure that shows something else than the answer."""
        whose, _, _ = self.result.partition(":")
        return self._replace(result=f"{whose}: {what}", further="", noise="")


@styled
def say_nothing_to_draw(caption: StudyCaption) -> Figure:
    """A figure for a study whose trials all diverged, so that there is nothing to measure."""
    figure = new_study_figure(caption, width=8.4, height=1.8)
    say(figure, "nothing was measured")
    return figure


def new_study_figure(caption: StudyCaption, width: float, height: float) -> Figure:
    """Make an empty figure with the caption of a study; sizes are inches.

    The title is the question and its answer; all else stands below.
    """
    figure = new_figure(f"{caption.question} {caption.result}", width, height)
    further = f"{begin_sentence(caption.further)}. " if caption.further else ""
    noise = f"; {caption.noise}" if caption.noise else ""
    write_below(figure, f"{further}{caption.facts}{noise}")
    n_lines = {"title": figure.get_suptitle().count("\n"), "below": figure.get_supxlabel().count("\n")}
    figure.set_figheight(
        height + _TITLE_LINE_INCHES * n_lines["title"] + _LOWER_LINE_INCHES * n_lines["below"]
    )
    return figure


def variant_colours(variants: np.ndarray, caption: StudyCaption) -> dict[str, ColorType]:
    """One colour for each variant, the same in every figure of the study."""
    if caption.is_scale:
        colours = colormaps["viridis"](np.linspace(0, 0.9, len(variants)))
    else:
        colours = class_colours(len(variants))
    return dict(zip(variants, map(tuple, colours), strict=True))
