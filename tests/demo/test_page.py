"""What the page answers, without Gradio; tests/demo/test_in_browser.py has the page itself."""

import socket

import numpy as np
import pytest

from fashion_nets.demo.opening import Shown
from fashion_nets.demo.page import HOST, answer_picture, answer_random, draw_values, listen
from fashion_nets.demo.panels import Classifier
from fashion_nets.errors import UserError


@pytest.fixture(scope="module")
def shown(class_names, test_set):
    import keras

    model = keras.Sequential(
        [
            keras.layers.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ],
    )
    command = "kedro run --pipelines="
    return Shown(
        Classifier(model, "MLP", class_names), test_set, True, f"{command}this_one", f"{command}that_one"
    )


def test_a_test_image_is_taken_as_it_is_and_what_is_missing_is_said(shown):
    said, probabilities, views, neighbours = answer_random(shown, seed=0)
    index = int(np.random.default_rng(0).integers(300))
    true = shown.classifier.class_names[shown.test_set.labels[index]]
    assert f"Test image {index}, {true}." in said
    assert probabilities == shown.classifier.probabilities(shown.test_set.images[index])
    assert views.count("<figure>") == 1
    assert "Grad-CAM needs convolutions, which the MLP does not have." in views
    assert "<code>kedro run --pipelines=this_one</code>" in neighbours


def test_a_broken_picture_has_its_words_and_nothing_else(shown, tmp_path):
    file = tmp_path / "broken.png"
    file.write_bytes(b"\x89PNG nothing")
    said, *rest = answer_picture(shown, str(file))
    assert "broken.png cannot be read as an image: it is none of PNG" in said
    assert rest == [None, "", ""]
    assert answer_picture(shown, None) == ("", None, "", "")


def test_drawn_values_are_on_the_sliders():
    values = draw_values(1_000, seed=1)
    assert max(map(abs, values)) == 3
    assert all(round(value, 1) == value for value in values)
    assert draw_values(3) != draw_values(3)


def test_a_port_that_is_taken_is_refused_with_another_one():
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"port {port} of 127.0.0.1: .* make demo PORT=") as raised:
            listen(port)
        assert "\n" not in str(raised.value)
    with pytest.raises(UserError, match="a port is a number"):
        listen(70_000)
