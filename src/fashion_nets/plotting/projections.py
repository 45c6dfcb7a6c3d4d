"""Images as points in the plane or in space, coloured by class."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from fashion_nets.data.image_set import intensities
from fashion_nets.formatting import format_share
from fashion_nets.networks.names import display_name
from fashion_nets.plotting.drawing import add_panels, grid_of
from fashion_nets.plotting.projection_words import name_method, tell_best, tell_scores, title_of
from fashion_nets.plotting.style import (
    IMAGE_COLORMAP,
    add_class_colorbar,
    class_colormap,
    class_colours,
    new_figure,
    styled,
)

if TYPE_CHECKING:
    from mpl_toolkits.mplot3d.axes3d import Axes3D

AXIS_NAMES = {
    "codings": "coding",
    "pca": "principal component",
    "lda": "discriminant",
    "tsne": "t-SNE",
    "umap": "UMAP",
    "pixels_pca": "principal component",
}

_MAX_PANELS_IN_ROW = 3
_LONGER_SIDE_INCHES = 8.4
_THUMBNAIL_GAP = 0.12  # of a thumbnail, between two of them


@styled
def plot_projections(
    projections: pd.DataFrame, scores: pd.DataFrame, class_names: Sequence[str], network: str
) -> Figure:
    """Draw the codings of one network by several methods side by side, with one colour bar of the classes.

    Args:
        projections: A row for each method and image: ``method``, ``label``, ``x``, ``y`` and, for axes in
            3-D, ``z``.
        scores: A row for each method: ``method``, ``scored_by``, ``explained_variance``,
            ``class_separation``, ``n_neighbors``, ``knn_accuracy``, ``trustworthiness``, as by
            ``fit_projections``.
        class_names: One for each class, in the order of the labels.
        network: Its namespace, such as ``"stacked_autoencoder"``.
    """
    by_method = scores.set_index("method")
    methods = list(by_method.index)
    in_space = "z" in projections
    grid = grid_of(len(methods), _MAX_PANELS_IN_ROW)
    n_images = int((projections["method"] == methods[0]).sum())
    figure = new_figure(
        f"{display_name(network)}, {n_images:,} validation images in {3 if in_space else 2}-D: "
        f"{tell_best(by_method, n_images)}",
        width=4.3 * grid[1] + 1.4,
        height=4.6 * grid[0] + 0.6,
    )
    panels = add_panels(figure, len(methods), grid, subplot_kw={"projection": "3d" if in_space else None})
    for panel, method in zip(panels.flat, methods, strict=False):
        points = projections[projections["method"] == method]
        _scatter(panel, points, ("x", "y", "z") if in_space else ("x", "y"), len(class_names))
        _name_axes(panel, method)
        if in_space:
            _lay_out_space(panel)
        else:
            panel.set_aspect("equal", adjustable="datalim")
        panel.set_title(
            f"{name_method(by_method.loc[method])}\n{tell_scores(by_method.loc[method])}", loc="left"
        )
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
    thumbnail_share: float = 0.045,
) -> Figure:
    """Draw one projection with images at some of its points, framed in the colour of their class.

    Going through the images in order, each that would not touch one before it becomes a thumbnail; the rest
    are points.

    Args:
        projections: As for ``plot_projections``, with the place of each image in ``images``, ``image``. Of
            three dimensions the first two are drawn.
        scores: As for ``plot_projections``.
        images: Those that were projected, grey levels or intensities, shape (n, height, width).
        class_names: One for each class, in the order of the labels.
        network: Its namespace, such as ``"stacked_autoencoder"``.
        method: Which projection.
        thumbnail_share: Side of a thumbnail, as a share of the longer side of the axes.

    Raises:
        ValueError: If there is no image for one of the points of ``method``.
    """
    points = points_of(projections, method, len(images))
    images = images[points["image"]]
    places, labels = points[["x", "y"]].to_numpy(dtype=float), points["label"].to_numpy()
    sides, low, high = _axes_around(places, thumbnail_share)
    size = thumbnail_share * sides.max() / sides * (high - low)

    figure = new_figure(
        title_of(projections, scores, network, method), width=sides[0] + 2.0, height=sides[1] + 1.0
    )
    axes = figure.subplots()
    _scatter(axes, points, ("x", "y"), len(class_names))
    colours = class_colours(len(class_names))
    for index in _apart(places / size, distance=1 + _THUMBNAIL_GAP):
        _draw_thumbnail(axes, images[index], places[index], size, colours[labels[index]])
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), box_aspect=sides[1] / sides[0])
    _name_axes(axes, method)
    add_class_colorbar(figure, [axes], class_names)
    return figure


def _draw_thumbnail(
    axes: Axes, image: np.ndarray, centre: np.ndarray, size: np.ndarray, colour: np.ndarray
) -> None:
    """Draw an image around a point, in a frame; its size is in the units of the axes."""
    left, bottom = centre - size / 2
    extent = (left, left + size[0], bottom, bottom + size[1])
    look: dict[str, Any] = {"cmap": IMAGE_COLORMAP, "vmin": 0, "vmax": 1, "aspect": "auto", "zorder": 2}
    axes.imshow(intensities(image), extent=extent, **look)
    frame: dict[str, Any] = {"fill": False, "edgecolor": colour, "linewidth": 1.5, "zorder": 3}
    axes.add_patch(Rectangle((left, bottom), *size, **frame))


def points_of(projections: pd.DataFrame, method: str, n_images: int) -> pd.DataFrame:
    """The points of one method, once it is sure that there is an image for each.

    Raises:
        ValueError: If there is none for one of them.
    """
    points = projections[projections["method"] == method]
    if points["image"].max() >= n_images:
        raise ValueError(
            f"The images that were projected are needed, got {n_images} images and a point of the method "
            f"'{method}' for image number {points['image'].max()}, counted from 0."
        )
    return points


@styled
def plot_pca_comparison(
    codings: np.ndarray,
    components: np.ndarray,
    labels: np.ndarray,
    numbers: Mapping[str, Any],
    class_names: Sequence[str],
    network: str,
) -> Figure:
    """Draw the codings of an autoencoder beside the principal components of the pixels, aligned to them.

    Args:
        codings: Shape (n, codings_size); the first two are drawn.
        components: Aligned to the codings, same shape.
        labels: Class indices, shape (n,).
        numbers: ``codings_size``, ``largest_principal_angle`` (degrees or None), ``val_mse``,
            ``pca_val_mse``, ``procrustes_disparity``, as by ``compare_with_pca``.
        class_names: One for each class, in the order of the labels.
        network: Its namespace, such as ``"linear_autoencoder"``.
    """
    angle, n_codings = numbers["largest_principal_angle"], int(numbers["codings_size"])
    agreement = (
        "its decoder is not linear"
        if angle is None
        else f"what it spans and what PCA spans are {angle:.1f}° apart"
    )
    figure = new_figure(
        f"{display_name(network)}, validation images: {agreement}", width=2 * 4.3 + 1.4, height=4.6 + 0.6
    )
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    which = "the two" if n_codings == 2 else f"the first two of {n_codings}"
    remaining = f"off by {format_share(numbers['procrustes_disparity'])} of the codings’ variance"
    panel_titles = (
        f"{which} codings\nMSE of the reconstructions {numbers['val_mse']:.4f}",
        f"{which} principal components, aligned to these\nMSE {numbers['pca_val_mse']:.4f}, {remaining}",
    )
    for panel, places, title in zip(panels, (codings, components), panel_titles, strict=True):
        points = pd.DataFrame({"x": places[:, 0], "y": places[:, 1], "label": labels})
        _scatter(panel, points, ("x", "y"), len(class_names))
        panel.set(aspect="equal", title=title, xlabel="coding 1")
    panels[0].set_ylabel("coding 2")
    add_class_colorbar(figure, list(panels), class_names)
    return figure


def _scatter(axes: Axes, points: pd.DataFrame, coordinates: Sequence[str], n_classes: int) -> None:
    colormap, norm = class_colormap(n_classes)
    # Few points may be large and opaque; thousands would hide each other.
    size, alpha = (12, 0.8) if len(points) <= 1_000 else (5, 0.5)
    look: dict[str, Any] = {"c": points["label"], "cmap": colormap, "norm": norm, "s": size, "alpha": alpha}
    axes.scatter(*(points[coordinate] for coordinate in coordinates), linewidths=0, **look)


def _name_axes(axes: Axes, method: str) -> None:
    name = AXIS_NAMES.get(method, "dimension")
    axes.set(xlabel=f"{name} 1", ylabel=f"{name} 2")
    if hasattr(axes, "set_zlabel"):
        axes.set_zlabel(f"{name} 3")


def _lay_out_space(axes: "Axes3D") -> None:
    """One scale for the three axes, seen from above and aside, with room for their names."""
    axes.set_box_aspect((1, 1, 0.9), zoom=0.95)
    axes.set_aspect("equal", adjustable="datalim")
    axes.view_init(elev=22, azim=-58)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_major_locator(MaxNLocator(4))
        axis.set_pane_color("#f7f7f7")


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
