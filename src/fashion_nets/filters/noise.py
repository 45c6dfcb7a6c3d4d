"""Noise on images, and filters that people designed against it (lecture, "Denoising Autoencoders")."""

from typing import Literal

import numpy as np

from fashion_nets.errors import UserError

FilterKind = Literal["mean", "median"]


def drop_pixels(images: np.ndarray, rate: float, seed: int) -> np.ndarray:
    """Switch pixels off at random; the others stay as they are.

    Keras's Dropout, which networks see in training, also divides the others by ``1 - rate``.

    Args:
        images: Intensities in [0, 1], float32, shape (n, height, width).
        rate: Probability of each pixel to become 0, in [0, 1).
        seed: Of the draw; the first images lose the same pixels however many come after them.

    Returns:
        The images' type and shape.
    """
    drawn = np.random.default_rng(seed).random(images.shape, dtype=np.float32)
    return np.where(drawn >= rate, images, np.float32(0))


def add_gaussian_noise(images: np.ndarray, deviation: float, seed: int) -> np.ndarray:
    """Add normal noise to each pixel, without clipping.

    So does Keras's GaussianNoise in training, and so the noise has mean 0 and a mean squared error of
    ``deviation**2`` on dark and bright pixels alike.

    Args:
        images: Intensities in [0, 1], float32, shape (n, height, width).
        deviation: Standard deviation of the noise.
        seed: Of the draw; the first images get the same noise however many come after them.

    Returns:
        The images' type and shape; values leave [0, 1].
    """
    noise = np.random.default_rng(seed).standard_normal(images.shape, dtype=np.float32)
    return images + np.float32(deviation) * noise


def filter_noise(images: np.ndarray, kind: FilterKind, size: int) -> np.ndarray:
    """Replace each pixel by the mean or the median around it; beyond its border an image is mirrored.

    Args:
        images: Intensities, float32, shape (n, height, width).
        kind: What is taken of the pixels around.
        size: Rows and columns of the filter, in pixels; odd, so that the pixel is in the middle.

    Returns:
        The images' type and shape.

    Raises:
        UserError: If the filter is larger than the images.
    """
    from scipy import ndimage

    height, width = images.shape[1:]
    if size > min(height, width):
        raise UserError(
            f"a filter must not be larger than the images of {height} x {width} pixels, got {size} x {size}"
        )
    filters = {"mean": ndimage.uniform_filter, "median": ndimage.median_filter}
    return filters[kind](images, size=(1, size, size))
