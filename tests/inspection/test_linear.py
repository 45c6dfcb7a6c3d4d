import numpy as np
import pytest
from tests.parameters import read_params

from fashion_nets.inspection.linear import linear_directions
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams, build_dense_autoencoder
from fashion_nets.networks.autoencoders.parts import decoder_of

CODINGS = np.random.default_rng(0).normal(size=(50, 2)).astype("float32")


def _decoder(hidden_units=(), activation="linear", output_activation="linear"):
    architecture = read_params(
        DenseAutoencoderParams,
        hidden_units=hidden_units,
        codings_size=2,
        activation=activation,
        output_activation=output_activation,
    )
    return decoder_of(build_dense_autoencoder(architecture, (2, 2), "autoencoder"))


def test_the_directions_of_one_layer_are_its_kernel():
    decoder = _decoder()
    kernel = np.array([[1.0, 2.0, 3.0, 4.0], [0.0, -1.0, 0.0, 1.0]], "float32")
    decoder.get_layer("intensities").set_weights([kernel, np.array([5.0, 6.0, 7.0, 8.0])])
    np.testing.assert_allclose(linear_directions(decoder, CODINGS), kernel, atol=1e-5)


def test_the_directions_of_two_layers_are_the_product_of_their_kernels():
    decoder = _decoder(hidden_units=(3,))
    hidden, output = (decoder.get_layer(name).get_weights()[0] for name in ("decoder_1", "intensities"))
    np.testing.assert_allclose(linear_directions(decoder, CODINGS), hidden @ output, atol=1e-5)


@pytest.mark.parametrize(
    "nonlinear",
    [{"output_activation": "sigmoid"}, {"hidden_units": (3,), "activation": "relu"}],
    ids=["output", "hidden"],
)
def test_other_decoders_have_none(nonlinear):
    assert linear_directions(_decoder(**nonlinear), CODINGS) is None
