import keras
import numpy as np
import pytest
from tests.parameters import read_params, stated

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.errors import UserError
from fashion_nets.inspection.explanation import (
    check_classifier,
    class_heat_maps,
    feature_maps,
    first_kernels,
    heat_map_layer,
)
from fashion_nets.networks.architectures.lecture import CnnParams, build_cnn
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams, build_dense_autoencoder
from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.training.precision import dtype_policy

CNN = read_params(
    CnnParams,
    blocks=[
        {"filters": 4, "kernel_size": 5, "convolutions": 1},
        {"filters": 6, "kernel_size": 3, "convolutions": 2},
    ],
    pool_size=2,
    dense_units=[8],
    dropout=0.5,
)
IMAGE = np.array([[0.1, 0.9, 0.4, 0.6], [0.2, 0.3, 0.8, 0.5], [0.0, 1.0, 0.7, 0.5], [0.5] * 4], "float32")


@pytest.fixture
def cnn():
    keras.utils.set_random_seed(0)
    return build_cnn(CNN, (28, 28), 10, "cnn")


@pytest.fixture
def mlp():
    return build_mlp(read_params(MlpParams, hidden_units=(8,), dropout=0.0), (28, 28), 10, "mlp")


def bright_and_dark(last_layers, factor=1.0, kernel_of_scores=((1, 0), (0, 1))):
    """Two maps, of what is brighter and what is darker than 0.5; class 0 is bright, class 1 dark."""
    model = keras.Sequential(
        [
            keras.Input((4, 4)),
            keras.layers.Reshape((4, 4, 1)),
            keras.layers.Conv2D(2, 1, activation="relu", name="bright_and_dark"),
            keras.layers.GlobalAveragePooling2D(),
            *last_layers,
        ]
    )
    kernel, bias = np.array([1, -1]).reshape(1, 1, 1, 2), np.array([-0.5, 0.5])
    scores = factor * np.array(kernel_of_scores)
    model.set_weights([kernel, bias, scores, np.zeros(scores.shape[1])])
    return model


def softmax_in_dense():
    return [keras.layers.Dense(2, activation="softmax")]


def softmax_behind_dense():
    return [keras.layers.Dense(2), keras.layers.Softmax()]


def activation_behind_dense():
    return [keras.layers.Dense(2), keras.layers.Activation("softmax")]


@pytest.mark.parametrize("last_layers", [softmax_in_dense, softmax_behind_dense, activation_behind_dense])
@pytest.mark.parametrize("factor", [1.0, 1e4])  # with the larger one, every probability is exactly 0 or 1
def test_heat_maps_show_what_speaks_for_the_class_however_sure(last_layers, factor):
    model = bright_and_dark(last_layers(), factor)
    heat = class_heat_maps(model, np.stack([IMAGE, IMAGE]), np.array([0, 1]))
    # The mean gradient is that of the pooling, the same everywhere, so that the map itself is left.
    np.testing.assert_allclose(heat[0], np.maximum(IMAGE - 0.5, 0) / 0.5, atol=1e-6)
    np.testing.assert_allclose(heat[1], np.maximum(0.5 - IMAGE, 0) / 0.5, atol=1e-6)


def test_where_nothing_speaks_for_a_class_it_is_cold():
    model = bright_and_dark(softmax_in_dense(), factor=-1.0)
    np.testing.assert_array_equal(class_heat_maps(model, IMAGE[np.newaxis], np.array([0])), 0)


def test_one_sigmoid_unit_is_explained_for_either_class():
    """Its score is that of the dark class, and speaks against the bright one."""
    several = bright_and_dark(softmax_in_dense())
    one = bright_and_dark([keras.layers.Dense(1, activation="sigmoid")], kernel_of_scores=[[-1], [1]])
    images = np.stack([IMAGE, IMAGE])
    heat = class_heat_maps(one, images, np.array([0, 1]))
    np.testing.assert_allclose(heat, class_heat_maps(several, images, np.array([0, 1])), atol=1e-6)
    check_classifier(one, (4, 4), 2)
    with pytest.raises(UserError, match="expected a classifier, from images of shape .* to 3 probabilities"):
        check_classifier(one, (4, 4), 3)


