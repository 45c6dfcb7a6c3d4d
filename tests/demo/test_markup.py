import base64
import io
import re

import numpy as np
from PIL import Image

from fashion_nets.demo.markup import figure, how_to_get, note, problem, strip


def drawn(markup):
    content = base64.b64decode(re.search(r"base64,([^\"]+)", markup)[1])
    return np.asarray(Image.open(io.BytesIO(content)))


def test_images_are_drawn_as_ink_and_colours_as_they_are():
    levels = np.array([[0, 255], [100, 3]], np.uint8)
    assert (drawn(figure(levels, "levels")) == 255 - levels).all()
    assert drawn(figure(np.array([[0.0, 1.2], [0.2, -1]], np.float32), "floats")).tolist() == [
        [255, 0],
        [204, 255],
    ]
    colours = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    assert (drawn(figure(colours, "colours")) == colours).all()


def test_names_of_files_are_no_markup():
    attack = '<img src=x onerror="alert(1)">'
    image = np.zeros((2, 2), np.uint8)
    for markup in (
        note(attack),
        problem(attack),
        how_to_get(attack, attack),
        strip([figure(image, attack, attack)]),
    ):
        assert "<img src=x" not in markup
        assert 'onerror="' not in markup
