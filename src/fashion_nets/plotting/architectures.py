"""Architectures side by side: what they cost, what they reach, how large they are."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, product

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox
from matplotlib.typing import ColorType

from fashion_nets.formatting import format_count
from fashion_nets.networks.registry import ARCHITECTURES
from fashion_nets.plotting.drawing import tell_image_noise, use_plain_log_numbers, write_below
from fashion_nets.plotting.style import QUIET_COLOUR, class_colours, new_figure, styled

_MARKER_POINTS = 7.0
_ROW_INCHES = 0.42
_MARGIN = 0.14  # of the axes, free for labels
_LEAST_MARGIN = 0.3  # decades
# Where a label may stand: its distance from the point, and to which sides of it.
_DISTANCES = (7, 16, 27, 39)  # in points; the further ones get a line
_SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))
_PLACES_ON_A_LINE = 200
_ALIGNMENTS = {1: ("left", "bottom"), 0: ("center", "center"), -1: ("right", "top")}


@styled
def plot_accuracy_by_multiplications(
    comparison: pd.DataFrame, alike: Sequence[str], facts: str, n_test_images: int, doubt: str | None = None
) -> Figure:
    """Draw the test accuracy of each architecture against its multiplications, on a logarithmic axis.

    Architectures of one family, whose names differ in their number only, share a colour and a line. Bars are
    one standard deviation to both sides where there are several seeds.

    Args:
        comparison: A row per architecture: ``architecture``, ``multiplications``, ``test_accuracy`` (missing
            where every training diverged) and ``test_accuracy_std``.
        alike: The architectures that are not behind the best beyond noise, for the title.
        facts: The budget in words.
        n_test_images: On which the accuracies are measured.
        doubt: Why the comparison is not to be relied on; None where it is.
    """
    drawn = comparison.dropna(subset=["test_accuracy"]).sort_values("multiplications")
    lost = comparison.loc[comparison["test_accuracy"].isna(), "architecture"]
    figure = new_figure(_title(drawn, alike, doubt), width=8.4, height=5.4)
    noise = "" if drawn.empty else f"; {tell_image_noise(drawn['test_accuracy'].max(), n_test_images)}"
    written = facts + noise + (f"; diverged: {_names(lost)}" if len(lost) else "")
    write_below(figure, written)
    axes = figure.subplots()
    use_plain_log_numbers(axes)
    axes.set(xlabel="multiplications of one image, forward, in millions", ylabel="test accuracy")
    axes.grid(visible=True)
    millions = drawn["multiplications"] / 1e6
    axes.margins(y=_MARGIN)
    axes.set_xlim(_widen(millions))
    families = [_family(name) for name in drawn["architecture"]]
    colours = dict(zip(dict.fromkeys(families), class_colours(len(set(families))), strict=True))
    for family, colour in colours.items():
        members = [each == family for each in families]
        axes.errorbar(
            millions[members],
            drawn.loc[members, "test_accuracy"],
            yerr=drawn.loc[members, "test_accuracy_std"].fillna(0),
            fmt="o-",
            markersize=_MARKER_POINTS,
            linewidth=1,
            color=colour,
        )
    points = np.column_stack([millions, drawn["test_accuracy"]])
    _label_points(figure, axes, points, list(map(_name, drawn["architecture"])))
    return figure


@styled
def plot_parameters(comparison: pd.DataFrame) -> Figure:
    """Draw the number of parameters of each architecture, the oldest on top, on a logarithmic axis.

    Filled circles are the architectures as published, open ones their forms for small images. Each has a row
    of its own, as up to five are of one year.

    Args:
        comparison: A row per architecture: ``architecture``, ``year`` and ``published_parameters`` (both
            missing where it was not published) and ``parameters``.
    """
    rows = comparison.sort_values(
        ["year", "published_parameters", "parameters"], na_position="last", ignore_index=True
    )
    figure = new_figure(
        "Parameters of the architectures by year, as published and in their forms for small images",
        width=8.4,
        height=1.7 + _ROW_INCHES * len(rows),
    )
    axes = figure.subplots()
    colour = tuple(class_colours(1)[0])
    for place, row in enumerate(rows.itertuples()):
        is_published = not pd.isna(row.published_parameters)
        if is_published:
            axes.plot([row.parameters, row.published_parameters], [place, place], color=colour, linewidth=1)
            axes.plot(row.published_parameters, place, "o", markersize=_MARKER_POINTS, color=colour)
            _place_count(axes, row.published_parameters, place, to_the_right=True)
        if not is_published or row.parameters != row.published_parameters:
            axes.plot(
                row.parameters,
                place,
                "o",
                markersize=_MARKER_POINTS,
                markerfacecolor="white",
                markeredgecolor=colour,
            )
            _place_count(axes, row.parameters, place, to_the_right=False)
    years = rows["year"].map(lambda year: "" if pd.isna(year) else f", {year:.0f}")
    axes.set_yticks(range(len(rows)), rows["architecture"].map(_name) + years)
    axes.tick_params(axis="y", length=0)
    use_plain_log_numbers(axes)
    axes.set(xlabel="parameters, moving averages of batch normalization included")
    axes.margins(x=0.2)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(visible=True, axis="x")
    figure.legend(handles=list(_kinds_of_circles(colour)), loc="outside lower right", ncols=2)
    return figure


def _title(drawn: pd.DataFrame, alike: Sequence[str], doubt: str | None) -> str:
    if drawn.empty:
        return "Architectures: every training diverged"
    best = drawn.loc[drawn["test_accuracy"].idxmax()]
    told = f"; within noise of it {_names(alike)}" if alike else ""
    warning = f"this run cannot tell which is better, as {doubt}; measured: " if doubt else ""
    return (
        f"Architectures: {warning}{_name(best['architecture'])} has the highest test accuracy, "
        f"{best['test_accuracy']:.4f}{told}"
    )


def _name(architecture: str) -> str:
    return ARCHITECTURES[architecture].title


def _names(architectures: Iterable[str]) -> str:
    return ", ".join(map(_name, architectures))


def _widen(values: pd.Series) -> tuple[float, float] | None:
    """The limits of a logarithmic axis with room for labels, also where there is a single value."""
    if values.empty:
        return None
    low, high = np.log10([values.min(), values.max()])
    margin = max(_MARGIN * (high - low), _LEAST_MARGIN)
    return 10 ** (low - margin), 10 ** (high + margin)


def _family(name: str) -> str:
    return re.sub(r"\d+$", "", name)


def _label_points(figure: Figure, axes: Axes, points: np.ndarray, names: Sequence[str]) -> None:
    """Write a name beside each point, so that no name covers another one, a point, a line or the frame.

    Args:
        figure: Whose layout is final.
        axes: Its only ones, whose limits are final but for the names.
        points: In the units of the axes, shape (n, 2).
        names: One for each point.
    """
    figure.draw_without_rendering()  # lays the axes out
    radius = _MARKER_POINTS / 2 * figure.dpi / 72
    taken = [
        Bbox.from_extents(*(place - radius), *(place + radius)) for place in axes.transData.transform(points)
    ]
    taken += [Bbox([place, place]) for place in _places_on_lines(axes)]
    for point, name in zip(points, names, strict=True):
        for distance, side in product(_DISTANCES, _SIDES):
            text = _place_name(axes, point, name, distance, side)
            box = text.get_window_extent()
            if _is_within(box, axes.bbox) and not any(box.overlaps(other) for other in taken):
                break
            text.remove()
        else:  # nowhere is free
            distance, side = _DISTANCES[0], _SIDES[0]
            box = _place_name(axes, point, name, distance, side).get_window_extent()
        if distance > _DISTANCES[0]:
            _place_name(axes, point, "", distance, side, {"arrowstyle": "-", "color": QUIET_COLOUR})
        taken.append(box)


def _places_on_lines(axes: Axes) -> Iterator[np.ndarray]:
    """Places on the page all along the lines between points."""
    for line in axes.lines:
        for start, end in pairwise(axes.transData.transform(line.get_xydata())):
            yield from np.linspace(start, end, _PLACES_ON_A_LINE)


def _place_name(
    axes: Axes,
    point: np.ndarray,
    name: str,
    distance: int,
    side: tuple[int, int],
    line: dict[str, str] | None = None,
) -> Annotation:
    horizontal, vertical = side
    text = axes.annotate(
        name,
        tuple(point),
        xytext=(distance * horizontal, distance * vertical),
        textcoords="offset points",
        ha=_ALIGNMENTS[horizontal][0],
        va=_ALIGNMENTS[vertical][1],
        fontsize=9,
        arrowprops=line,
    )
    text.set_in_layout(False)  # the layout is final, and places were found in it
    return text


def _is_within(box: Bbox, frame: Bbox) -> bool:
    return frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1


def _place_count(axes: Axes, count: int, row: int, to_the_right: bool) -> None:
    axes.annotate(
        format_count(count),
        (count, row),
        xytext=(8 if to_the_right else -8, 0),
        textcoords="offset points",
        ha="left" if to_the_right else "right",
        va="center",
        fontsize=9,
    )


def _kinds_of_circles(colour: ColorType) -> Iterator[Line2D]:
    for label, face in (("as published", colour), ("in the form for small images", "white")):
        yield Line2D(
            [],
            [],
            linestyle="",
            marker="o",
            markersize=_MARKER_POINTS,
            markerfacecolor=face,
            markeredgecolor=colour,
            label=label,
        )
