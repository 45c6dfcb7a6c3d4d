"""Any image file as grey levels."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.errors import UserError

_MAX_16_BIT = 65535
MAX_PIXELS = 80_000_000  # 320 MB as floats; a camera's pictures have up to 60 million


def read_picture(path: Path) -> np.ndarray:
    """Read an image file, of any format that Pillow knows, as grey levels.

    Colours become their luma, what is transparent becomes white, and the picture of a camera that was held
    sideways is turned upright.

    Args:
        path: The file.

    Returns:
        Intensities from 0 (black) to 1 (white), float32, shape (height, width).

    Raises:
        UserError: If the file is missing, is no image, is damaged or has more than ``MAX_PIXELS`` pixels.
    """
    with _opened(path) as picture:
        return _grey_levels(ImageOps.exif_transpose(picture))


def check_picture_file(path: Path) -> None:
    """Refuse a file that is missing, is no image or has too many pixels, by its header alone.

    Raises:
        UserError: Says which.
    """
    with _opened(path):
        pass


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            # Pillow warns at this number of pixels, and refuses twice as many; ours is lower.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(path)
        with picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise UserError(
                    f"{path} cannot be read as an image: it has {width:,} x {height:,} pixels, and at most "
                    f"{MAX_PIXELS:,} are read. Make it smaller first"
                )
            yield picture
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"{path} cannot be read as an image: {reason}") from error


def _grey_levels(picture: Image.Image) -> np.ndarray:
    if picture.mode.startswith("I"):  # Pillow would cut 16 bits off at 255
        return np.asarray(picture, dtype=np.float32).clip(0, _MAX_16_BIT) / np.float32(_MAX_16_BIT)
    if picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "white")
        paper.alpha_composite(picture.convert("RGBA"))
        picture = paper
    return scale_pixels(np.asarray(picture.convert("L")))
