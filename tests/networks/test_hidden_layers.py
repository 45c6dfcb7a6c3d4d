import logging
import re

import keras
import numpy as np
import pandas as pd
import pytest
from tests.parameters import read_params

from fashion_nets.errors import UserError
from fashion_nets.inspection.description import describe_layers
from fashion_nets.networks.architectures.lecture import CnnParams, build_cnn
from fashion_nets.networks.mlp import MlpParams, build_mlp


def make_mlp(**changes):
    return build_mlp(read_params(MlpParams, **{"hidden_units": [50, 20], **changes}), (4, 4), 3, "mlp")


def kinds(model):
    return [type(layer).__name__ for layer in model.layers]


def test_auto_takes_the_initializer_and_the_dropout_of_the_activation():
    relu, selu = make_mlp(dropout=0.1), make_mlp(dropout=0.1, activation="selu")
    assert isinstance(relu.get_layer("hidden_1").kernel_initializer, keras.initializers.GlorotUniform)
    assert isinstance(selu.get_layer("hidden_1").kernel_initializer, keras.initializers.LecunNormal)
    assert kinds(relu) == ["InputLayer", "Flatten", "Dense", "Dropout", "Dense", "Dropout", "Dense"]
    assert kinds(selu)[2:] == ["Dense", "AlphaDropout", "Dense", "AlphaDropout", "Dense"]


def test_the_output_layer_keeps_glorots_initializer():
    model = make_mlp(kernel_initializer={"name": "random_normal", "stddev": 1.0}, kernel_regularizer="l2")
    assert model.get_layer("hidden_2").kernel.numpy().std() == pytest.approx(1, rel=0.1)
    output = model.get_layer("probabilities")
    assert isinstance(output.kernel_initializer, keras.initializers.GlorotUniform)
    assert output.kernel_regularizer is None


def test_each_layer_has_an_initializer_of_its_own():
    model = make_mlp(hidden_units=[16, 16], kernel_initializer="he_normal")
    first, second = (model.get_layer(name).kernel.numpy() for name in ("hidden_1", "hidden_2"))
    assert not np.array_equal(first, second)


def test_dropout_where_it_is_asked_for():
    model = make_mlp(dropout=0.3, dropout_place="last_hidden", input_dropout=0.1)
    assert [(layer.name, layer.rate) for layer in model.layers if hasattr(layer, "rate")] == [
        ("input_dropout", 0.1),
        ("dropout_2", 0.3),
    ]


def test_inputs_never_take_alpha_dropout():
    assert (
        type(make_mlp(activation="selu", input_dropout=0.1).get_layer("input_dropout"))
        is keras.layers.Dropout
    )


@pytest.mark.parametrize(
    ("place", "order"),
    [
        ("before_activation", ["Dense", "BatchNormalization", "LeakyReLU", "Dropout"]),
        ("after_activation", ["Dense", "LeakyReLU", "BatchNormalization", "Dropout"]),
        ("none", ["Dense", "LeakyReLU", "Dropout"]),
    ],
)
def test_the_order_within_a_hidden_layer(place, order):
    leaky = {"name": "leaky_relu", "negative_slope": 0.2}
    model = make_mlp(hidden_units=[5], activation=leaky, batch_normalization=place, dropout=0.1)
    assert kinds(model)[2:-1] == order
    assert model.get_layer("hidden_1").use_bias is (place != "before_activation")


