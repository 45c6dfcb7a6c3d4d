import keras
import numpy as np
import pytest
from tests.parameters import read_params

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.datasets import KerasModelDataset
from fashion_nets.inspection.description import describe_layers
from fashion_nets.inspection.prediction import predict
from fashion_nets.networks.autoencoders.parts import decoder_of, encoder_of
from fashion_nets.networks.autoencoders.tied import TiedAutoencoderParams, build_tied_autoencoder

LECTURE = read_params(TiedAutoencoderParams, hidden_units=(100,), codings_size=30)


@pytest.fixture
def model():
    return build_tied_autoencoder(LECTURE, (28, 28), "tied_autoencoder")


def test_it_has_the_lectures_parameters(model):
    kernels, biases = 784 * 100 + 100 * 30, 100 + 30 + 100 + 784
    assert model.count_params() == kernels + biases == 82_414


def test_the_table_counts_a_tied_kernel_once_and_multiplies_by_it_twice(model):
    table = describe_layers(model).set_index("layer")
    assert table["parameters"].sum() == table["trainable"].sum() == 82_414
    assert table.loc["intensities", "parameters"] == 784
    assert table["shares"][table["shares"] != ""].to_dict() == {
        "decoder_1": "codings",
        "intensities": "encoder_1",
    }
    assert table.loc["intensities", "multiplications"] == 784 * 100
    assert table["multiplications"].sum() == 2 * (784 * 100 + 100 * 30)


def test_it_trains_in_blocks_and_stays_tied(model, tmp_path, train_set):
    from fashion_nets.training.blocks import fit_in_blocks

    model.compile(keras.optimizers.SGD(1.5), "binary_crossentropy", steps_per_execution=5)
    images = scale_pixels(train_set.images[:320])
    before = model.get_layer("encoder_1").kernel.numpy()
    fitted = fit_in_blocks(model, (images, images), 32, "xla", seed=1, epochs=3, verbose=0)
    assert fitted.history["loss"][-1] < fitted.history["loss"][0]
    assert (model.get_layer("encoder_1").kernel.numpy() != before).any()
    dataset = KerasModelDataset(filepath=str(tmp_path / "model.keras"))
    dataset.save(model)
    loaded = dataset.load()
    assert loaded.get_layer("intensities").dense is loaded.get_layer("encoder_1")
    assert loaded.get_layer("decoder_1").dense is loaded.get_layer("codings")
    np.testing.assert_array_equal(loaded.predict(images, verbose=0), model.predict(images, verbose=0))


def test_the_parts_make_the_whole(model, test_set):
    codings = predict(encoder_of(model), test_set.images)
    assert codings.shape == (300, 30)
    np.testing.assert_allclose(
        decoder_of(model).predict(codings, verbose=0),
        predict(model, test_set.images),
        atol=1e-6,
    )
