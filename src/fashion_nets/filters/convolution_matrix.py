"""Convolution as the product of a matrix with the pixels (lecture section 1.2, "Shared-weight ...").

The lecture prints the matrix of an example, the image 1 to 16 (4 x 4) and the kernel -1 to -9 (3 x 3). It
differs from the one here, and from the lecture's own formula, in three points:

- Its rows hold the kernel as it is, -1, -2, -3, 0, -4 and so on. The formula flips the kernel, which gives
  -9, -8, -7, 0, -6 and so on. Without the flip it is a cross-correlation, which is what Keras's ``Conv2D``
  computes; a network that learns its kernels does not mind.
- Its second row has 17 entries for 16 pixels: one zero too many at the end.
- It is called doubly block circulant. That is the matrix of a convolution with periodic boundaries, mode
  ``circular`` here, 16 x 16. The one printed, 4 x 16, keeps the rows at which the kernel lies wholly within
  the image; it is doubly block Toeplitz.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array

ConvolutionMode = Literal["full", "same", "valid", "circular"]
"""``full``, ``same`` and ``valid`` as SciPy has them, with zeros beyond the border of the image; ``circular``
is ``same`` for an image that repeats itself in all directions."""


def convolution_matrix(
    kernel: np.ndarray, image_shape: tuple[int, int], mode: ConvolutionMode
) -> "csr_array":
    """Build the matrix whose product with an image's pixels is the image's convolution with a kernel.

    With ``matrix = convolution_matrix(kernel, image.shape, mode)``, ``matrix @ image.ravel()`` equals
    ``scipy.signal.convolve2d(image, kernel, mode).ravel()``, or for ``circular``
    ``convolve2d(image, kernel, mode="same", boundary="wrap").ravel()``. As there, the kernel is flipped, and
    the middle of an even number of rows or columns is the one before their half.

    Args:
        kernel: Finite numbers, shape (rows, columns); integers stay integers.
        image_shape: Height and width of the image, in pixels.
        mode: Where the kernel is put: ``full``, wherever it meets the image; ``same``, with its middle on
            each pixel; ``valid``, wherever it lies within the image, or the image within it;
            ``circular``, as ``same``, but what leaves the image on one side enters it on the other.

    Returns:
        A sparse matrix, one row for each pixel of the result and one column for each pixel of the image,
        both in reading order. It is doubly block Toeplitz, and for ``circular`` doubly block circulant.

    Raises:
        ValueError: If kernel or shape is not two-dimensional or empty, the kernel has entries that are
            no finite numbers, the mode is unknown, or ``valid`` has no place to put the kernel.
    """
    from scipy.sparse import coo_array

    kernel = _check_kernel(kernel)
    height, width = output_shape(kernel.shape, image_shape, mode)
    vertical, horizontal = (
        _connect(n_pixels, n_taps, mode) for n_pixels, n_taps in zip(image_shape, kernel.shape, strict=True)
    )
    # The axes are independent: each pair of a vertical and a horizontal connection is one entry.
    rows = vertical.outputs[:, np.newaxis] * width + horizontal.outputs
    columns = vertical.pixels[:, np.newaxis] * image_shape[1] + horizontal.pixels
    weights = kernel[vertical.taps[:, np.newaxis], horizontal.taps]
    shape = (height * width, image_shape[0] * image_shape[1])
    # Adds up what a kernel larger than the image puts into one place when it is wrapped around.
    matrix = coo_array((weights.ravel(), (rows.ravel(), columns.ravel())), shape).tocsr()
    matrix.eliminate_zeros()
    return matrix


def output_shape(
    kernel_shape: Sequence[int], image_shape: Sequence[int], mode: ConvolutionMode
) -> tuple[int, int]:
    """The height and width of the result of a convolution.

    Args:
        kernel_shape: Rows and columns of the kernel.
        image_shape: Height and width of the image, in pixels.
        mode: As for :func:`convolution_matrix`.

    Raises:
        ValueError: If the shape is not two-dimensional or empty, the mode is unknown, or ``valid`` has no
            place to put the kernel.
    """
    if len(image_shape) != 2 or not all(
        isinstance(size, int | np.integer) and size > 0 for size in image_shape
    ):
        raise ValueError(
            f"image_shape must be the height and the width of an image, at least 1, got {image_shape}."
        )
    if mode not in get_args(ConvolutionMode):
        raise ValueError(f"mode must be one of {', '.join(get_args(ConvolutionMode))}, got {mode!r}.")
    differences = [n_pixels - n_taps for n_pixels, n_taps in zip(image_shape, kernel_shape, strict=True)]
    if mode == "valid" and min(differences) < 0 < max(differences):
        raise ValueError(
            f"mode 'valid' needs a kernel within the image, or the image within the kernel, got a kernel of "
            f"{kernel_shape[0]} x {kernel_shape[1]} and an image of {image_shape[0]} x {image_shape[1]}. "
            "Use mode 'same' or 'full'."
        )
    height, width = (
        _window(n_pixels, n_taps, mode)[1] for n_pixels, n_taps in zip(image_shape, kernel_shape, strict=True)
    )
    return height, width


class _Connections(NamedTuple):
    """Which pixels of the result take which of the image along one axis, three indices for each."""

    outputs: np.ndarray  # of the result
    pixels: np.ndarray  # of the image
    taps: np.ndarray  # of the kernel: the weight of the connection


def _connect(n_pixels: int, n_taps: int, mode: ConvolutionMode) -> _Connections:
    pixels, taps = (indices.ravel() for indices in np.indices((n_pixels, n_taps)))
    first, n_outputs = _window(n_pixels, n_taps, mode)
    outputs = pixels + taps - first
    if mode == "circular":
        return _Connections(outputs % n_outputs, pixels, taps)
    is_within = (outputs >= 0) & (outputs < n_outputs)
    return _Connections(outputs[is_within], pixels[is_within], taps[is_within])


def _window(n_pixels: int, n_taps: int, mode: ConvolutionMode) -> tuple[int, int]:
    """Where the result begins within the full convolution along one axis, and how long it is."""
    match mode:
        case "full":
            return 0, n_pixels + n_taps - 1
        case "same" | "circular":
            return (n_taps - 1) // 2, n_pixels
        case "valid":
            return min(n_pixels, n_taps) - 1, abs(n_pixels - n_taps) + 1


def _check_kernel(kernel: np.ndarray) -> np.ndarray:
    kernel = np.asarray(kernel)
    if kernel.ndim != 2 or kernel.size == 0:
        raise ValueError(
            f"kernel must be of shape (rows, columns), at least 1 x 1, got shape {kernel.shape}."
        )
    is_number = np.issubdtype(kernel.dtype, np.number) or kernel.dtype == np.bool_
    if not is_number or not np.isfinite(kernel).all():
        raise ValueError(f"kernel must hold finite numbers, got {kernel.dtype} {kernel.tolist()}.")
    # Small integers would overflow in the sums.
    return kernel if np.issubdtype(kernel.dtype, np.inexact) else kernel.astype(np.int64)