def test_normalized_inputs_are_standardized_in_training():
    model = make_mlp(normalize_inputs=True)
    images = np.random.default_rng(1).uniform(0, 1, (200, 4, 4)).astype("float32")
    outputs = model.get_layer("input_normalization")(images.reshape(200, 16), training=True).numpy()
    np.testing.assert_allclose(outputs.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(outputs.std(axis=0), 1, atol=1e-2)


def test_max_norm_limits_what_leads_into_one_unit_or_filter():
    mlp = make_mlp(max_norm=0.5)
    constraint = mlp.get_layer("hidden_1").kernel_constraint
    kernel = np.array([[3.0, 0.3], [4.0, 0.0]], "float32")
    np.testing.assert_allclose(constraint(kernel), [[0.3, 0.3], [0.4, 0.0]], rtol=1e-5)
    params = read_params(
        CnnParams,
        blocks=[{"filters": 2, "kernel_size": 3, "convolutions": 1}],
        pool_size=2,
        dense_units=[],
        dropout=0.0,
        max_norm=1.0,
    )
    constraint = build_cnn(params, (4, 4), 3, "cnn").get_layer("convolution_1_1").kernel_constraint
    kernel = np.ones((3, 3, 1, 2), "float32") * [2.0, 0.1]  # norms 6 and 0.3
    norms = np.linalg.norm(np.reshape(constraint(kernel), (9, 2)), axis=0)
    np.testing.assert_allclose(norms, [1.0, 0.3], rtol=1e-5)


def test_a_penalty_is_part_of_the_loss():
    model = make_mlp(hidden_units=[1], kernel_regularizer={"name": "l1", "l1": 0.5})
    model.get_layer("hidden_1").kernel.assign(np.full((16, 1), -0.25))
    assert [float(loss) for loss in model.losses] == [pytest.approx(0.5 * 16 * 0.25)]


@pytest.mark.parametrize(
    "changes",
    [
        {"activation": "prelu", "batch_normalization": "after_activation"},
        {"activation": {"name": "leaky_relu", "negative_slope": 0.2}, "kernel_initializer": "he_normal"},
        {"activation": {"name": "elu", "alpha": 0.2}, "batch_normalization": "before_activation"},
        {"activation": "selu", "dropout": 0.2, "input_dropout": 0.1},
        {
            "activation": "gelu",
            "kernel_regularizer": {"name": "l1_l2", "l1": 0.1, "l2": 0.1},
            "max_norm": 2.0,
        },
    ],
)
def test_a_stored_network_comes_back_the_same(changes, tmp_path):
    model = make_mlp(**changes)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    images = np.random.default_rng(1).normal(size=(5, 4, 4)).astype("float32")
    np.testing.assert_array_equal(loaded.predict(images, verbose=0), model.predict(images, verbose=0))
    pd.testing.assert_frame_equal(describe_layers(loaded), describe_layers(model))
    assert [float(loss) for loss in loaded.losses] == [float(loss) for loss in model.losses]


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        (
            {"activation": "selu", "kernel_initializer": "he_normal"},
            "selu .* LeCun's initializer, not with he_normal",
        ),
        ({"activation": "selu", "dropout": 0.1, "dropout_kind": "dropout"}, "Plain dropout .* selu keeps"),
        (
            {"activation": "selu", "batch_normalization": "after_activation"},
            "selu .* batch normalization gets in",
        ),
        (
            {"activation": "elu", "dropout": 0.1, "dropout_kind": "alpha_dropout"},
            "presumes .* selu, not of elu",
        ),
    ],
)
def test_bad_partners_are_warned_about_and_built(changes, warning, caplog):
    with caplog.at_level(logging.WARNING, logger="fashion_nets"):
        make_mlp(**changes)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert re.search(warning, caplog.messages[0])


@pytest.mark.parametrize(
    "changes",
    [
        {"activation": "selu", "dropout": 0.1},
        {"activation": "selu", "kernel_initializer": "lecun_uniform"},
        {"activation": "selu", "dropout_kind": "dropout"},  # nothing is dropped
        {"activation": "sigmoid", "kernel_initializer": "he_normal"},  # as in the lecture
        {"activation": "elu", "kernel_initializer": "he_normal", "batch_normalization": "after_activation"},
    ],
)
def test_good_partners_are_not_warned_about(changes, caplog):
    make_mlp(**changes)
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"activation": {"name": "elu", "beta": 1}}, "'activation': ELU has no setting 'beta'; it has alpha"),
        ({"kernel_initializer": "he"}, "'kernel_initializer': Keras has no initializer 'he'"),
        ({"kernel_regularizer": {"l1": 0.1}}, "'kernel_regularizer': expected a name or a mapping"),
        ({"max_norm": 0}, "'max_norm' should be greater than 0, got 0"),
        ({"batch_normalization": True}, "'batch_normalization' should be 'none', 'before_activation' or"),
        ({"dropout_place": "all"}, "'dropout_place' should be 'hidden' or 'last_hidden', got 'all'"),
        ({"input_dropout": 1.0}, "'input_dropout' should be less than 1, got 1.0"),
    ],
)
def test_wrong_parameters_are_refused(change, message):
    with pytest.raises(UserError, match=message):
        make_mlp(**change)
