"""A photograph becomes what Fashion-MNIST is made of, by the steps that its authors published.

Their pictures were thumbnails of 51 x 73 pixels on a background that is nearly white. They trimmed the edges
that are close to the colour of the corners, fitted the longest side to 28 pixels by leaving out rows and
columns, sharpened, extended to 28 x 28 pixels with the garment in the middle, negated, and kept 8-bit grey
levels. One step is added for other photographs: their background becomes white, or black where the garment is
lighter than it.

A picture is here an array of shape (height, width, 3), with intensities from 0 (black) to 1 (white), float32,
as by :func:`fashion_nets.data.pictures.read_colours`. No step changes its input.

Reference: Xiao, Rasul and Vollgraf (2017), Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine
Learning Algorithms, section 2.
"""

from typing import NamedTuple

import numpy as np

from fashion_nets.data.image_set import MAX_GREY_LEVEL
from fashion_nets.errors import UserError

CLOSENESS = 0.01
"""How far a colour may be from that of an even background to belong to it; 1 is from black to white."""
NOISE_FACTOR = 3.0
"""With noise it may be so many times as far as half of the border's pixels are."""
OVERSAMPLING = 3
"""How many times the wanted size a large picture has after averaging, before rows and columns go."""
FAINTEST = 0.05
"""What the strongest pixel of a garment should have at least; the background has 0."""
_LEAST = np.float32(1 / MAX_GREY_LEVEL)
LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""The weights of red, green and blue in a grey level (ITU-R BT.601), as Pillow has them."""


class Prepared(NamedTuple):
    """A photograph as a network takes it.

    Attributes:
        image: Grey levels, 0 where the background was, uint8, shape (height, width).
        is_negated: Whether the garment was darker than its background, so that the picture was negated.
    """

    image: np.ndarray
    is_negated: bool


class Background(NamedTuple):
    """What lies around a garment, as the border of a picture shows it.

    Attributes:
        colour: The median of the border's pixels, shape (3,).
        closeness: How far from it a pixel still belongs to it; 1 is the distance from black to white.
    """

    colour: np.ndarray
    closeness: float


def prepare(picture: np.ndarray, shape: tuple[int, int], is_sharpened: bool = True) -> Prepared:
    """Take a photograph through all steps.

    Args:
        picture: A photograph of one garment before a plain background.
        shape: Height and width of the images that the network was trained on.
        is_sharpened: Whether to sharpen, as the authors did.

    Raises:
        UserError: If there is nothing but background, or what can hardly be told from it.
    """
    background = find_background(picture)
    trimmed = trim(picture, background)
    is_dark = is_darker(trimmed, background)
    fitted = fit(clear_background(trimmed, background, is_dark), shape)
    if is_sharpened:
        fitted = sharpen(fitted)
    grey = to_grey(centre(fitted, shape, ground=float(is_dark)))
    garment = negate(grey) if is_dark else grey
    if garment.max() < FAINTEST:
        raise UserError("what is on it can hardly be told from its background: take another one")
    return Prepared(to_grey_levels(garment), is_dark)


def find_background(picture: np.ndarray) -> Background:
    """Find the background of a picture by its outermost pixels, most of which should belong to it."""
    edges = [picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1]]
    border = np.concatenate(edges)
    colour = np.median(border, axis=0).astype(picture.dtype)
    noise = float(np.median(_distance(border, colour)))
    return Background(colour, max(CLOSENESS, NOISE_FACTOR * noise))


def trim(picture: np.ndarray, background: Background) -> np.ndarray:
    """Cut off the rows and columns at the edges that belong to the background.

    Raises:
        UserError: If all of it does.
    """
    is_garment = _is_garment(picture, background)
    rows, columns = (np.flatnonzero(is_garment.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        raise UserError("there is nothing on it: all of it has the colour of its border")
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def is_darker(picture: np.ndarray, background: Background) -> bool:
    """Whether a garment is darker than its background, by the sum of all differences of grey.

    The background alone does not tell: a white shirt on grey paper is lighter, though the paper is light.
    """
    differences = to_grey(picture[_is_garment(picture, background)] - background.colour)
    return bool(differences.sum() < 0)


def clear_background(picture: np.ndarray, background: Background, is_dark: bool) -> np.ndarray:
    """Let the background be white, or black behind a lighter garment, and stretch all colours with it.

    The authors' pictures were taken before white, and a network knows no garment on anything else. On grey
    paper, or in yellow light, it would see a bag.

    Args:
        picture: A trimmed picture.
        background: Of the picture.
        is_dark: Whether the garment is darker than it. What is on the other side becomes background.
    """
    if is_dark:
        return (picture / background.colour.clip(_LEAST)).clip(0, 1)
    return ((picture - background.colour) / (1 - background.colour).clip(_LEAST)).clip(0, 1)


def fit(picture: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Make a picture as large as fits into a shape, by leaving out rows and columns, or by repeating them.

    Of a picture that is much larger, blocks of pixels are averaged first, so that what is left is like one of
    the authors' thumbnails: else noise and fine patterns would decide what is left.

    Args:
        picture: The picture.
        shape: Height and width; of a square one, the longest side of the picture gets this length.
    """
    height, width = picture.shape[:2]
    times = max(height / shape[0], width / shape[1])  # it is larger than it should be
    averaged = _average_blocks(picture, max(1, int(times / OVERSAMPLING)))
    rows, columns = (
        _chosen(there, max(1, round(length / times)))
        for there, length in zip(averaged.shape[:2], (height, width), strict=True)
    )
    return averaged[np.ix_(rows, columns)]


