import keras
import numpy as np
import pytest
from tests.parameters import read_params

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.errors import UserError
from fashion_nets.networks.autoencoders.convolutional import (
    ConvolutionalAutoencoderParams,
    build_convolutional_autoencoder,
)
from fashion_nets.networks.autoencoders.parts import decoder_of, encoder_of

LECTURE = read_params(ConvolutionalAutoencoderParams, filters=(16, 32, 64), kernel_size=3, codings_size=None)


def build(image_shape=(28, 28), **changes):
    return build_convolutional_autoencoder(LECTURE.model_copy(update=changes), image_shape, "autoencoder")


def test_it_has_the_lectures_layers():
    """Its comments tell the sizes: 28, 14, 7, 3 on the way down, 7, 14, 28 on the way up."""
    model = build()
    encoder = (9 * 1 + 1) * 16 + (9 * 16 + 1) * 32 + (9 * 32 + 1) * 64
    decoder = (9 * 64 * 32 + 32) + (9 * 32 * 16 + 16) + (9 * 16 * 1 + 1)
    assert model.count_params() == encoder + decoder
    shapes = {layer.name: layer.output.shape[1:] for layer in model.layers}
    assert shapes["pooling_3"] == (3, 3, 64)
    assert shapes["codings"] == (576,)
    assert shapes["decoder_1"] == (7, 7, 32)
    assert shapes["decoder_2"] == (14, 14, 16)
    assert model.input_shape == model.output_shape == (None, 28, 28)
    assert not any(isinstance(layer, keras.layers.Cropping2D) for layer in model.layers)


@pytest.mark.parametrize("image_shape", [(28, 28), (32, 32), (9, 14), (17, 8), (11, 15)])
@pytest.mark.parametrize("kernel_size", [3, 4, 5])
def test_images_come_back_in_their_size(image_shape, kernel_size):
    model = build(image_shape, kernel_size=kernel_size)
    assert model.output_shape == (None, *image_shape)


def test_the_codings_may_have_a_size():
    model = build(codings_size=30)
    assert encoder_of(model).output_shape == (None, 30)
    assert decoder_of(model).input_shape == (None, 30)


@pytest.mark.parametrize("codings_size", [None, 30])
def test_the_parts_make_the_whole_and_survive_a_reload(codings_size, tmp_path, test_set):
    model = build(codings_size=codings_size)
    model.save(tmp_path / "model.keras")
    reloaded = keras.saving.load_model(tmp_path / "model.keras")
    images = scale_pixels(test_set.images[:20])
    codings = encoder_of(reloaded).predict(images, verbose=0)
    expected = model.predict(images, verbose=0)
    np.testing.assert_allclose(decoder_of(reloaded).predict(codings, verbose=0), expected, atol=1e-6)


def test_images_too_small_are_refused():
    with pytest.raises(UserError, match="3 poolings leave nothing of images of 28 x 7 pixels"):
        build((28, 7))


def test_kernels_that_leave_out_pixels_are_refused():
    with pytest.raises(UserError, match="'kernel_size' should be greater than or equal to 3, got 2"):
        read_params(ConvolutionalAutoencoderParams, kernel_size=2)