def test_explaining_changes_neither_the_network_nor_its_probabilities():
    model = bright_and_dark(softmax_in_dense())
    before = model(IMAGE[np.newaxis]).numpy()
    class_heat_maps(model, IMAGE[np.newaxis], np.array([0]))
    np.testing.assert_array_equal(model(IMAGE[np.newaxis]), before)
    assert model.layers[-1].activation is keras.activations.softmax


def test_coarse_maps_are_enlarged_to_the_image():
    model = keras.Sequential(
        [
            keras.Input((4, 4)),
            keras.layers.Reshape((4, 4, 1)),
            keras.layers.AveragePooling2D(2),
            keras.layers.Conv2D(1, 1, use_bias=False, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(2, activation="softmax", use_bias=False),
        ]
    )
    model.set_weights([np.ones((1, 1, 1, 1)), np.array([[2.0, -2.0]])])
    image = np.zeros((4, 4), "float32")
    image[2:, 2:] = 1
    (heat,) = class_heat_maps(model, image[np.newaxis], np.array([0]))
    weights = [0, 0.25, 0.75, 1]  # of the pooled pixel to the right, in a line through the middles of both
    np.testing.assert_allclose(heat, np.outer(weights, weights), atol=1e-6)


def test_frozen_and_stored_networks_explain_themselves_alike(cnn, test_set, tmp_path):
    images, labels = test_set.images[:3], test_set.labels[:3]
    heat = class_heat_maps(cnn, images, labels)
    assert heat.shape == (3, 28, 28)
    assert heat.dtype == np.float32
    assert heat.min() >= 0
    assert set(heat.max(axis=(1, 2))) <= {0, 1}
    assert heat.max() == 1
    cnn.save(tmp_path / "model.keras")
    stored = keras.saving.load_model(tmp_path / "model.keras")
    stored.trainable = False
    np.testing.assert_allclose(class_heat_maps(stored, images, labels), heat, atol=1e-5)


def test_networks_in_bfloat16_are_explained_in_float32(test_set):
    with dtype_policy("mixed_bfloat16"):
        model = build_cnn(CNN, (28, 28), 10, "cnn")
    assert model.get_layer("convolution_2_2").compute_dtype == "bfloat16"
    heat = class_heat_maps(model, test_set.images[:2], test_set.labels[:2])
    assert heat.dtype == np.float32
    assert np.isfinite(heat).all()
    assert {maps.dtype for maps in feature_maps(model, test_set.images[0]).values()} == {np.dtype("float32")}


def test_feature_maps_are_those_of_convolutions_and_poolings_in_order(cnn, test_set):
    maps = feature_maps(cnn, test_set.images[0])
    assert {name: values.shape for name, values in maps.items()} == {
        "convolution_1_1": (4, 28, 28),
        "pooling_1": (4, 14, 14),
        "convolution_2_1": (6, 14, 14),
        "convolution_2_2": (6, 14, 14),
        "pooling_2": (6, 7, 7),
    }
    pooled = maps["convolution_1_1"].reshape(4, 14, 2, 14, 2).max(axis=(2, 4))
    np.testing.assert_array_equal(maps["pooling_1"], pooled)


def test_feature_maps_have_the_values_that_follow_from_the_weights():
    maps = feature_maps(bright_and_dark(softmax_in_dense()), IMAGE)
    np.testing.assert_allclose(maps["bright_and_dark"][0], np.maximum(IMAGE - 0.5, 0), atol=1e-6)
    np.testing.assert_allclose(maps["bright_and_dark"][1], np.maximum(0.5 - IMAGE, 0), atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "shown", "explained"),
    [
        ({}, "convolution_2_2", "convolution_2_2"),
        ({"activation": "prelu"}, "convolution_2_2_activation", "convolution_2_2_activation"),
        (
            {"batch_normalization": "before_activation", "normalize_inputs": True},
            "convolution_2_2_activation",
            "convolution_2_2_activation",
        ),
        (
            {"batch_normalization": "after_activation", "input_dropout": 0.1},
            "convolution_2_2",
            "convolution_2_2_normalization",
        ),
    ],
    ids=["plain", "prelu", "normalized before", "normalized after"],
)
def test_a_convolution_is_seen_behind_its_activation(changes, shown, explained, test_set):
    model = build_cnn(CNN.model_copy(update=changes), (28, 28), 10, "cnn")
    assert list(feature_maps(model, test_set.images[0]))[-2] == shown
    assert heat_map_layer(model).name == explained


