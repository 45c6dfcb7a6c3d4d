import keras
import pytest

from fashion_nets.errors import UserError
from fashion_nets.networks.architectures.blocks import (
    add_skip_connection,
    begin_with_grey_images,
    check_smallest_side,
    convolve,
    scale_filters,
)


def layers_of(inputs, outputs):
    return keras.Model(inputs, outputs).layers[1:]


@pytest.mark.parametrize(("filters", "width", "expected"), [(64, 1, 64), (64, 0.25, 16), (3, 0.1, 1)])
def test_filters_are_scaled_and_at_least_one(filters, width, expected):
    assert scale_filters(filters, width) == expected


def test_images_of_which_pooling_would_leave_nothing_are_refused():
    check_smallest_side("vgg16", (32, 40), 32)
    with pytest.raises(UserError, match="vgg16 needs images of at least 32 x 32 pixels, got 40 x 28"):
        check_smallest_side("vgg16", (40, 28), 32)


def test_grey_images_get_one_channel():
    images, one_channel = begin_with_grey_images((28, 20))
    assert images.shape == (None, 28, 20)
    assert one_channel.shape == (None, 28, 20, 1)


def test_a_normalized_convolution_has_no_bias_and_its_relu_comes_last():
    x = keras.Input((8, 8, 3))
    convolution, normalization, activation = layers_of(x, convolve(x, 4, 3, "stem", strides=2))
    assert [layer.name for layer in (convolution, normalization, activation)] == [
        "stem_convolution",
        "stem_normalization",
        "stem_activation",
    ]
    assert convolution.count_params() == 3 * 3 * 3 * 4
    assert convolution.output.shape == (None, 4, 4, 4)
    assert activation.activation is keras.activations.relu


def test_without_normalization_a_convolution_has_a_bias_and_the_relu():
    x = keras.Input((8, 8, 3))
    (convolution,) = layers_of(x, convolve(x, 4, 3, "stem", padding="valid", batch_normalization=False))
    assert convolution.count_params() == 3 * 3 * 3 * 4 + 4
    assert convolution.output.shape == (None, 6, 6, 4)
    assert convolution.activation is keras.activations.relu


def test_a_convolution_may_stay_linear():
    x = keras.Input((8, 8, 3))
    assert [type(layer) for layer in layers_of(x, convolve(x, 4, 1, "stem", relu=False))] == [
        keras.layers.Conv2D,
        keras.layers.BatchNormalization,
    ]


@pytest.mark.parametrize(
    ("shape", "n_maps", "strides", "is_convolved"),
    [((8, 8, 4), 4, 1, False), ((8, 8, 3), 4, 1, True), ((8, 8, 4), 4, 2, True)],
)
def test_the_input_is_added_as_it_is_or_brought_to_the_shape_of_the_sum(shape, n_maps, strides, is_convolved):
    x = keras.Input(shape)
    residual = convolve(x, n_maps, 3, "unit", strides=strides)
    model = keras.Model(x, add_skip_connection(residual, x, "unit", strides))
    assert model.output.shape == residual.shape
    assert ("unit_skip_convolution" in [layer.name for layer in model.layers]) == is_convolved
