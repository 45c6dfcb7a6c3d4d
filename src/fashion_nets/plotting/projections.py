"""Images as points in the plane, coloured by class."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from fashion_nets.plotting.style import (
    IMAGE_COLORMAP,
    add_class_colorbar,
    class_colormap,
    class_colours,
    display_name,
    new_figure,
    styled,
)

METHOD_NAMES = {
    "codings": "the two codings",
    "pca": "PCA of the codings",
    "lda": "LDA of the codings",
    "pixels_pca": "PCA of the pixels",
}
AXIS_NAMES = {
    "codings": "coding",
    "pca": "principal component",
    "lda": "discriminant",
    "pixels_pca": "principal component",
}

_MAX_PANELS_IN_ROW = 3
_LONGER_SIDE_INCHES = 8.4
_THUMBNAIL_GAP = 0.12  # of a thumbnail, between two of them


@styled
def plot_projections(
    projections: pd.DataFrame,
    scores: pd.DataFrame,
    class_names: Sequence[str],
    network: str,
    part: str = "validation",
) -> Figure:
    """Draw the codings of one network by several methods side by side, with one colour bar of the classes.

    Args:
        projections: A row for each method and image: ``method``, ``label``, ``x``, ``y``.
        scores: A row for each method: ``method``, ``explained_variance``, ``class_separation``,
            ``n_neighbors``, ``knn_accuracy``, ``trustworthiness``, as by ``project_codings``.
        class_names: One for each class, in the order of the labels.
        network: Its namespace, such as ``"stacked_autoencoder"``.
        part: Which images these are, for the title.
    """
    by_method = scores.set_index("method")
    methods = list(by_method.index)
    best = str(by_method["knn_accuracy"].idxmax())
    n_rows = -(-len(methods) // _MAX_PANELS_IN_ROW)
    n_columns = -(-len(methods) // n_rows)
    figure = new_figure(
        f"{display_name(network)}, {part} images in 2-D: best {_accuracy(by_method.loc[best])}, "
        f"by {METHOD_NAMES.get(best, best)}",
        width=4.3 * n_columns + 1.4,
        height=4.6 * n_rows + 0.6,
    )
    panels = figure.subplots(n_rows, n_columns, squeeze=False)
    for panel in panels.flat[len(methods) :]:
        panel.set_visible(False)
    for panel, method in zip(panels.flat, methods, strict=False):
        _scatter(panel, projections[projections["method"] == method], len(class_names))
        panel.set_aspect("equal", adjustable="datalim")
        _name_axes(panel, method)
        panel.set_title(f"{METHOD_NAMES.get(method, method)}\n{_describe(by_method.loc[method])}")
    add_class_colorbar(figure, panels.ravel().tolist(), class_names)
    return figure


@styled
def plot_thumbnails(
    projections: pd.DataFrame,
    scores: pd.DataFrame,
    images: np.ndarray,
    class_names: Sequence[str],
    network: str,
    method: str = "lda",
    part: str = "validation",
    thumbnail_share: float = 0.045,
) -> Figure:
    """Draw one projection with images at some of its points, framed in the colour of their class.

    Going through the images in order, each that would not touch one before it becomes a thumbnail; the rest
    are points.

    Args:
        projections: As for ``plot_projections``; the rows of ``method`` are in the order of ``images``.
        scores: As for ``plot_projections``.
        images: Intensities in [0, 1], shape (n, height, width).
        class_names: One for each class, in the order of the labels.
        network: Its namespace, such as ``"stacked_autoencoder"``.
        method: Which projection.
        part: Which images these are, for the title.
        thumbnail_share: Side of a thumbnail, as a share of the longer side of the axes.

    Raises:
        ValueError: If ``images`` are not as many as the points of ``method``.
    """
    points = projections[projections["method"] == method]
    if len(points) != len(images):
        raise ValueError(
            f"plot_thumbnails expects one image for each point, got {len(images)} images and "
            f"{len(points)} points of the method '{method}'. Pass the images that were projected, in order."
        )
    numbers = scores.set_index("method").loc[method]
    places, labels = points[["x", "y"]].to_numpy(dtype=float), points["label"].to_numpy()
    sides, low, high = _axes_around(places, thumbnail_share)
    size = thumbnail_share * sides.max() / sides * (high - low)

    figure = new_figure(
        f"{display_name(network)}, {part} images by {METHOD_NAMES.get(method, method)}: {_accuracy(numbers)}",
        width=sides[0] + 2.0,
        height=sides[1] + 1.0,
    )
    axes = figure.subplots()
    _scatter(axes, points, len(class_names))
    colours = class_colours(len(class_names))
    for index in _apart(places / size, distance=1 + _THUMBNAIL_GAP):
        left, bottom = places[index] - size / 2
        extent = (left, left + size[0], bottom, bottom + size[1])
        axes.imshow(
            images[index], cmap=IMAGE_COLORMAP, vmin=0, vmax=1, extent=extent, aspect="auto", zorder=2
        )
        axes.add_patch(
            Rectangle(
                (left, bottom), *size, fill=False, edgecolor=colours[labels[index]], linewidth=1.5, zorder=3
            )
        )
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), box_aspect=sides[1] / sides[0])
    _name_axes(axes, method)
    add_class_colorbar(figure, [axes], class_names)
    return figure


def _scatter(axes: Axes, points: pd.DataFrame, n_classes: int) -> None:
    colormap, norm = class_colormap(n_classes)
    # Few points may be large and opaque; thousands would hide each other.
    size, alpha = (12, 0.8) if len(points) <= 1_000 else (5, 0.5)
    axes.scatter(
        points["x"],
        points["y"],
        c=points["label"],
        cmap=colormap,
        norm=norm,
        s=size,
        alpha=alpha,
        linewidths=0,
    )


def _name_axes(axes: Axes, method: str) -> None:
    name = AXIS_NAMES.get(method, "dimension")
    axes.set(xlabel=f"{name} 1", ylabel=f"{name} 2")


def _describe(score: pd.Series) -> str:
    return (
        f"explained variance {score['explained_variance']:.2f}, "
        f"class separation {score['class_separation']:.2f}\n"
        f"{_accuracy(score)}, trustworthiness {score['trustworthiness']:.2f}"
    )


def _accuracy(score: pd.Series) -> str:
    return f"{score['n_neighbors']:.0f}-NN accuracy {score['knn_accuracy']:.2f}"


def _axes_around(places: np.ndarray, thumbnail_share: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sides of axes in inches and their lower and upper limits, with room for a thumbnail at any place.

    Both axes have one scale, unless one of them would be more than twice as long as the other.
    """
    span = np.ptp(places, axis=0)
    span = np.where(span > 0, span, 1.0)
    margins = 1.2 * thumbnail_share  # on both ends together: half a thumbnail and a little more, each
    lengths = span + margins / (1 - margins) * span.max()
    sides = _LONGER_SIDE_INCHES * np.maximum(lengths / lengths.max(), 0.5)
    lengths = span / (1 - margins * sides.max() / sides)
    centre = (places.min(axis=0) + places.max(axis=0)) / 2
    return sides, centre - lengths / 2, centre + lengths / 2


def _apart(places: np.ndarray, distance: float) -> list[int]:
    """Greedily choose places, in order, that lie ``distance`` along x or y from all chosen before."""
    chosen: list[int] = []
    for index, place in enumerate(places):
        if not chosen or np.abs(places[chosen] - place).max(axis=1).min() >= distance:
            chosen.append(index)
    return chosen