def test_branches_that_are_joined_are_explained_together(test_set):
    layers = keras.layers
    inputs = keras.Input((28, 28))
    x = layers.Reshape((28, 28, 1))(inputs)
    x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="stem")(x)
    branches = [layers.Conv2D(3, size, padding="same", name=f"branch_{size}")(x) for size in (1, 3, 5)]
    x = layers.ReLU(name="joined_relu")(layers.Concatenate(name="joined")(branches))
    x = layers.SpatialDropout2D(0.1)(layers.MaxPooling2D(2, name="pooling")(x))
    outputs = layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    model = keras.Model(inputs, outputs, name="inception")
    assert heat_map_layer(model).name == "joined_relu"
    assert feature_maps(model, test_set.images[0])["joined_relu"].shape == (9, 14, 14)
    assert class_heat_maps(model, test_set.images[:2], test_set.labels[:2]).shape == (2, 28, 28)


def test_maps_of_a_single_pixel_say_nothing_about_places():
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Reshape((28, 28, 1)),
            keras.layers.Conv2D(4, 5, strides=4, name="with_places"),
            keras.layers.AveragePooling2D(2),
            keras.layers.Conv2D(6, 3, name="single_pixel"),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    assert model.get_layer("single_pixel").output.shape == (None, 1, 1, 6)
    assert heat_map_layer(model).name == "with_places"


def test_first_kernels_come_one_by_one_as_they_lie_on_the_image(cnn):
    kernels = first_kernels(cnn)
    assert kernels.shape == (4, 5, 5)
    np.testing.assert_array_equal(kernels[3], cnn.get_layer("convolution_1_1").get_weights()[0][:, :, 0, 3])


def test_kernels_for_a_grey_image_in_three_channels_act_by_their_sum(test_set):
    inputs = keras.Input((28, 28, 1))
    colours = keras.layers.Concatenate()([inputs] * 3)
    convolution = keras.layers.Conv2D(2, 3, use_bias=False)
    model = keras.Model(inputs, convolution(colours))
    image = scale_pixels(test_set.images[:1, :, :, np.newaxis])
    kernels = np.moveaxis(first_kernels(model), 0, -1)[:, :, np.newaxis]
    grey = keras.ops.conv(image, kernels)
    np.testing.assert_allclose(model(image), grey, atol=1e-5)


@pytest.mark.parametrize(
    "look", [first_kernels, heat_map_layer, lambda model: feature_maps(model, np.zeros((28, 28), "float32"))]
)
def test_a_network_without_convolutions_is_refused(look, mlp):
    with pytest.raises(
        UserError, match="'mlp' has no convolution to look into; its layers are images, flatten, "
    ):
        look(mlp)


def test_a_network_for_other_images_or_classes_is_refused(mlp):
    check_classifier(mlp, (28, 28), 10)
    with pytest.raises(UserError, match=r"'mlp' maps .* from images of shape \(32, 32\) to 10 probabilities"):
        check_classifier(mlp, (32, 32), 10)
    with pytest.raises(UserError, match=r"outputs of shape \(10,\); expected .* to 8 probabilities"):
        check_classifier(mlp, (28, 28), 8)
    architecture = DenseAutoencoderParams.model_validate(stated("linear_autoencoder.architecture"))
    autoencoder = build_dense_autoencoder(architecture, (28, 28), "autoencoder")
    with pytest.raises(UserError, match=r"outputs of shape \(28, 28\); expected a classifier"):
        check_classifier(autoencoder, (28, 28), 10)
