import keras
import numpy as np
import pytest
from tests.parameters import read_params

from fashion_nets.errors import UserError
from fashion_nets.layers.radial_basis import RadialBasis
from fashion_nets.networks.architectures.lecture import CnnParams, build_cnn
from fashion_nets.networks.autoencoders.convolutional import (
    ConvolutionalAutoencoderParams,
    build_convolutional_autoencoder,
)
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams, build_dense_autoencoder
from fashion_nets.networks.autoencoders.parts import encoder_of
from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.networks.reuse import (
    check_reused_layers,
    classify_outputs,
    copy_network,
    count_hidden_layers,
    count_layers,
    freeze_layers,
    lowest_layers,
    reuse_layers,
)

NORMALIZED = read_params(
    MlpParams,
    hidden_units=(30, 20),
    dropout=0.5,
    batch_normalization="after_activation",
    normalize_inputs=True,
)


@pytest.fixture
def mlp():
    return build_mlp(NORMALIZED, (28, 28), 8, "mlp")


def names(layers):
    return [layer.name for layer in layers]


def same_weights(model, base, layer):
    pairs = zip(model.get_layer(layer).get_weights(), base.get_layer(layer).get_weights(), strict=True)
    return all(np.array_equal(new, old) for new, old in pairs)


def test_hidden_layers_are_those_with_a_kernel_but_the_last(mlp):
    assert count_hidden_layers(mlp) == 2


def test_what_has_no_kernel_goes_with_the_layer_before_it(mlp):
    assert names(lowest_layers(mlp, 1)) == [
        "images",
        "flatten",
        "input_normalization",
        "hidden_1",
        "hidden_1_normalization",
        "dropout_1",
    ]
    assert names(lowest_layers(mlp, 2)) == names(mlp.layers[:-1])
    assert lowest_layers(mlp, 0) == []


@pytest.mark.parametrize("n_reused", [0, 1, 2])
def test_the_lowest_layers_are_copied_and_the_others_new(mlp, n_reused):
    keras.utils.set_random_seed(1)
    model = reuse_layers(mlp, n_reused, 2, "task")
    assert same_weights(model, mlp, "hidden_1") == (n_reused >= 1)
    assert same_weights(model, mlp, "hidden_2") == (n_reused >= 2)
    assert model.name == "task"
    assert model.output_shape == (None, 2)
    assert mlp.output_shape == (None, 8)


def test_moving_averages_are_reused_too(mlp):
    averages = mlp.get_layer("hidden_1_normalization")
    averages.set_weights([weights + 1 for weights in averages.get_weights()])
    assert same_weights(reuse_layers(mlp, 1, 2, "task"), mlp, "hidden_1_normalization")


def test_the_base_can_change_without_its_copy(mlp):
    model = reuse_layers(mlp, 2, 2, "task")
    before = model.get_layer("hidden_1").get_weights()[0].copy()
    mlp.get_layer("hidden_1").set_weights([w + 1 for w in mlp.get_layer("hidden_1").get_weights()])
    np.testing.assert_array_equal(model.get_layer("hidden_1").get_weights()[0], before)


def test_new_layers_follow_the_seed(mlp):
    def new_weights(seed):
        keras.utils.set_random_seed(seed)
        return reuse_layers(mlp, 1, 2, "task").get_layer("hidden_2").get_weights()[0]

    np.testing.assert_array_equal(new_weights(1), new_weights(1))
    assert not np.array_equal(new_weights(1), new_weights(2))


def test_a_reused_part_computes_what_it_did(mlp):
    images = np.random.default_rng(0).random((5, 28, 28), dtype=np.float32)
    model = reuse_layers(mlp, 2, 2, "task")
    before, after = (
        keras.Model(each.inputs[0], each.get_layer("dropout_2").output)(images) for each in (mlp, model)
    )
    np.testing.assert_array_equal(before, after)


def test_a_cnn_is_reused_by_convolutions_first():
    architecture = read_params(
        CnnParams,
        blocks=[{"filters": 4, "kernel_size": 3, "convolutions": 2}],
        pool_size=2,
        dense_units=[8],
        dropout=0.0,
    )
    cnn = build_cnn(architecture, (28, 28), 8, "cnn")
    model = reuse_layers(cnn, 2, 2, "task")
    assert count_hidden_layers(cnn) == 3
    assert names(lowest_layers(cnn, 2))[-1] == "flatten"
    assert same_weights(model, cnn, "convolution_1_2")
    assert not same_weights(model, cnn, "hidden_1")


