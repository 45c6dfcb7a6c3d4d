"""What filters do to an image, and a convolution written as a matrix."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, ListedColormap, Normalize
from matplotlib.figure import Figure

from fashion_nets.plotting.style import QUIET_COLOUR, TEXT_COLOUR, hide_frame, new_figure, styled

EDGE_COLORMAP = "gray"  # no edge is grey, and the two directions are black and white
STRENGTH_COLORMAP = "binary"

_PANELS = (
    ("original", "original", "intensity"),
    ("smoothed", "smoothed", "intensity"),
    ("sharpened", "sharpened: original\n+ (original − smoothed)", "intensity"),
    ("vertical_edges", "vertical edges", "edges"),
    ("horizontal_edges", "horizontal edges", "edges"),
    ("edge_strength", "strength of the edges:\nlength of the gradient", "strength"),
)
_PANEL_INCHES = 2.9
_WIDEST, _NARROWEST = 2.0, 0.6  # of a panel, times its height
_CELL_INCHES = 0.46
_CELL_SIZE = 8.0  # of the numbers in cells, points
_MODE_NAMES = {
    "full": "zeros beyond the border, wherever the kernel meets the image",
    "same": "zeros beyond the border, the middle of the kernel on each pixel",
    "valid": "the kernel wholly within the image",
    "circular": "periodic boundaries, doubly block circulant",
}


@styled
def plot_filtered_images(
    filtered: Mapping[str, np.ndarray], name: str, mean_size: int, intensity_colormap: str
) -> Figure:
    """Draw an image and what filters make of it.

    Each kind of quantity has one scale: intensities from 0 to 1, which cuts sharpened ones off; both
    directions of edges from minus to plus the strongest; the strength of edges from 0 on.

    Args:
        filtered: Images of one shape, as by ``filter_image``.
        name: What the image is, for the title.
        mean_size: Rows and columns of the mean filter, in pixels.
        intensity_colormap: How intensities are drawn: ``binary`` for ink on paper, ``gray`` for light.
    """
    height, width = filtered["original"].shape
    figure = new_figure(
        f"{name}: smoothed, sharpened (mean of {mean_size} × {mean_size} pixels) and Sobel's edges",
        width=3 * _PANEL_INCHES * np.clip(width / height, _NARROWEST, _WIDEST) + 0.4,
        height=2 * _PANEL_INCHES + 2.4,
    )
    upper, lower = figure.subplots(2, 3)
    strongest = max(np.abs(filtered[f"{direction}_edges"]).max() for direction in ("vertical", "horizontal"))
    scales = {
        "intensity": (intensity_colormap, Normalize(0, 1)),
        "edges": (EDGE_COLORMAP, Normalize(-strongest or -1, strongest or 1)),
        "strength": (STRENGTH_COLORMAP, Normalize(0, filtered["edge_strength"].max() or 1)),
    }
    for axes, (key, title, scale) in zip([*upper, *lower], _PANELS, strict=True):
        colormap, norm = scales[scale]
        axes.imshow(filtered[key], cmap=colormap, norm=norm)
        axes.set_title(title)
        hide_frame(axes)
    _add_scale(figure, upper, "intensity")
    _add_scale(figure, lower[:2], "response: below 0 where intensity rises to the right or downwards")
    _add_scale(figure, lower[2:], "length")
    return figure


@styled
def plot_convolution_matrix(
    kernel: np.ndarray, image: np.ndarray, matrix: np.ndarray, result: np.ndarray, mode: str
) -> Figure:
    """Draw a convolution twice: kernel and image with their result, and the same as a matrix product.

    An entry of the matrix has the colour that its weight has in the kernel; zeros are white. Thick lines
    part the matrix into blocks, one for each row of the image and each row of the result.

    Args:
        kernel: Shape (rows, columns).
        image: Shape (height, width).
        matrix: As by ``convolution_matrix``, dense: a row per pixel of the result, a column per pixel of the
            image.
        result: The matrix times the image, shape (height, width).
        mode: The mode of the convolution, such as ``"valid"``.
    """
    n_rows, n_columns = matrix.shape
    top_height = max(len(kernel), len(image), len(result))
    vector_top = top_height + 1.6
    matrix_top = vector_top + 2
    width = max(n_columns + 2.6, kernel.shape[1] + image.shape[1] + result.shape[1] + 4)
    height = matrix_top + n_rows
    figure = new_figure(
        f"Convolution as a product with a matrix of {n_rows} × {n_columns} ({_MODE_NAMES[mode]}): "
        f"{np.count_nonzero(kernel)} shared weights in {np.count_nonzero(matrix)} of {matrix.size} entries",
        width=width * _CELL_INCHES + 0.4,
        height=(height + 1) * _CELL_INCHES + 0.9,
    )
    axes = figure.subplots()
    axes.set(xlim=(-0.1, width + 0.1), ylim=(height + 0.1, -1), aspect="equal")
    axes.axis("off")

    colours = _weight_colours(kernel)
    middle = top_height / 2
    image_left = kernel.shape[1] + 2
    result_left = image_left + image.shape[1] + 2
    _draw_table(axes, kernel, 0, middle - len(kernel) / 2, "kernel", colours)
    _place_sign(axes, image_left - 1, middle, "*")
    _draw_table(axes, image, image_left, middle - len(image) / 2, "image")
    _place_sign(axes, result_left - 1, middle, "=")
    _draw_table(axes, result, result_left, middle - len(result) / 2, "result")

    _draw_table(axes, image.reshape(1, -1), 0, vector_top, "pixels of the image, row by row")
    caption = "matrix: each row holds the flipped kernel, at those pixels that give the one of the result"
    _draw_table(axes, matrix, 0, matrix_top, caption, colours, (result.shape[1], image.shape[1]))
    _place_sign(axes, n_columns + 0.8, matrix_top + n_rows / 2, "=")
    _draw_table(axes, result.reshape(-1, 1), n_columns + 1.6, matrix_top, block=(result.shape[1], 1))
    return figure


def _weight_colours(kernel: np.ndarray) -> tuple[Colormap, Normalize]:
    """A colour for each weight, light enough for black numbers; white is left to the zeros."""
    colormap = ListedColormap(colormaps["YlGnBu"](np.linspace(0.1, 0.6, 256)))
    return colormap, Normalize(kernel.min(), kernel.max())


def _draw_table(
    axes: Axes,
    values: np.ndarray,
    left: float,
    top: float,
    caption: str = "",
    colours: tuple[Colormap, Normalize] | None = None,
    block: tuple[int, int] | None = None,
) -> None:
    """Draw numbers in cells of size 1, with thick lines around each block of so many rows and columns."""
    n_rows, n_columns = values.shape
    colormap, norm = colours or (ListedColormap(["white"]), None)
    axes.pcolormesh(
        left + np.arange(n_columns + 1),
        top + np.arange(n_rows + 1),
        np.ma.masked_equal(values, 0),
        cmap=colormap.with_extremes(bad="white"),
        norm=norm,
        edgecolors="#d9d9d9",
        linewidth=0.5,
    )
    for (row, column), value in np.ndenumerate(values):
        axes.text(
            left + column + 0.5,
            top + row + 0.5,
            f"{value:.4g}".replace("-", "−"),
            ha="center",
            va="center",
            fontsize=_CELL_SIZE,
            color=TEXT_COLOUR if value else QUIET_COLOUR,
        )
    block_rows, block_columns = block or values.shape
    lines: dict[str, Any] = {"color": TEXT_COLOUR, "linewidth": 1.8, "solid_capstyle": "projecting"}
    for row in range(0, n_rows + 1, block_rows):
        axes.plot([left, left + n_columns], [top + row] * 2, **lines)
    for column in range(0, n_columns + 1, block_columns):
        axes.plot([left + column] * 2, [top, top + n_rows], **lines)
    axes.text(left, top - 0.2, caption, ha="left", va="bottom", color=QUIET_COLOUR)


def _place_sign(axes: Axes, x: float, y: float, sign: str) -> None:
    axes.text(x, y, sign, ha="center", va="center", fontsize=14)


def _add_scale(figure: Figure, panels: np.ndarray, label: str) -> None:
    """Put one colour bar below the panels, which have one scale."""
    colorbar = figure.colorbar(
        panels[0].images[0], ax=panels, location="bottom", fraction=0.06, pad=0.03, aspect=14 * len(panels)
    )
    colorbar.set_label(label)
    colorbar.outline.set_visible(False)
