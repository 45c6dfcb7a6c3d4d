import numpy as np
import pytest
from PIL import Image

from fashion_nets.demo.panels import Classifier, Generator, Memory, closest, most_varied, read_photograph
from fashion_nets.errors import UserError
from fashion_nets.inspection.prediction import class_probabilities


@pytest.fixture(scope="module")
def cnn(class_names):
    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.layers.Input((28, 28)),
            keras.layers.Reshape((28, 28, 1)),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ],
        name="small",
    )
    return Classifier(model, "small", class_names)


@pytest.fixture(scope="module")
def halves():
    """An autoencoder of 2 x 2 pixels whose codings are the upper ones, and which leaves the others black."""
    import keras

    images = keras.layers.Input((2, 2))
    flat = keras.layers.Reshape((4,))(images)
    codings = keras.layers.Dense(2, use_bias=False, name="codings")(flat)
    back = keras.layers.Dense(4, use_bias=False)(codings)
    model = keras.Model(images, keras.layers.Reshape((2, 2))(back), name="halves")
    kernel = np.eye(4, dtype=np.float32)[:, :2]
    model.set_weights([kernel, kernel.T])
    return model


def test_probabilities_are_those_of_every_other_way(cnn, test_set):
    image = test_set.images[3]
    expected = class_probabilities(cnn.model, test_set.images[3:4])[0]
    assert cnn.probabilities(image) == dict(zip(cnn.class_names, expected.tolist(), strict=True))


def test_heat_lies_on_the_image_and_needs_convolutions(cnn, test_set, class_names):
    import keras

    image = test_set.images[3]
    heat = cnn.heat(image, "Dress")
    assert (heat.shape, heat.dtype) == ((28, 28, 3), np.uint8)
    assert cnn.is_convolutional
    flat = keras.Sequential([keras.layers.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)])
    assert not Classifier(flat, "flat", class_names).is_convolutional


def test_what_is_nearest_by_hand():
    codings = np.array([[0, 0], [3, 4], [0, 1], [0, -1]], np.float32)
    assert closest(codings, np.array([0, 0], np.float32), 3) == [(0, 0), (2, 1), (3, 1)]
    assert closest(codings, np.array([3, 4], np.float32), 9)[0] == (1, 0)


def test_a_memory_finds_and_reconstructs_by_its_codings(halves):
    from fashion_nets.data.image_set import LabelledImages

    images = np.array([[[0, 0], [9, 9]], [[255, 0], [0, 0]], [[255, 255], [7, 0]]], np.uint8)
    memory = Memory.of(halves, "halves", LabelledImages(images, np.array([0, 1, 1], np.uint8)), ["no", "yes"])
    near = memory.nearest(np.array([[255, 0], [200, 200]], np.uint8), n=2)
    assert [(each.class_name, round(each.distance, 5)) for each in near] == [("yes", 0), ("no", 1)]
    assert (near[0].image == images[1]).all()
    np.testing.assert_allclose(memory.reconstruct(images[2]), [[1, 1], [0, 0]], atol=1e-6)


def test_sliders_are_of_the_codings_that_vary(halves):
    codings = np.array([[0, 5, 1], [0, -5, 2]], np.float32)
    assert most_varied(codings, 2) == [1, 2]
    images = np.array([[[0, 0], [0, 0]], [[10, 255], [0, 0]]], np.uint8)
    generator = Generator.of(halves, "halves", images)
    assert generator.shown == [1, 0]
    np.testing.assert_allclose(generator.make([0.25, 0.5]), [[0.5, 0.25], [0, 0]], atol=1e-6)


def test_a_picture_is_read_as_predict_reads_it(tmp_path, test_set):
    file = tmp_path / "dress.png"
    Image.fromarray(255 - test_set.images[3]).resize((280, 280), Image.Resampling.NEAREST).save(file)
    prepared = read_photograph(file, (28, 28), is_sharpened=False)
    assert prepared.is_negated
    np.testing.assert_allclose(prepared.image, test_set.images[3], atol=2)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no picture", "it is none of PNG"),
        (None, "there is nothing on it: all of it has the colour of its border"),
    ],
)
def test_what_is_no_picture_is_said_with_its_name(content, words, tmp_path):
    file = tmp_path / "mine.png"
    if content is None:
        Image.new("L", (50, 50), 200).save(file)
    else:
        file.write_bytes(content)
    with pytest.raises(UserError, match=words) as raised:
        read_photograph(file, (28, 28), is_sharpened=True)
    assert str(raised.value).startswith("mine.png ")
    assert str(tmp_path) not in str(raised.value)
