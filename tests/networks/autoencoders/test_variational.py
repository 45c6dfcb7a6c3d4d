import subprocess
import sys

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
from fashion_nets.networks.autoencoders.variational import (
    VariationalAutoencoderParams,
    build_variational_autoencoder,
)
from fashion_nets.training.blocks import fit_in_blocks

ARCHITECTURE = read_params(VariationalAutoencoderParams, hidden_units=(20,), codings_size=3, kl_weight=1.0)


def build(image_shape=(28, 28), **changes):
    keras.utils.set_random_seed(1)
    architecture = ARCHITECTURE.model_copy(update=changes)
    return build_variational_autoencoder(architecture, image_shape, "variational_autoencoder")


def test_the_layers_and_their_parameters():
    table = describe_layers(build()).set_index("layer")
    assert table.loc["codings", "takes"] == table.loc["log_variance", "takes"] == "encoder_1"
    assert table.loc["sampling", "takes"] == "codings log_variance"
    assert table["depth"].max() == 4
    assert table.loc["codings", "parameters"] == table.loc["log_variance", "parameters"] == 20 * 3 + 3
    assert table["parameters"].sum() == (
        (784 * 20 + 20) + 2 * (20 * 3 + 3) + (3 * 20 + 20) + (20 * 784 + 784)
    )
    assert table["multiplications"].sum() == 784 * 20 + 2 * 20 * 3 + 3 * 20 + 20 * 784


def test_the_decoder_mirrors_the_encoder():
    model = build((4, 5), hidden_units=(12, 8))
    assert [layer.units for layer in model.layers if hasattr(layer, "units")] == [12, 8, 3, 3, 8, 12, 20]
    assert model.input_shape == model.output_shape == (None, 4, 5)


def test_the_divergence_counts_by_pixel():
    """Means of 2 and variances of 1: a divergence of 3 x 2 nats, spread over the 784 pixels."""
    model = build(kl_weight=0.5)
    model.get_layer("codings").set_weights([np.zeros((20, 3)), np.full(3, 2.0)])
    model.get_layer("log_variance").set_weights([np.zeros((20, 3)), np.zeros(3)])
    model(np.zeros((2, 28, 28), "float32"))
    (loss,) = model.losses
    assert float(loss) == pytest.approx(0.5 * 3 * 2 / 784)


def test_predictions_do_not_vary_and_training_does(test_set):
    model, images = build(), scale_pixels(test_set.images[:5])
    np.testing.assert_array_equal(model(images), model(images))
    assert (np.asarray(model(images, training=True)) != np.asarray(model(images, training=True))).any()


def test_the_codings_are_the_means_and_the_decoder_starts_behind_the_draw(test_set):
    model = build()
    encoder, decoder = encoder_of(model), decoder_of(model)
    assert not {"log_variance", "sampling"} & {layer.name for layer in encoder.layers}
    assert decoder.input_shape == (None, 3)
    assert [layer.name for layer in decoder.layers][1:] == ["decoder_1", "intensities", "reconstructions"]
    codings = predict(encoder, test_set.images)
    np.testing.assert_allclose(
        decoder.predict(codings, verbose=0),
        predict(model, test_set.images),
        atol=1e-6,
    )


def test_it_learns_in_blocks_and_another_process_loads_it(tmp_path, train_set, test_set):
    model = build()
    model.compile(keras.optimizers.Nadam(0.003), "binary_crossentropy", steps_per_execution=25)
    fitted = fit_in_blocks(model, (train_set.images,) * 2, 32, "graph", seed=1, epochs=3, verbose=0)
    losses = fitted.history["loss"]
    assert losses[2] < losses[1] < losses[0]
    images = scale_pixels(test_set.images[:5])
    KerasModelDataset(filepath=str(tmp_path / "model.keras")).save(model)
    np.save(tmp_path / "images.npy", images)
    program = """
import numpy as np
from fashion_nets.datasets import KerasModelDataset
model = KerasModelDataset(filepath="model.keras").load()
np.save("reconstructions.npy", model.predict(np.load("images.npy"), verbose=0))
"""
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    np.testing.assert_array_equal(np.load(tmp_path / "reconstructions.npy"), model.predict(images, verbose=0))


def test_without_a_weight_the_codings_leave_the_standard_normal_distribution(train_set):
    """With one, the divergence of the images' distributions gets smaller."""
    divergences = []
    for kl_weight in (0.0, 1.0):
        model = build(kl_weight=kl_weight)
        model.compile(keras.optimizers.Nadam(0.003), "binary_crossentropy", steps_per_execution=25)
        fit_in_blocks(model, (train_set.images,) * 2, 32, "graph", seed=1, epochs=3, verbose=0)
        parts = [model.get_layer(name).output for name in ("codings", "log_variance")]
        mean, log_variance = keras.Model(model.input, parts).predict(
            scale_pixels(train_set.images), verbose=0
        )
        divergences.append((mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1).mean() / 2)
    assert divergences[1] < 0.5 * divergences[0]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"kl_weight": -0.1}, "'kl_weight' should be greater than or equal to 0, got -0.1"),
        ({"noise": None}, "'noise' is not a parameter here"),
    ],
)
def test_wrong_parameters_are_refused(wrong, reason):
    with pytest.raises(UserError, match=reason):
        read_params(VariationalAutoencoderParams, **wrong)
