import random

import keras
import pytest

from fashion_nets.errors import UserError
from fashion_nets.networks.outlines import outline


def build(units=3):
    images = keras.Input((28, 28), name="images")
    x = keras.layers.Dense(units)(keras.layers.Dropout(0.5)(keras.layers.Flatten()(images)))
    return keras.Model(images, keras.layers.Dense(10)(x), name="mlp")


def test_an_outline_has_the_layers_and_the_shapes_of_the_network():
    model, other = build(), outline(build)
    assert [type(layer) for layer in other.layers] == [type(layer) for layer in model.layers]
    assert [weights.shape for weights in other.weights] == [weights.shape for weights in model.weights]
    assert other.count_params() == model.count_params()


def test_an_outline_of_any_size_takes_no_memory_also_when_the_next_network_is_built():
    model = outline(lambda: build(10**9))
    assert model.count_params() == 785 * 10**9 + (10**9 + 1) * 10
    build()  # Keras would make all weights that are not made yet


def test_what_is_built_next_gets_the_names_and_the_random_numbers_as_without_it():
    keras.utils.clear_session()
    random.seed(1)
    expected = [layer.name for layer in build().layers], random.random()
    keras.utils.clear_session()
    random.seed(1)
    outline(build)
    assert ([layer.name for layer in build().layers], random.random()) == expected


def test_what_cannot_be_built_is_refused_as_ever():
    def refuse():
        raise UserError("too small")

    with pytest.raises(UserError, match="^too small$"):
        outline(refuse)
