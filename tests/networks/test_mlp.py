import numpy as np
import pytest
from tests.parameters import read_params, stated

from fashion_nets.errors import UserError
from fashion_nets.inspection.prediction import predict
from fashion_nets.networks.mlp import MlpParams, build_mlp

LECTURE = read_params(MlpParams, hidden_units=(300, 100), dropout=0.0)


def test_the_lectures_mlp_has_its_parameters_and_output():
    model = build_mlp(LECTURE, (28, 28), 10, "mlp")
    assert model.count_params() == (784 * 300 + 300) + (300 * 100 + 100) + (100 * 10 + 10) == 266_610
    assert model.output_shape == (None, 10)
    assert model.name == "mlp"


def test_the_lectures_batch_normalized_mlp():
    """Lecture, "Batch Normalization", its two networks."""
    after = LECTURE.model_copy(
        update={
            "activation": "elu",
            "kernel_initializer": "he_normal",
            "batch_normalization": "after_activation",
            "normalize_inputs": True,
        }
    )
    model = build_mlp(after, (28, 28), 10, "mlp")
    not_trainable = sum(int(np.prod(weights.shape)) for weights in model.non_trainable_weights)
    assert (model.count_params(), not_trainable) == (266_610 + 4 * (784 + 300 + 100), 2 * (784 + 300 + 100))
    assert (model.count_params(), not_trainable) == (271_346, 2_368)
    assert [layer.name for layer in model.layers] == [
        "images",
        "flatten",
        "input_normalization",
        "hidden_1",
        "hidden_1_normalization",
        "hidden_2",
        "hidden_2_normalization",
        "probabilities",
    ]
    before = build_mlp(
        after.model_copy(update={"batch_normalization": "before_activation"}), (28, 28), 10, "mlp"
    )
    assert before.count_params() == 271_346 - 300 - 100  # no bias
    assert [layer.name for layer in before.layers][3:6] == [
        "hidden_1",
        "hidden_1_normalization",
        "hidden_1_activation",
    ]


def test_probabilities_sum_to_one(test_set):
    probabilities = predict(build_mlp(LECTURE, (28, 28), 10, "mlp"), test_set.images)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    assert probabilities.min() >= 0


def test_without_hidden_layers_it_is_softmax_regression():
    model = build_mlp(read_params(MlpParams, hidden_units=(), dropout=0.5), (2, 2), 3, "mlp")
    kernel = np.arange(12, dtype="float32").reshape(4, 3) / 10
    model.set_weights([kernel, np.zeros(3, "float32")])
    image = np.array([[[1, 0], [0, 0]]], dtype="float32")
    expected = np.exp([0.0, 0.1, 0.2]) / np.exp([0.0, 0.1, 0.2]).sum()
    np.testing.assert_allclose(model.predict(image, verbose=0)[0], expected, rtol=1e-5)


def test_dropout_follows_each_hidden_layer_and_only_in_training():
    model = build_mlp(read_params(MlpParams, hidden_units=(50, 20), dropout=0.5), (4, 4), 3, "mlp")
    assert [type(layer).__name__ for layer in model.layers] == [
        "InputLayer",
        "Flatten",
        "Dense",
        "Dropout",
        "Dense",
        "Dropout",
        "Dense",
    ]
    images = np.ones((1, 4, 4), "float32")
    assert np.array_equal(model(images, training=False), model(images, training=False))
    assert not np.array_equal(model(images, training=True), model(images, training=True))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hidden_units": [300, 0]}, r"'hidden_units.1' should be greater than 0, got 0"),
        (
            {"activation": "reluu"},
            r"'activation': Keras has no activation 'reluu'; did you mean 'relu'\? There .*tanh",
        ),
        ({"dropout": 1}, r"'dropout' should be less than 1, got 1"),
        (
            {"units": 3},
            r"'units' is not a parameter here; there are name, activation, .*dropout, .*hidden_units",
        ),
    ],
)
def test_wrong_parameters_are_refused_by_name_rule_and_value(change, message):
    with pytest.raises(UserError, match=message):
        read_params(MlpParams, **change)


def test_a_missing_parameter_is_named():
    incomplete = stated("mlp.architecture")
    del incomplete["dropout"]
    with pytest.raises(UserError, match="^'dropout' is missing$"):
        MlpParams.model_validate(incomplete)