def test_an_encoder_is_reused_as_well():
    params = read_params(
        DenseAutoencoderParams,
        hidden_units=(20,),
        codings_size=5,
        activation="relu",
        output_activation="sigmoid",
    )
    autoencoder = build_dense_autoencoder(params, (28, 28), "autoencoder")
    model = reuse_layers(autoencoder, 2, 2, "task")
    assert same_weights(model, autoencoder, "codings")
    assert model.output_shape == (None, 2)


def test_classes_are_put_on_all_codings_of_an_encoder():
    params = read_params(ConvolutionalAutoencoderParams, filters=(4, 6), kernel_size=3, codings_size=None)
    encoder = encoder_of(build_convolutional_autoencoder(params, (28, 28), "autoencoder"))
    model = classify_outputs(encoder, 2, 10, "task")
    assert count_layers(encoder) == 2
    assert names(model.layers) == [*names(encoder.layers), "probabilities"]
    assert model.get_layer("probabilities").kernel.shape == (7 * 7 * 6, 10)
    images = np.random.default_rng(0).random((5, 28, 28), dtype=np.float32)
    codings = keras.Model(model.inputs[0], model.layers[-1].input)(images)
    np.testing.assert_array_equal(codings, encoder(images))
    np.testing.assert_allclose(np.asarray(model(images)).sum(axis=1), 1, rtol=1e-5)


def test_a_network_from_disk_is_reused(mlp, tmp_path):
    mlp.compile("sgd", "sparse_categorical_crossentropy")
    mlp.save(tmp_path / "model.keras")
    stored = keras.models.load_model(tmp_path / "model.keras")
    assert same_weights(reuse_layers(stored, 2, 2, "task"), mlp, "hidden_2")


def test_more_layers_than_there_are_cannot_be_reused(mlp):
    with pytest.raises(UserError, match="reused_layers must be at most 2, the hidden layers of mlp, got 3"):
        check_reused_layers(mlp, 3)


def test_branches_cannot_be_reused():
    images = keras.Input((4,), name="images")
    branches = [keras.layers.Dense(3, name=name)(images) for name in ("one", "other")]
    outputs = keras.layers.Dense(2, name="probabilities")(keras.layers.Add(name="sum")(branches))
    with pytest.raises(UserError, match="cnn cannot be reused: its layers branch, so its lowest 1 are not"):
        check_reused_layers(keras.Model(images, outputs, name="cnn"), 1)


def test_an_output_of_radial_basis_units_cannot_be_replaced():
    layers = [keras.Input((4,)), keras.layers.Dense(3, name="f6"), RadialBasis(2, name="distances")]
    with pytest.raises(UserError, match="cnn cannot be reused: it does not end in a dense layer .*softmax"):
        check_reused_layers(keras.Sequential(layers, name="cnn"), 1)


def test_separable_convolutions_count_as_layers():
    layers = [
        keras.Input((4, 4, 1)),
        keras.layers.SeparableConv2D(2, 3, name="separable"),
        keras.layers.Flatten(name="flatten"),
        keras.layers.Dense(2, name="probabilities"),
    ]
    model = keras.Sequential(layers)
    assert count_hidden_layers(model) == 1
    assert same_weights(reuse_layers(model, 1, 2, "task"), model, "separable")


@pytest.mark.parametrize(
    ("n_frozen", "trainable"),
    [
        (0, {"hidden_1", "hidden_2", "probabilities"}),
        (1, {"hidden_2", "probabilities"}),
        (2, {"probabilities"}),
    ],
)
def test_frozen_layers_are_the_lowest_ones(mlp, n_frozen, trainable):
    freeze_layers(mlp, 2)
    freeze_layers(mlp, n_frozen)  # what was frozen before does not matter
    with_kernel = [layer for layer in mlp.layers if hasattr(layer, "kernel")]
    assert {layer.name for layer in with_kernel if layer.trainable_weights} == trainable


def test_a_frozen_normalization_is_frozen_with_its_layer(mlp):
    freeze_layers(mlp, 1)
    assert not mlp.get_layer("hidden_1_normalization").trainable
    assert mlp.get_layer("hidden_2_normalization").trainable


def test_a_copy_has_the_same_weights_and_its_own(mlp):
    copy = copy_network(mlp)
    assert same_weights(copy, mlp, "hidden_2")
    copy.get_layer("hidden_2").set_weights([w + 1 for w in copy.get_layer("hidden_2").get_weights()])
    assert not same_weights(copy, mlp, "hidden_2")
