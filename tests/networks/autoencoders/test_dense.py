import keras
import numpy as np
import pytest
from tests.parameters import read_params

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.errors import UserError
from fashion_nets.inspection.prediction import predict
from fashion_nets.networks.autoencoders.dense import (
    DenseAutoencoderParams,
    InputNoiseParams,
    NoiseParams,
    build_dense_autoencoder,
)
from fashion_nets.networks.autoencoders.parts import decoder_of, encoder_of

LINEAR = read_params(
    DenseAutoencoderParams, hidden_units=(), codings_size=2, activation="linear", output_activation="linear"
)
STACKED = read_params(DenseAutoencoderParams, hidden_units=(100,), codings_size=30)


@pytest.mark.parametrize(
    ("architecture", "n_parameters"),
    [
        (LINEAR, (784 * 2 + 2) + (2 * 784 + 784)),
        (STACKED, (784 * 100 + 100) + (100 * 30 + 30) + (30 * 100 + 100) + (100 * 784 + 784)),
    ],
)
def test_parameters_and_shapes(architecture, n_parameters):
    model = build_dense_autoencoder(architecture, (28, 28), "autoencoder")
    assert model.count_params() == n_parameters
    assert model.input_shape == model.output_shape == (None, 28, 28)


def test_the_stacked_autoencoder_has_the_lectures_parameters():
    assert build_dense_autoencoder(STACKED, (28, 28), "a").count_params() == 163_814


def test_a_linear_autoencoder_by_hand():
    model = build_dense_autoencoder(
        LINEAR.model_copy(update={"codings_size": 1}), image_shape=(1, 2), name="a"
    )
    model.set_weights(
        [
            np.array([[1], [2]], "float32"),
            np.array([1], "float32"),
            np.array([[3, 4]], "float32"),
            np.zeros(2),
        ]
    )
    image = np.array([[[1, 1]]], dtype="float32")
    assert encoder_of(model).predict(image, verbose=0).tolist() == [[1 + 2 + 1]]
    assert model.predict(image, verbose=0).tolist() == [[[12, 16]]]


def test_the_encoder_shares_the_weights_and_survives_a_reload(tmp_path, test_set):
    model = build_dense_autoencoder(STACKED, (28, 28), "stacked_autoencoder")
    codings = predict(encoder_of(model), test_set.images)
    assert codings.shape == (300, 30)
    model.save(tmp_path / "model.keras")
    reloaded = keras.saving.load_model(tmp_path / "model.keras")
    assert reloaded.name == "stacked_autoencoder"
    np.testing.assert_array_equal(predict(encoder_of(reloaded), test_set.images), codings)


def test_the_parts_make_the_whole(test_set):
    model = build_dense_autoencoder(STACKED, (28, 28), "stacked_autoencoder")
    decoder = decoder_of(model)
    assert decoder.input_shape == (None, 30)
    codings = predict(encoder_of(model), test_set.images)
    np.testing.assert_allclose(
        decoder.predict(codings, verbose=0),
        predict(model, test_set.images),
        atol=1e-6,
    )


def test_a_network_without_codings_is_refused():
    classifier = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="only")], name="mlp")
    with pytest.raises(UserError, match="'mlp' has no layer named 'codings'.*Its layers: only"):
        encoder_of(classifier)


@pytest.mark.parametrize(
    ("noise", "layer"),
    [
        ({"kind": "dropout", "strength": 0.5}, keras.layers.Dropout),
        ({"kind": "gaussian", "strength": 0.2}, keras.layers.GaussianNoise),
    ],
)
def test_noise_is_active_in_training_only(noise, layer, test_set):
    architecture = STACKED.model_copy(update={"noise": InputNoiseParams(**noise)})
    model = build_dense_autoencoder(architecture, (28, 28), "denoising_autoencoder")
    assert model.count_params() == 163_814
    assert isinstance(model.get_layer("noise"), layer)
    images = scale_pixels(test_set.images[:10])
    disturbed = keras.Model(model.input, model.get_layer("noise").output)
    flat = images.reshape(10, -1)
    np.testing.assert_array_equal(disturbed(images, training=False), flat)
    difference = np.asarray(disturbed(images, training=True)) - flat
    if layer is keras.layers.GaussianNoise:
        assert difference.std() == pytest.approx(0.2, rel=0.05)
    else:
        shown = flat > 0
        assert (difference[shown] == -flat[shown]).mean() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    ("noise", "reason"),
    [
        ({"kind": "dropout", "strength": 1.0}, "'strength' of dropout is a fraction, less than 1, got 1"),
        ({"kind": "gaussian", "strength": 0.0}, "'noise.strength' should be greater than 0, got 0"),
        (
            {"kind": "gaussian", "strength": 1.01},
            "gaussian noise in training is at most 1, .*got 1.01",
        ),
        ({"kind": "salt", "strength": 0.1}, "'noise.kind' should be 'dropout' or 'gaussian', got 'salt'"),
    ],
)
def test_wrong_noise_is_refused(noise, reason):
    with pytest.raises(UserError, match=reason):
        read_params(DenseAutoencoderParams, noise=noise)


def test_the_strongest_noise_that_is_accepted_is_the_strongest_that_keras_builds():
    assert InputNoiseParams(kind="gaussian", strength=1).layer().stddev == 1
    with pytest.raises(ValueError, match="between 0 and 1"):
        keras.layers.GaussianNoise(1.01)


def test_test_images_may_have_more_noise_than_keras_adds_in_training():
    assert NoiseParams(kind="gaussian", strength=2).strength == 2


def test_the_penalty_on_codings_is_a_part_of_the_loss():
    """Codings 1, 2 and 3, 4 of two images: l1 of 0.1 gives 0.1 * 10, of which Keras takes the mean."""
    architecture = LINEAR.model_copy(update={"codings_regularizer": {"name": "l1", "l1": 0.1}})
    model = build_dense_autoencoder(architecture, (1, 2), "sparse_autoencoder")
    model.get_layer("codings").set_weights([np.eye(2), np.zeros(2)])
    model(np.array([[[1.0, 2.0]], [[3.0, 4.0]]], "float32"))
    assert float(model.losses[0]) == pytest.approx(0.1 * 10 / 2)


def test_codings_may_have_an_activation_of_their_own(test_set):
    architecture = STACKED.model_copy(update={"codings_activation": "sigmoid"})
    model = build_dense_autoencoder(architecture, (28, 28), "sparse_autoencoder")
    codings = predict(encoder_of(model), test_set.images)
    assert ((codings > 0) & (codings < 1)).all()
