import keras
import numpy as np
import pytest

from fashion_nets.errors import UserError
from fashion_nets.networks.autoencoders.parts import decoder_of, encoder_of


@pytest.fixture
def autoencoder():
    """Three numbers in, two codings, three numbers out."""
    x = keras.Input((3,))
    codings = keras.layers.Dense(2, name="codings")(x)
    return keras.Model(x, keras.layers.Dense(3)(codings), name="small")


def test_one_part_after_the_other_is_the_whole(autoencoder):
    images = np.arange(12, dtype=np.float32).reshape(4, 3)
    codings = encoder_of(autoencoder).predict(images, verbose=0)
    assert codings.shape == (4, 2)
    np.testing.assert_allclose(
        decoder_of(autoencoder).predict(codings, verbose=0), autoencoder.predict(images, verbose=0), rtol=1e-6
    )
    assert (encoder_of(autoencoder).name, decoder_of(autoencoder).name) == ("small_encoder", "small_decoder")


def test_parts_share_their_weights_with_the_whole(autoencoder):
    encoder = encoder_of(autoencoder)
    kernel, bias = autoencoder.get_layer("codings").get_weights()
    autoencoder.get_layer("codings").set_weights([np.zeros_like(kernel), bias + 1])
    np.testing.assert_allclose(encoder.predict(np.ones((1, 3)), verbose=0), [[1, 1]])


def test_a_decoder_begins_behind_the_sampling():
    x = keras.Input((3,))
    codings = keras.layers.Dense(2, name="codings")(x)
    sampled = keras.layers.GaussianNoise(1.0, name="sampling")(codings)
    model = keras.Model(x, keras.layers.Dense(3)(sampled))
    assert [type(layer) for layer in decoder_of(model).layers[1:]] == [keras.layers.Dense]


def test_a_network_without_codings_is_refused_with_its_layers():
    x = keras.Input((3,), name="images")
    model = keras.Model(x, keras.layers.Dense(3, name="hidden")(x), name="mlp")
    for part in (encoder_of, decoder_of):
        with pytest.raises(UserError, match=r"'mlp' has no layer named 'codings'.*: images, hidden"):
            part(model)