def sharpen(picture: np.ndarray) -> np.ndarray:
    """Make edges harder: twice the picture, less what a Gaussian makes of it.

    The Gaussian has a standard deviation of 1 and 3 x 3 pixels, as ImageMagick's ``-sharpen 1x1`` has it; the
    sum is scaled so that even areas stay as they are. At the edges, pixels are repeated.
    """
    from scipy.ndimage import convolve

    weights = np.exp(-0.5 * np.array([1.0, 0.0, 1.0]))
    gaussian = np.outer(weights, weights)
    kernel = -gaussian
    kernel[1, 1] = 2 * gaussian.sum()
    kernel /= kernel.sum()
    return convolve(picture, kernel[:, :, np.newaxis], mode="nearest").clip(0, 1)


def centre(picture: np.ndarray, shape: tuple[int, int], ground: float) -> np.ndarray:
    """Extend a picture to a shape by an intensity all around; an odd pixel goes to the top or to the left.

    So it is in the published images: of the first 1,000 of them, 976 fill one side; of these, 516 have one
    more empty row or column there, and 1 has it on the other side.
    """
    height, width = picture.shape[:2]
    top, left = (shape[0] - height + 1) // 2, (shape[1] - width + 1) // 2
    extended = np.full((*shape, picture.shape[2]), ground, picture.dtype)
    extended[top : top + height, left : left + width] = picture
    return extended


def to_grey(colours: np.ndarray) -> np.ndarray:
    """The luma of colours, whose last axis is red, green and blue."""
    return colours @ LUMA


def negate(grey: np.ndarray) -> np.ndarray:
    """Let light be dark and dark be light."""
    return 1 - grey


def to_grey_levels(grey: np.ndarray) -> np.ndarray:
    """Intensities as 8-bit grey levels, rounded, uint8."""
    return np.rint(grey.clip(0, 1) * MAX_GREY_LEVEL).astype(np.uint8)


def _is_garment(picture: np.ndarray, background: Background) -> np.ndarray:
    """Which pixels do not belong to the background, bool, shape (height, width)."""
    return _distance(picture, background.colour) > background.closeness


def _distance(colours: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """How far colours are from one of them; 1 is the distance from black to white."""
    return np.sqrt(np.square(colours - colour).mean(axis=-1))


def _average_blocks(picture: np.ndarray, side: int) -> np.ndarray:
    """The means of blocks of ``side`` x ``side`` pixels; those at the right and the bottom may be smaller."""
    if side == 1:
        return picture
    for axis in (0, 1):
        starts = np.arange(0, picture.shape[axis], side)
        lengths = np.diff([*starts, picture.shape[axis]])
        sums = np.add.reduceat(picture, starts, axis=axis)
        picture = sums / np.expand_dims(lengths, [each for each in range(3) if each != axis])
    return picture.astype(np.float32)


def _chosen(there: int, wanted: int) -> np.ndarray:
    """Which of the rows or columns are kept: those in the middle of as many parts as wanted."""
    return ((np.arange(wanted) + 0.5) * there / wanted).astype(int)
