import keras
import numpy as np
import pytest
from tests.networks.architectures.small import build

from fashion_nets.inspection.description import describe_layers
from fashion_nets.networks.registry import build_original

# The lecture's table, and its parameters worked out by hand.
TABLE = {
    "c1": ("28 x 28 x 6", (5 * 5 * 1 + 1) * 6),
    "s2": ("14 x 14 x 6", 0),
    "c3": ("10 x 10 x 16", (5 * 5 * 6 + 1) * 16),
    "s4": ("5 x 5 x 16", 0),
    "c5": ("1 x 1 x 120", (5 * 5 * 16 + 1) * 120),
    "f6": ("84", (120 + 1) * 84),
    "probabilities": ("10", (84 + 1) * 10),
}


@pytest.fixture
def original():
    return build_original("lenet5", 10)


def test_the_lectures_table_row_by_row(original):
    rows = describe_layers(original).set_index("layer")
    for name, (shape, parameters) in TABLE.items():
        assert (rows.loc[name, "output_shape"], rows.loc[name, "parameters"]) == (shape, parameters), name
    assert original.count_params() == sum(parameters for _, parameters in TABLE.values()) == 61_706


def test_every_hidden_layer_has_tanh_after_its_pooling_too(original):
    rows = describe_layers(original).set_index("layer")["activation"]
    activations = ["c1", "s2_activation", "c3", "s4_activation", "c5", "f6"]
    assert rows[activations].tolist() == ["tanh"] * 6


def test_radial_basis_units_have_the_papers_fixed_codes():
    """The paper counts 60,000: 900 connections of C3 fewer, factors and biases of 22 pooled maps more."""
    model = build_original("lenet5", 10, output="rbf")
    trainable = sum(np.prod(weights.shape) for weights in model.trainable_weights)
    assert trainable == 60_856 == 60_000 + 900 - 2 * (6 + 16)
    assert model.count_params() - trainable == 84 * 10


def test_the_class_with_the_nearest_code_is_the_likeliest():
    model = build("lenet5", output="rbf")
    images = np.random.default_rng(0).random((20, 28, 28), dtype=np.float32)
    outputs = [model.get_layer("distances").output, model.output]
    distances, probabilities = (np.array(each) for each in keras.Model(model.inputs, outputs)([images]))
    np.testing.assert_array_equal(distances.argmin(axis=1), probabilities.argmax(axis=1))
    odds = np.exp(distances[:, 0] - distances[:, 1])
    np.testing.assert_allclose(probabilities[:, 1] / probabilities[:, 0], odds, rtol=1e-3)


@pytest.mark.parametrize(
    ("image_shape", "frame"), [((28, 28), ((2, 2), (2, 2))), ((27, 32), ((2, 3), (0, 0)))]
)
def test_small_images_get_a_frame_of_zeros(image_shape, frame):
    model = build("lenet5", image_shape)
    assert model.get_layer("frame").padding == frame
    assert model.get_layer("c5").output.shape == (None, 1, 1, 120)


def test_images_of_32_pixels_need_no_frame():
    model = build("lenet5", (32, 32))
    assert "frame" not in [layer.name for layer in model.layers]
    assert model.count_params() == 61_706
