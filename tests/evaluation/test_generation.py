import keras
import numpy as np
import pytest

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError
from fashion_nets.evaluation.generation import (
    GenerationParams,
    first_of_class,
    generate_images,
    walk_between,
)

PARAMETERS = {"n_images": 10, "walk_from": "Bag", "walk_to": "Coat", "walk_steps": 5}


@pytest.fixture
def doubling():
    """Images of one row and two pixels; its codings are the pixels times 2, which it decodes as they are."""
    layers = keras.layers
    images = keras.Input((1, 2))
    codings = layers.Dense(2, use_bias=False, name="codings")(layers.Flatten()(images))
    model = keras.Model(images, layers.Reshape((1, 2))(codings))
    model.get_layer("codings").set_weights([2 * np.eye(2)])
    return model


def test_generated_images_come_from_standard_normal_codings(doubling):
    pixels = generate_images(doubling, 5_000, seed=1)
    assert pixels.shape == (5_000, 1, 2)
    assert pixels.mean(axis=0) == pytest.approx(np.zeros((1, 2)), abs=0.05)
    assert pixels.std(axis=0) == pytest.approx(np.ones((1, 2)), abs=0.05)


def test_the_seed_decides_which_images_are_generated(doubling):
    first, again, other = (generate_images(doubling, 3, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).all()


def test_a_walk_by_hand(doubling):
    start, end = np.array([[0, 1]], "float32"), np.array([[1, 0]], "float32")
    steps = walk_between(doubling, start, end, 5)
    assert steps[:, 0].tolist() == [[0, 2], [0.5, 1.5], [1, 1], [1.5, 0.5], [2, 0]]


def test_the_first_image_of_a_class():
    images = LabelledImages(np.arange(4, dtype="float32").reshape(4, 1, 1), np.array([1, 0, 1, 0], "uint8"))
    assert first_of_class(images, "Coat", ["Bag", "Coat", "Dress"]) == 0
    assert first_of_class(images, "Bag", ["Bag", "Coat", "Dress"]) == 1
    with pytest.raises(UserError, match="'Shirt' is not one of the classes: Bag, Coat, Dress"):
        first_of_class(images, "Shirt", ["Bag", "Coat", "Dress"])
    with pytest.raises(UserError, match="None of the 4 images is of the class 'Dress'"):
        first_of_class(images, "Dress", ["Bag", "Coat", "Dress"])


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"n_images": 0}, "'n_images' should be greater than 0, got 0"),
        ({"walk_steps": 1}, "'walk_steps' should be greater than or equal to 2, got 1"),
        ({"walk_from": 3}, "'walk_from' should be a text, got 3"),
    ],
)
def test_wrong_parameters_are_refused(wrong, reason):
    with pytest.raises(UserError, match=reason):
        GenerationParams.model_validate({**PARAMETERS, **wrong})
