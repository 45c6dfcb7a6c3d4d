"""What a trained convolutional network sees: its kernels, its feature maps, where it looks."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from fashion_nets.data.image_set import intensities
from fashion_nets.formatting import format_share, format_size
from fashion_nets.networks.names import display_name
from fashion_nets.plotting.style import IMAGE_COLORMAP, QUIET_COLOUR, hide_frame, new_figure, styled

WEIGHT_COLORMAP = "RdBu_r"  # red adds, blue takes away, white leaves
HEAT_COLORMAP = "YlOrRd"

_KERNELS_PER_ROW = 8
_MAX_KERNELS = 64
_KERNEL_INCHES = 0.85
_MAX_LAYERS = 12
_MAP_INCHES = 0.95
_EXAMPLE_INCHES = 1.45
_HEAT_OPACITY = 0.85  # where it is hottest; where it is cold one sees the image alone
_PALE = 1.6  # the intensity that would be black below heat


@styled
def plot_kernels(kernels: np.ndarray, network: str) -> Figure:
    """Draw the kernels of the first convolution, the strongest first, all on one scale.

    It reaches as far as 99 of 100 weights: a few larger ones would leave all others pale.

    Args:
        kernels: Shape (n_kernels, rows, columns).
        network: Its namespace, such as ``"cnn"``.
    """
    order = _strongest_first(kernels)[:_MAX_KERNELS]
    n_rows = -(-len(order) // _KERNELS_PER_ROW)
    what = (
        f"all {len(kernels)}"
        if len(order) == len(kernels)
        else f"the {len(order)} strongest of {len(kernels)}"
    )
    figure = new_figure(
        f"{display_name(network)}: {what} kernels of the first convolution, "
        f"{format_size(kernels.shape[1:], '×')} weights each",
        width=_KERNELS_PER_ROW * _KERNEL_INCHES + 1.2,
        height=n_rows * (_KERNEL_INCHES + 0.06) + 0.7,
    )
    grid = figure.subplots(n_rows, _KERNELS_PER_ROW, squeeze=False)
    limit = np.quantile(np.abs(kernels), 0.99) or 1
    for axes in grid.flat:
        hide_frame(axes)
    for axes, channel in zip(grid.flat, order, strict=False):
        picture = axes.imshow(kernels[channel], cmap=WEIGHT_COLORMAP, vmin=-limit, vmax=limit)
        _name_channel(axes, channel)
    colorbar = figure.colorbar(picture, ax=grid, aspect=30, pad=0.02, shrink=0.8, extend="both")
    colorbar.set_label("weight")
    colorbar.outline.set_visible(False)
    return figure


@styled
def plot_feature_maps(
    image: np.ndarray, maps: Mapping[str, np.ndarray], network: str, image_name: str, n_maps: int = 8
) -> Figure:
    """Draw what the layers of a network make of an image, a row per layer, its strongest maps first.

    All maps of a layer have one scale, on which 0 is white unless activations are negative. Of more layers
    than fit on a page some are shown, evenly spaced.

    Args:
        image: Intensities in [0, 1], shape (height, width).
        maps: By name of the layer, in order, shape (channels, height, width), as by ``feature_maps``.
        network: Its namespace, such as ``"cnn"``.
        image_name: What the image is, for the title.
        n_maps: Maps in a row, or fewer where a layer has fewer.
    """
    names = list(maps)
    shown = [names[index] for index in _evenly_spaced(len(names), _MAX_LAYERS)]
    of_layers = "each layer" if len(shown) == len(names) else f"{len(shown)} of {len(names)} layers"
    figure = new_figure(
        f"{display_name(network)}, {image_name}: the strongest feature maps of {of_layers}",
        width=n_maps * _MAP_INCHES + 2.4,
        height=(len(shown) + 1) * (_MAP_INCHES + 0.2) + 0.6,
    )
    grid = figure.subplots(len(shown) + 1, n_maps, squeeze=False)
    for axes in grid.flat:
        hide_frame(axes)
    grid[0, 0].imshow(image, cmap=IMAGE_COLORMAP, vmin=0, vmax=1)
    _name_row(grid[0, 0], f"image\n{format_size(image.shape, '×')}")
    for row, name in zip(grid[1:], shown, strict=True):
        channels = maps[name]
        limits = {"vmin": min(channels.min(), 0), "vmax": channels.max() or 1}
        for axes, channel in zip(row, _strongest_first(channels), strict=False):
            axes.imshow(channels[channel], cmap=IMAGE_COLORMAP, **limits)
            _name_channel(axes, channel)
        _name_row(row[0], f"{name}\n{format_size((*channels.shape[1:], len(channels)), '×')}")
    return figure


@styled
def plot_heat_maps(
    images: np.ndarray,
    predictions: pd.DataFrame,
    heat_for_predicted: np.ndarray,
    heat_for_true: np.ndarray,
    network: str,
    layer: str,
    accuracy: float,
) -> Figure:
    """Draw where in images a network finds what speaks for a class.

    The right predictions are above, each image over what speaks for its class. The wrong ones are below, over
    what speaks for the class it was taken for and what for the true one. A network without mistakes gets
    a figure of the right ones alone, and the other way round.

    Args:
        images: Intensities in [0, 1], shape (n, height, width).
        predictions: For each image its row of ``predictions_table``.
        heat_for_predicted: Relevance in [0, 1] for the predicted class, the images' shape.
        heat_for_true: The same for the true class.
        network: Its namespace, such as ``"cnn"``.
        layer: Name of the layer that the relevance is from.
        accuracy: Of the network on all test images, for the title.
    """
    correct = predictions["correct"].to_numpy()
    groups = [(indices, n_rows) for indices, n_rows in _groups(correct) if len(indices)]
    n_columns = max(len(indices) for indices, _ in groups)
    figure = new_figure(
        f"{display_name(network)}, test images (accuracy {accuracy:.4f}): what speaks for a class, the "
        f"more the redder, by Grad-CAM on {layer}",
        width=max(n_columns * _EXAMPLE_INCHES + 1.6, 6.5),
        height=sum(n_rows * (_EXAMPLE_INCHES + 0.35) + 0.3 for _, n_rows in groups) + 0.7,
    )
    heights = [n_rows for _, n_rows in groups]
    sections = figure.subfigures(len(groups), 1, height_ratios=heights, squeeze=False)
    for section, (indices, n_rows) in zip(sections[:, 0], groups, strict=True):
        grid = _add_examples(section, n_rows, n_columns)
        for column, index in zip(grid.T, indices, strict=False):
            row = predictions.iloc[index]
            _draw_heat(column[0], images[index])
            column[0].set_title(row["class_name"], loc="center", fontweight="bold")
            _draw_heat(column[1], images[index], heat_for_predicted[index])
            column[1].set_xlabel(f"{row['predicted_name']}\n{format_share(row['confidence'])}")
            if n_rows > 2:
                _draw_heat(column[2], images[index], heat_for_true[index])
                probability = row[f"probability_{row['class_name']}"]
                column[2].set_xlabel(f"{row['class_name']}\n{format_share(probability)}")
    return figure


def _add_examples(section: SubFigure, n_rows: int, n_columns: int) -> np.ndarray:
    """Add a column for each example, with the names of the rows: three of them for mistakes."""
    what = "right predictions" if n_rows == 2 else "mistakes"
    _name_section(section, f"most confident {what}, of different classes as far as there are")
    grid = section.subplots(n_rows, n_columns, squeeze=False)
    for axes in grid.flat:
        hide_frame(axes)
    names = ("image", "for the\npredicted\nclass", "for the\ntrue class")
    for axes, name in zip(grid[:, 0], names, strict=False):
        _name_row(axes, name)
    return grid


def _groups(correct: np.ndarray) -> list[tuple[np.ndarray, int]]:
    """The indices of the right predictions and of the wrong ones, with the rows that each are drawn in."""
    return [(np.flatnonzero(correct), 2), (np.flatnonzero(~correct), 3)]


def blend_heat(image: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """An image pixel by pixel, as :func:`plot_heat_maps` draws it: grey below what speaks for a class.

    Args:
        image: Grey levels, uint8, shape (height, width).
        heat: Relevance in [0, 1], same shape.

    Returns:
        Colours, uint8, shape (height, width, 3).
    """
    below = colormaps[IMAGE_COLORMAP](intensities(image) / _PALE)[..., :3]
    opacity = (_HEAT_OPACITY * heat)[..., np.newaxis]
    return np.rint(255 * (opacity * colormaps[HEAT_COLORMAP](heat)[..., :3] + (1 - opacity) * below)).astype(
        np.uint8
    )


def _draw_heat(axes: Axes, image: np.ndarray, heat: np.ndarray | None = None) -> None:
    axes.imshow(image, cmap=IMAGE_COLORMAP, vmin=0, vmax=1 if heat is None else _PALE)
    if heat is not None:
        axes.imshow(
            heat, cmap=HEAT_COLORMAP, vmin=0, vmax=1, alpha=_HEAT_OPACITY * heat, interpolation="bilinear"
        )


def _strongest_first(channels: np.ndarray) -> np.ndarray:
    """The order of channels by mean absolute value, shape (n_channels,)."""
    return np.argsort(-np.abs(channels).mean(axis=(1, 2)), kind="stable")


def _evenly_spaced(n_items: int, n_at_most: int) -> list[int]:
    """Up to so many of the indices of items, from the first to the last."""
    return np.unique(np.linspace(0, n_items - 1, min(n_items, n_at_most)).round().astype(int)).tolist()


def _name_channel(axes: Axes, channel: int) -> None:
    axes.set_title(f"{channel + 1}", loc="center", fontsize=7, color=QUIET_COLOUR, pad=2)


def _name_row(axes: Axes, name: str) -> None:
    axes.set_ylabel(name, rotation=0, ha="right", va="center", labelpad=8)


def _name_section(section: SubFigure, name: str) -> None:
    section.suptitle(name, x=0.012, ha="left", fontsize=10.5)
