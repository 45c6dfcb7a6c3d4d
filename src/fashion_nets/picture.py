"""What a stored figure is: a picture, and what it says."""

from pathlib import Path
from typing import NamedTuple


class Picture(NamedTuple):
    """A figure as it is stored.

    Attributes:
        file: Where.
        png: Its content.
        description: Its title, as one line; "" if the file says none, as those of earlier versions.
    """

    file: Path
    png: bytes
    description: str
