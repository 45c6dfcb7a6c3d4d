import itertools

import pytest
from tests.networks.architectures.small import build

from fashion_nets.errors import UserError
from fashion_nets.networks.registry import build_original


@pytest.mark.slow  # as published: 140 million weights
@pytest.mark.parametrize(("name", "parameters"), [("vgg16", 138_357_544), ("vgg19", 143_667_240)])
def test_parameters_are_those_that_keras_documents(name, parameters):
    """As the summaries of keras.applications; 138 and 144 million in table 2 of the paper."""
    model = build_original(name)
    assert model.count_params() == parameters
    assert model.input_shape == (None, 224, 224, 3)


@pytest.mark.parametrize(("name", "convolutions"), [("vgg16", 13), ("vgg19", 16)])
def test_the_small_forms_have_3_by_3_filters_only(name, convolutions):
    model = build(name)
    kernels = [layer.kernel_size for layer in model.layers if hasattr(layer, "kernel_size")]
    assert kernels == [(3, 3)] * convolutions
    assert model.get_layer("average").input.shape[1:] == (3, 3, 256)


def test_without_batch_normalization_convolutions_have_biases_and_relu():
    model = build("vgg16", batch_normalization=False, width=1)
    filters = (1, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)
    convolutions = sum((9 * before + 1) * after for before, after in itertools.pairwise(filters))
    assert model.count_params() == convolutions + (512 + 1) * 10
    assert model.get_layer("stage_5_unit_3_convolution").activation.__name__ == "relu"


def test_images_of_which_pooling_leaves_nothing_are_refused():
    build("vgg16", (8, 8))
    with pytest.raises(UserError, match="vgg16 needs images of at least 8 x 8 pixels, got 7 x 9"):
        build("vgg16", (7, 9))
