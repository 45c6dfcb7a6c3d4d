"""Any image file as grey levels, or as colours."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.errors import UserError

_SCALES = (1, 255, 4095, 65535)
"""What white may be in a picture of more than 8 bits: cameras that have 12 bits fill 16 in part only."""
MAX_PIXELS = 80_000_000  # 320 MB as floats; a camera's pictures have up to 60 million
_AT_MOST = f"at most {MAX_PIXELS:,} are read. Make it smaller first"
FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP")
"""What is read. Pillow knows more, of which some start other programs."""
LONGEST_SIDE = 280
"""Pixels that a large picture keeps at least when it is read for a network: ten times what networks take."""
LEAST_SIDE = 28
"""And what its other side keeps, if it has so many: of a narrow one nothing would be left."""
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    MemoryError,
    struct.error,
    zlib.error,
)
"""What Pillow raises where a file is none of its formats, or is damaged."""


class PictureError(UserError):
    """A file cannot be read as an image.

    Attributes:
        reason: Why.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot be read as an image: {reason}")
        self.reason = reason


def read_picture(path: Path) -> np.ndarray:
    """Read an image file as grey levels.

    Colours become their luma, what is transparent becomes white, and the picture of a camera that was held
    sideways is turned upright.

    Args:
        path: The file, PNG, JPEG, WebP, TIFF, GIF or BMP.

    Returns:
        Intensities from 0 (black) to 1 (white), float32, shape (height, width).

    Raises:
        PictureError: If the file is missing, is no image, is damaged or has more than ``MAX_PIXELS`` pixels.
    """
    with _opened(path) as picture:
        upright = ImageOps.exif_transpose(picture)
        deep = _deep_grey_levels(upright)
        return scale_pixels(np.asarray(_on_paper(upright).convert("L"))) if deep is None else deep


def read_colours(path: Path, longest_side: int = LONGEST_SIDE) -> np.ndarray:
    """Read an image file as colours; a large one smaller, by the means of blocks of its pixels.

    Args:
        path: The file, as for :func:`read_picture`.
        longest_side: What the longest side keeps at least, in pixels; it is less than twice that, but for
            narrow pictures.

    Returns:
        Intensities from 0 to 1, float32, shape (height, width, 3).

    Raises:
        PictureError: As :func:`read_picture` does.
    """
    with _opened(path) as picture:
        picture.draft(None, (longest_side, longest_side))  # a JPEG is decoded smaller, in a part of the time
        upright = ImageOps.exif_transpose(picture)
        factor = max(1, min(max(upright.size) // longest_side, min(upright.size) // LEAST_SIDE))
        deep = _deep_grey_levels(upright)
        if deep is not None:
            reduced = np.asarray(Image.fromarray(deep).reduce(factor))
            return np.repeat(reduced[:, :, np.newaxis], 3, axis=2)
        return scale_pixels(np.asarray(_on_paper(upright).convert("RGB").reduce(factor)))


def check_picture_file(path: Path) -> None:
    """Refuse a file that is missing, is no image or has too many pixels, by its header alone.

    Raises:
        PictureError: Says which.
    """
    with _opened(path):
        pass


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            # Pillow warns at this number of pixels, and refuses twice as many; ours is lower. Of what is
            # damaged it also warns, before it says so.
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as picture:
                _check_size(path, picture)
                yield picture
    except PictureError:
        raise
    except Image.DecompressionBombError as error:
        raise PictureError(path, f"it has more than {2 * MAX_PIXELS:,} pixels, and {_AT_MOST}") from error
    except UnidentifiedImageError as error:
        raise PictureError(path, f"it is none of {', '.join(FORMATS)}, or is damaged") from error
    except _DAMAGE as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise PictureError(path, reason) from error


def _check_size(path: Path, picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise PictureError(
            path,
            f"it has {width:,} x {height:,} pixels, and {_AT_MOST}",
        )


def _deep_grey_levels(picture: Image.Image) -> np.ndarray | None:
    """Intensities of a picture whose grey levels have more than 8 bits, which Pillow would cut off at 255.

    White is the least of the usual scales that holds all of them.
    """
    if not picture.mode.startswith(("I", "F")):
        return None
    values = np.asarray(picture, dtype=np.float32)
    if n_strange := int((~np.isfinite(values)).sum()):
        raise ValueError(f"{n_strange:,} of its {values.size:,} pixels are no finite numbers")
    white = next((scale for scale in _SCALES if values.max() <= scale), None)
    if white is None or values.min() < 0:
        raise ValueError(
            f"its grey levels should lie between 0 and {', '.join(map(str, _SCALES[:-1]))} or {_SCALES[-1]}, "
            f"got {values.min():g} to {values.max():g}"
        )
    return values / np.float32(white)


def _on_paper(picture: Image.Image) -> Image.Image:
    """The same, but white where it is transparent."""
    if not picture.has_transparency_data:
        return picture
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture.convert("RGBA"))
    return paper
