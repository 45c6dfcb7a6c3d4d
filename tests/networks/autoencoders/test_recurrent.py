import keras
import numpy as np
import pytest
from tests.parameters import read_params

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.datasets import KerasModelDataset
from fashion_nets.errors import UserError
from fashion_nets.inspection.description import describe_layers
from fashion_nets.inspection.prediction import predict
from fashion_nets.networks.autoencoders.parts import decoder_of, encoder_of
from fashion_nets.networks.autoencoders.recurrent import (
    RecurrentAutoencoderParams,
    build_recurrent_autoencoder,
)
from fashion_nets.training.blocks import fit_in_blocks

ARCHITECTURE = read_params(RecurrentAutoencoderParams, hidden_units=(10,), codings_size=4)


@pytest.fixture
def model():
    keras.utils.set_random_seed(1)
    return build_recurrent_autoencoder(ARCHITECTURE, (28, 28), "recurrent_autoencoder")


def _kernels(inputs, units):
    """Of an LSTM: of its three gates and its candidate, each sees the input and the state."""
    return 4 * units * (inputs + units)


def test_each_layer_by_hand(model):
    table = describe_layers(model).set_index("layer")
    sizes = {"encoder_1": (28, 10), "codings": (10, 4), "decoder_1": (4, 10)}
    for layer, (inputs, units) in sizes.items():
        assert table.loc[layer, "parameters"] == _kernels(inputs, units) + 4 * units
        assert table.loc[layer, "multiplications"] == 28 * _kernels(inputs, units)  # at each of 28 rows
    assert table.loc["reconstructions", "multiplications"] == 28 * 10 * 28
    assert list(table["output_shape"])[1:] == ["28 x 10", "4", "28 x 4", "28 x 10", "28 x 28"]


def test_the_decoder_mirrors_the_encoder():
    architecture = ARCHITECTURE.model_copy(update={"hidden_units": (12, 8)})
    model = build_recurrent_autoencoder(architecture, (5, 3), "recurrent_autoencoder")
    assert [layer.units for layer in model.layers if hasattr(layer, "units")] == [12, 8, 4, 8, 12, 3]
    assert model.input_shape == model.output_shape == (None, 5, 3)


def test_rows_are_read_from_the_top(model):
    """What the encoder makes of the first rows cannot depend on the rows below."""
    images = np.random.default_rng(1).random((2, 28, 28), dtype=np.float32)
    images[1, :20] = images[0, :20]
    rows = keras.Model(model.input, model.get_layer("encoder_1").output).predict(images, verbose=0)
    np.testing.assert_allclose(rows[0, :20], rows[1, :20], atol=1e-6)
    assert (np.abs(rows[0, 20:] - rows[1, 20:]).max(axis=1) > 1e-3).all()


def test_the_parts_make_the_whole(model, test_set):
    codings = predict(encoder_of(model), test_set.images)
    assert codings.shape == (300, 4)
    np.testing.assert_allclose(
        decoder_of(model).predict(codings, verbose=0),
        predict(model, test_set.images),
        atol=1e-6,
    )


def test_it_learns_in_compiled_blocks(model, train_set):
    model.compile(keras.optimizers.Nadam(0.003), "binary_crossentropy", steps_per_execution=25)
    fitted = fit_in_blocks(model, (train_set.images,) * 2, 32, "xla", seed=1, epochs=3, verbose=0)
    losses = fitted.history["loss"]
    assert losses[2] < losses[1] < losses[0] < 0.7  # log 2 is the loss of an even grey


def test_it_is_loaded_as_it_was_stored(model, tmp_path, test_set):
    dataset = KerasModelDataset(filepath=str(tmp_path / "model.keras"))
    dataset.save(model)
    np.testing.assert_array_equal(
        dataset.load()(scale_pixels(test_set.images[:5])), model(scale_pixels(test_set.images[:5]))
    )


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"codings_size": 0}, "'codings_size' should be greater than 0, got 0"),
        ({"output_activation": "sigmod"}, "sigmod"),
        ({"activation": "selu"}, "'activation' is not a parameter here"),
    ],
)
def test_wrong_parameters_are_refused(wrong, reason):
    with pytest.raises(UserError, match=reason):
        read_params(RecurrentAutoencoderParams, **wrong)
