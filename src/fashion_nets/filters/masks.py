"""Edges, smoothing and sharpening by convolution (lecture, "Why convolution?")."""

import numpy as np

from fashion_nets.errors import UserError

SOBEL_VERTICAL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
"""Finds vertical edges. A convolution flips it: positive where the image darkens from left to right."""

SOBEL_HORIZONTAL = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
"""Finds horizontal edges. A convolution flips it: positive where the image darkens from top to bottom."""


def convolve_image(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Convolve an image with a mask; beyond its border the image is mirrored.

    Args:
        image: Intensities, shape (height, width).
        mask: Shape (rows, columns). With an even number of rows or columns it reaches one pixel farther up or
            to the left than down or to the right.

    Returns:
        The image's shape.

    Raises:
        ValueError: If either is not two-dimensional, for which images with colours are the usual cause.
    """
    from scipy.signal import convolve2d

    if image.ndim != 2 or mask.ndim != 2:
        raise ValueError(
            f"convolve_image expects one grey image of shape (height, width) and a mask of shape (rows, "
            f"columns), got shapes {image.shape} and {mask.shape}. Pass one image, without channels."
        )
    return convolve2d(image, mask, boundary="symm", mode="same")


def mean_mask(size: int) -> np.ndarray:
    """The mask that gives each pixel the mean of ``size`` times ``size`` pixels around it."""
    return np.full((size, size), 1 / size**2)


def smooth(image: np.ndarray, size: int) -> np.ndarray:
    """Blur an image by a mean filter.

    Args:
        image: Intensities, shape (height, width).
        size: Rows and columns of the filter, in pixels.

    Returns:
        The mean around each pixel, same shape.

    Raises:
        UserError: If the filter is larger than the image.
    """
    if size > min(image.shape):
        raise UserError(
            f"the mean filter must not be larger than the image of {image.shape[0]} x {image.shape[1]} "
            f"pixels, got {size} x {size}"
        )
    return convolve_image(image, mean_mask(size))


def sharpen(image: np.ndarray, smoothed: np.ndarray) -> np.ndarray:
    """Sharpen an image by unsharp masking: add what smoothing has taken away.

    Args:
        image: Intensities, shape (height, width).
        smoothed: The same image, blurred.

    Returns:
        Same shape; on both sides of an edge the values leave the range of the image.
    """
    return image + (image - smoothed)


def filter_image(image: np.ndarray, mean_size: int) -> dict[str, np.ndarray]:
    """Apply the lecture's filters to an image.

    Args:
        image: Intensities in [0, 1], shape (height, width).
        mean_size: Rows and columns of the mean filter, in pixels.

    Returns:
        By name, each of the image's shape: ``original``, ``smoothed``, ``sharpened``, ``vertical_edges`` and
        ``horizontal_edges`` (Sobel's, from -4 to 4), ``edge_strength`` (the length of the gradient that the
        two are the components of).

    Raises:
        UserError: If the filter is larger than the image.
    """
    vertical, horizontal = (convolve_image(image, mask) for mask in (SOBEL_VERTICAL, SOBEL_HORIZONTAL))
    smoothed = smooth(image, mean_size)
    return {
        "original": image,
        "smoothed": smoothed,
        "sharpened": sharpen(image, smoothed),
        "vertical_edges": vertical,
        "horizontal_edges": horizontal,
        "edge_strength": np.hypot(vertical, horizontal),
    }
