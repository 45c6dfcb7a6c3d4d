"""Pictures as a page holds them."""

import base64
import io
from typing import TypedDict

from PIL import Image

from fashion_nets.picture import Picture


class StoredImage(TypedDict):
    """A picture in a part.

    Attributes:
        file: Its name.
        source: What it shows, as an address that a browser reads without a file (``data:image/…``).
        width: In pixels.
        height: In pixels.
        description: The title of the figure.
    """

    file: str
    source: str
    width: int
    height: int
    description: str


def embed(picture: Picture) -> StoredImage:
    """Put a picture into an address, so that a page needs no file for it."""
    with Image.open(io.BytesIO(picture.png)) as opened:
        width, height = opened.size
    source = f"data:image/png;base64,{base64.b64encode(picture.png).decode()}"
    return StoredImage(
        file=picture.file.name,
        source=source,
        width=width,
        height=height,
        description=picture.description,
    )
