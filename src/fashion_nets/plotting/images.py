"""Figures made of images: examples of the classes, reconstructions, mistakes and what decoders make."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fashion_nets.data.image_set import intensities
from fashion_nets.formatting import format_share, keep_together
from fashion_nets.networks.names import display_name
from fashion_nets.plotting.drawing import say
from fashion_nets.plotting.style import IMAGE_COLORMAP, QUIET_COLOUR, hide_frame, new_figure, styled

_IMAGE_INCHES = 0.64
_GAP_PIXELS = 3
_MISTAKES_PER_ROW = 5
_GENERATED_PER_ROW = 10
_PREDICTIONS_PER_ROW = 8
_LONGEST_NAME = 18  # characters


@styled
def plot_class_examples(
    images: np.ndarray, labels: np.ndarray, class_names: Sequence[str], n_per_class: int = 10, seed: int = 42
) -> Figure:
    """Draw random images of each class, a row per class, with the class's name and size beside its row.

    A class with fewer than ``n_per_class`` images shows all it has; the row of an empty class stays blank.

    Args:
        images: Grey levels (uint8) or intensities in [0, 1], shape (n, height, width).
        labels: Class indices, shape (n,).
        class_names: One for each class, in the order of the indices.
        n_per_class: Images in a row.
        seed: Of the draw; each class has its own stream, so that one class never changes another's row.
    """
    rows, row_names = [], []
    for label, name in enumerate(class_names):
        members = np.flatnonzero(labels == label)
        stream = np.random.default_rng([seed, label])
        rows.append(images[stream.permutation(members)[:n_per_class]])
        row_names.append(f"{name}\n{len(members):,} {'image' if len(members) == 1 else 'images'}")
    figure = new_figure(
        f"{n_per_class} random images of each class, of {len(labels):,} training images",
        width=n_per_class * _IMAGE_INCHES + 1.35,
        height=len(class_names) * _IMAGE_INCHES + 0.6,
    )
    axes = figure.subplots()
    _draw_image_rows(axes, rows, n_per_class)
    _name_rows(axes, row_names, image_height=images.shape[1])
    return figure


@styled
def plot_reconstructions(
    images: np.ndarray,
    reconstructions: np.ndarray,
    network: str,
    metrics: Mapping[str, float],
    part: str = "test",
    n_images: int = 15,
) -> Figure:
    """Draw the first images over their reconstructions, the mean squared error of each pair below it.

    Args:
        images: Grey levels (uint8) or intensities in [0, 1], shape (n, height, width).
        reconstructions: Same shape; values outside [0, 1], which linear outputs have, are drawn as 0 or 1.
        network: Its namespace, such as ``"stacked_autoencoder"``.
        metrics: Of the whole part: ``mse`` and ``psnr``, as by ``reconstruction_metrics``.
        part: Which images these are, for the title.
        n_images: Columns, or fewer where there are fewer images.
    """
    originals = intensities(images[:n_images])
    copies = intensities(reconstructions[:n_images])
    errors = np.square(originals - copies).mean(axis=(1, 2))
    figure = new_figure(
        f"{display_name(network)}, {part} images over their reconstructions: "
        f"MSE {metrics['mse']:.4f}, PSNR {metrics['psnr']:.1f} dB",
        width=max(len(originals) * _IMAGE_INCHES + 1.2, 6.0),
        height=2 * _IMAGE_INCHES + 0.8,
    )
    axes = figure.subplots()
    _draw_image_rows(axes, [originals, copies], len(originals))
    _name_rows(axes, ["image", "reconstruction"], image_height=originals.shape[1])
    step = originals.shape[2] + _GAP_PIXELS
    axes.set_xticks(
        np.arange(len(originals)) * step + originals.shape[2] / 2 - 0.5, [f"{error:.3f}" for error in errors]
    )
    axes.set_xlabel("mean squared error of each pair", color=QUIET_COLOUR)
    return figure


@styled
def plot_denoised_images(
    rows: Mapping[str, np.ndarray], psnr: Mapping[str, float], network: str, noise: str
) -> Figure:
    """Draw images with noise, what has been done against it, and the originals, a row each.

    Args:
        rows: Images of each row by its name, shape (n, height, width); values outside [0, 1], which noise
            has, are drawn as 0 or 1.
        psnr: Peak signal-to-noise ratio in dB of the rows that have one, mean over all test images.
        network: Its namespace, such as ``"denoising_autoencoder"``.
        noise: What it is, for the title: ``"half of the pixels dropped"``.
    """
    images = list(rows.values())
    ratios = ", ".join(keep_together(f"{ratio:.1f} dB {name}") for name, ratio in psnr.items())
    figure = new_figure(
        f"{display_name(network)}, test images with {noise}: PSNR {ratios}",
        width=max(len(images[0]) * _IMAGE_INCHES + 1.5, 8.0),
        height=len(rows) * _IMAGE_INCHES + 1.0,
    )
    axes = figure.subplots()
    _draw_image_rows(axes, images, len(images[0]))
    names = [f"{name}\n{psnr[name]:.1f} dB" if name in psnr else name for name in rows]
    _name_rows(axes, names, image_height=images[0].shape[1])
    return figure


@styled
def plot_generated_images(images: np.ndarray, network: str) -> Figure:
    """Draw images that a decoder has made of random codings.

    Args:
        images: Grey levels (uint8) or intensities in [0, 1], shape (n, height, width).
        network: Its namespace, such as ``"variational_autoencoder"``.
    """
    n_columns = min(len(images), _GENERATED_PER_ROW)
    rows = [images[start : start + n_columns] for start in range(0, len(images), n_columns)]
    figure = new_figure(
        f"{display_name(network)}: {len(images)} images decoded from standard normal codings",
        width=max(n_columns * _IMAGE_INCHES + 0.3, 6.0),
        height=len(rows) * _IMAGE_INCHES + 0.6,
    )
    _draw_image_rows(figure.subplots(), rows, n_columns)
    return figure


@styled
def plot_walk(
    garments: Sequence[np.ndarray], steps: np.ndarray, classes: Sequence[str], network: str
) -> Figure:
    """Draw a straight walk in the codings between two garments, with the images themselves at both ends.

    Args:
        garments: Both test images, intensities in [0, 1], shape (height, width).
        steps: What is decoded on the way, at equal distances from the codings of the first garment to those
            of the second, shape (n, height, width).
        classes: The names of their classes.
        network: Its namespace, such as ``"variational_autoencoder"``.
    """
    start, end = garments
    gap = np.full_like(start, np.nan)  # a column between the images and what is made of them
    row = np.stack([start, gap, *steps, gap, end])
    figure = new_figure(
        f"{display_name(network)}: walk in the codings between two test images, {classes[0]} to {classes[1]}",
        width=max(len(row) * _IMAGE_INCHES + 0.9, 6.0),
        height=_IMAGE_INCHES + 0.9,
    )
    axes = figure.subplots()
    _draw_image_rows(axes, [row], len(row))
    shares = [format_share(share, digits=0) for share in np.linspace(0, 1, len(steps))]
    centres = np.arange(len(row)) * (start.shape[1] + _GAP_PIXELS) + start.shape[1] / 2 - 0.5
    axes.set_xticks(centres, [classes[0], "", *shares, "", classes[1]])
    axes.set_xlabel("share of the way between the codings", color=QUIET_COLOUR)
    return figure


@styled
def plot_mistakes(
    images: np.ndarray, predictions: pd.DataFrame, network: str, n_mistakes: int = 15
) -> Figure:
    """Draw the mistakes that a classifier was most confident of, the worst first.

    Each image has its true name above it and what it was taken for below, with the confidence. A network
    without mistakes gets a figure that says so.

    Args:
        images: Grey levels (uint8) or intensities in [0, 1], shape (n, height, width).
        predictions: As by ``predictions_table``: ``image`` is the index into ``images``.
        network: Its namespace, such as ``"mlp"``.
        n_mistakes: Images drawn, or fewer where there are fewer mistakes.
    """
    mistakes = predictions[~predictions["correct"]].sort_values("confidence", ascending=False, kind="stable")
    shown = mistakes.head(n_mistakes)
    accuracy = predictions["correct"].mean()
    if shown.empty:
        figure = new_figure(f"{display_name(network)}, test images: no mistakes", width=6.5, height=1.6)
        say(figure, f"All {len(predictions):,} images were classified correctly.")
        return figure

    n_rows = -(-len(shown) // _MISTAKES_PER_ROW)
    figure = new_figure(
        f"{display_name(network)}, test images: the {len(shown)} most confident of "
        f"{len(mistakes):,} mistakes (accuracy {accuracy:.4f})",
        width=_MISTAKES_PER_ROW * 1.75,
        height=n_rows * 1.75 + 0.7,
    )
    grid = figure.subplots(n_rows, _MISTAKES_PER_ROW, squeeze=False).ravel()
    for axes in grid:
        hide_frame(axes)
    for axes, mistake in zip(grid, shown.itertuples(), strict=False):
        axes.imshow(intensities(images[mistake.image]), cmap=IMAGE_COLORMAP, vmin=0, vmax=1)
        axes.set_title(mistake.class_name, loc="center", fontweight="bold")
        axes.set_xlabel(f"taken for {mistake.predicted_name}\n{format_share(mistake.confidence)} confident")
    return figure


@styled
def plot_predictions(images: np.ndarray, predictions: pd.DataFrame, network: str, n_shown: int) -> Figure:
    """Draw images as a network sees them, with its class and probability below and their file above.

    Args:
        images: Grey levels, uint8, shape (n, height, width).
        predictions: A row for each: ``file``, ``image``, ``class_name``, ``probability`` and ``negated``.
        network: As people write it, such as ``"CNN"``.
        n_shown: How many, or fewer where there are fewer.
    """
    shown = predictions.head(n_shown)
    n_columns = min(len(shown), _PREDICTIONS_PER_ROW)
    n_rows = -(-len(shown) // n_columns)
    first = "" if len(shown) == len(predictions) else f"the first {len(shown):,} of "
    figure = new_figure(
        f"{display_name(network)}: {first}{len(predictions):,} pictures as it sees them, and their classes",
        width=max(n_columns * 1.35 + 0.2, 6.0),
        height=n_rows * 1.9 + 0.7,
    )
    grid = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    several = predictions["file"].duplicated(keep=False)
    for axes in grid:
        hide_frame(axes)
    for axes, image, row in zip(grid, images, shown.itertuples(), strict=False):
        axes.imshow(intensities(image), cmap=IMAGE_COLORMAP, vmin=0, vmax=1)
        name = f"{row.file} {row.image}" if several[row.Index] else row.file
        axes.set_title(_shortened(name), loc="center", fontsize=8, color=QUIET_COLOUR)
        axes.set_xlabel(f"{row.class_name}\n{format_share(row.probability)}{_say_negated(row.negated)}")
    return figure


def _say_negated(is_negated: bool | None) -> str:
    """Whether a picture was negated; nothing of what is used as it is."""
    if pd.isna(is_negated):
        return ""
    return "\nnegated" if is_negated else "\nnot negated"


def _shortened(name: str) -> str:
    """A name that fits above an image: the end of it, which tells pictures of one camera apart."""
    return name if len(name) <= _LONGEST_NAME else f"…{name[1 - _LONGEST_NAME :]}"


def _draw_image_rows(axes: Axes, rows: Sequence[np.ndarray], n_columns: int) -> None:
    """Draw rows of images as one picture, on one scale, with gaps between them."""
    height, width = rows[0].shape[1:]
    canvas = np.full(
        (len(rows) * (height + _GAP_PIXELS) - _GAP_PIXELS, n_columns * (width + _GAP_PIXELS) - _GAP_PIXELS),
        np.nan,
    )
    for row, row_images in enumerate(rows):
        for column, image in enumerate(row_images):
            top, left = row * (height + _GAP_PIXELS), column * (width + _GAP_PIXELS)
            canvas[top : top + height, left : left + width] = intensities(image)
    axes.imshow(canvas, cmap=IMAGE_COLORMAP, vmin=0, vmax=1, interpolation="nearest")
    hide_frame(axes)


def _name_rows(axes: Axes, names: Sequence[str], image_height: int) -> None:
    centres = np.arange(len(names)) * (image_height + _GAP_PIXELS) + image_height / 2 - 0.5
    axes.set_yticks(centres, names)
