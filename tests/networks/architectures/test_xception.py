import keras
import numpy as np
import pytest
from tests.networks.architectures.small import build

from fashion_nets.inspection.description import describe_layers
from fashion_nets.networks.architectures.xception import add_separable_unit
from fashion_nets.networks.registry import build_original


@pytest.mark.slow  # as published: 23 million weights
def test_parameters_are_those_that_keras_documents():
    """As the summary of keras.applications; 22,855,952 of them trainable, as in table 3 of the paper."""
    model = build_original("xception")
    assert model.count_params() == 22_910_480
    assert sum(int(np.prod(weights.shape)) for weights in model.trainable_weights) == 22_855_952
    assert model.input_shape == (None, 299, 299, 3)


def test_a_separable_convolution_has_one_spatial_filter_a_map():
    inputs = keras.Input((4, 4, 5))
    model = keras.Model(inputs, add_separable_unit(inputs, [7], "unit"))
    separable = 3 * 3 * 5 + 5 * 7 + 4 * 7  # filters of space, filters of depth, normalization
    projection = 5 * 7 + 4 * 7
    assert model.count_params() == separable + projection


@pytest.mark.parametrize("skips", [True, False])
def test_a_unit_whose_weights_are_zero_passes_its_input_on_or_nothing(skips):
    inputs = keras.Input((4, 4, 2))
    model = keras.Model(inputs, add_separable_unit(inputs, [2, 2], "unit", skip_connection=skips))
    for layer in model.layers:
        if hasattr(layer, "pointwise_kernel"):
            layer.pointwise_kernel.assign(np.zeros(layer.pointwise_kernel.shape))
    image = np.random.default_rng(0).normal(size=(1, 4, 4, 2)).astype("float32")
    np.testing.assert_array_equal(model(image), image if skips else np.zeros_like(image))


def test_the_small_form_has_the_stages_of_the_original():
    model = build("xception")
    rows = describe_layers(model).set_index("layer")["output_shape"]
    assert rows["stage_1_unit_1_sum"] == "28 x 28 x 32"
    assert rows["stage_1_unit_3_sum"] == "7 x 7 x 182"
    assert rows["stage_2_unit_8_sum"] == "7 x 7 x 182"
    assert rows["stage_3_unit_1_sum"] == "4 x 4 x 256"
    assert rows["average"] == "512"
    separable = [layer for layer in model.layers if type(layer).__name__ == "SeparableConv2D"]
    assert len(separable) == 34  # as in figure 5 of the paper
