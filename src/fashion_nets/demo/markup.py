"""The pieces of the page that are pictures with words, as HTML."""

import base64
import html
import io
from collections.abc import Iterable

import numpy as np
from PIL import Image

from fashion_nets.data.image_set import MAX_GREY_LEVEL


def strip(figures: Iterable[str]) -> str:
    """Figures beside each other, as many as fit into a row."""
    return f'<div class="strip">{"".join(figures)}</div>'


def figure(image: np.ndarray, caption: str, detail: str = "") -> str:
    """An image with a caption below, and with details in a second line.

    Args:
        image: Grey levels, uint8, or intensities in [0, 1], shape (height, width), drawn as ink on paper; or
            colours, uint8, shape (height, width, 3), drawn as they are.
        caption: Plain text.
        detail: Likewise.
    """
    below = f"<small>{html.escape(detail)}</small>" if detail else ""
    return (
        f'<figure><img alt="{html.escape(caption, quote=True)}" src="{_address(image)}">'
        f"<figcaption>{html.escape(caption)}{below}</figcaption></figure>"
    )


def note(text: str) -> str:
    """A line that says something."""
    return f'<p class="note" role="status">{html.escape(text)}</p>'


def problem(text: str) -> str:
    """A line that says what is wrong."""
    return f'<p class="problem" role="alert">{html.escape(text)}</p>'


def how_to_get(what: str, command: str) -> str:
    """A line on what is not stored, with the command that makes it."""
    return f'<p class="note">{html.escape(what)} <code>{html.escape(command)}</code></p>'


def _address(image: np.ndarray) -> str:
    """The image as a PNG within the page."""
    if image.ndim == 2:
        levels = image if image.dtype == np.uint8 else np.rint(image.clip(0, 1) * MAX_GREY_LEVEL)
        image = MAX_GREY_LEVEL - levels.astype(np.uint8)
    content = io.BytesIO()
    Image.fromarray(image).save(content, "PNG")
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"
