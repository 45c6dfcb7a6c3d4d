import base64
import io

import numpy as np
import pytest
from PIL import Image
from tests.reporting.pages import picture, plain_picture

from fashion_nets.reporting.pictures import embed


def pixels_of(content, mode="RGB"):
    with Image.open(io.BytesIO(content)) as opened:
        return np.asarray(opened.convert(mode))


def content_of(image):
    kind, _, content = image["source"].partition(";base64,")
    assert kind == "data:image/webp"
    return base64.b64decode(content)


@pytest.mark.parametrize("stored", [picture(), plain_picture()])
def test_a_picture_loses_no_pixel(stored):
    image = embed(stored)
    shown = pixels_of(content_of(image))
    np.testing.assert_array_equal(shown, pixels_of(stored.png))
    assert shown.shape[:2] == (image["height"], image["width"])


def test_a_figure_takes_less_room_than_its_file():
    stored = picture()
    assert len(content_of(embed(stored))) < 0.7 * len(stored.png)


def test_what_is_transparent_stays_so():
    buffer = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 100)).save(buffer, "png")
    stored = plain_picture()._replace(png=buffer.getvalue())
    assert pixels_of(content_of(embed(stored)), "RGBA")[0, 0].tolist() == [255, 0, 0, 100]
