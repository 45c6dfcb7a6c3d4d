import keras
import pytest

from fashion_nets.errors import UserError
from fashion_nets.networks import keras_objects


@pytest.mark.parametrize(
    ("specification", "name", "settings"),
    [
        ("relu", "relu", {}),
        ({"name": "elu"}, "elu", {}),
        ({"name": "elu", "alpha": 0.2}, "elu", {"alpha": 0.2}),
    ],
)
def test_a_specification_is_a_name_and_settings(specification, name, settings):
    assert keras_objects.split(specification) == (name, settings)


@pytest.mark.parametrize("wrong", [3, None, {"alpha": 0.2}, ["relu"]])
def test_a_specification_without_a_name_is_refused(wrong):
    with pytest.raises(UserError, match="expected a name or a mapping with a name and settings, got"):
        keras_objects.split(wrong)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu"])
def test_activations_without_settings_stay_names(name):
    assert keras_objects.hidden_activation(name) == name
    assert keras_objects.hidden_activation({"name": name}) == name


@pytest.mark.parametrize(
    ("specification", "at_minus_2"),
    [
        ({"name": "leaky_relu", "negative_slope": 0.2}, -0.4),
        ({"name": "elu", "alpha": 0.2}, 0.2 * (0.1353353 - 1)),
        ({"name": "relu", "negative_slope": 0.5}, -1.0),
        ({"name": "prelu", "alpha_initializer": "ones"}, -2.0),
        ("prelu", 0.0),
    ],
)
def test_activations_with_settings_or_weights_are_layers(specification, at_minus_2):
    layer = keras_objects.hidden_activation(specification, layer_name="bend")
    assert layer.name == "bend"
    assert layer(keras.ops.array([[-2.0, 3.0]])).numpy()[0] == pytest.approx([at_minus_2, 3.0])


def test_initializers_take_names_and_settings():
    by_name = keras_objects.initializer("he_normal")
    assert isinstance(by_name, keras.initializers.HeNormal)
    assert isinstance(keras_objects.initializer("HeNormal"), keras.initializers.HeNormal)
    he_of_both_fans = {"name": "variance_scaling", "scale": 2, "mode": "fan_avg", "distribution": "uniform"}
    weights = keras_objects.initializer(he_of_both_fans)((300, 100)).numpy()
    assert abs(weights).max() == pytest.approx((3 * 2 / 200) ** 0.5, rel=1e-3)  # the limit of the uniform
    assert weights.var() == pytest.approx(2 / 200, rel=0.05)
    assert keras_objects.initializer({"name": "random_normal", "stddev": 1})((300, 100)).numpy().std() == (
        pytest.approx(1, rel=0.02)
    )


@pytest.mark.parametrize(
    ("specification", "penalty"),
    [
        ({"name": "l1", "l1": 0.1}, 0.1 * 3),
        ({"name": "l2", "l2": 0.1}, 0.1 * 5),
        ({"name": "l1_l2", "l1": 0.1, "l2": 0.01}, 0.1 * 3 + 0.01 * 5),
        ("l2", 0.01 * 5),
    ],
)
def test_regularizers_penalize_as_they_say(specification, penalty):
    assert float(keras_objects.regularizer(specification)(keras.ops.array([1.0, -2.0]))) == pytest.approx(
        penalty
    )


@pytest.mark.parametrize(
    ("make", "specification", "message"),
    [
        (
            keras_objects.hidden_activation,
            "leaky_rel",
            "no activation 'leaky_rel'; did you mean 'leaky_relu'",
        ),
        (
            keras_objects.hidden_activation,
            {"name": "leaky_relu", "slope": 0.2},
            "LeakyReLU has no setting 'slope'; it has negative_slope",
        ),
        (
            keras_objects.hidden_activation,
            {"name": "tanh", "alpha": 1},
            "tanh has no settings in Keras, got {'alpha': 1}; give its name alone",
        ),
        (keras_objects.initializer, "he_norma", "no initializer 'he_norma'; did you mean 'he_normal'"),
        (
            keras_objects.initializer,
            {"name": "random_normal", "std": 1},
            "RandomNormal has no setting 'std'; it has mean, seed, stddev",
        ),
        (
            keras_objects.initializer,
            {"name": "random_normal", "stddev": float("nan")},
            "RandomNormal takes for 'stddev' a finite number, got nan",
        ),
        (
            keras_objects.hidden_activation,
            {"name": "leaky_relu", "negative_slope": True},
            "LeakyReLU takes for 'negative_slope' a number, got True",
        ),
        (
            keras_objects.hidden_activation,
            {"name": "leaky_relu", "negative_slope": "0.1"},
            "LeakyReLU takes for 'negative_slope' a number, got '0.1'",
        ),
        (keras_objects.regularizer, "l3", "no regularizer 'l3'; there are l1, l1_l2, l2"),
        (
            keras_objects.regularizer,
            {"name": "l1", "l1": -1},
            "Keras refuses {'l1': -1} for L1: .*non-negative",
        ),
    ],
)
def test_what_keras_does_not_have_is_refused_with_what_it_has(make, specification, message):
    with pytest.raises(UserError, match=message):
        make(specification)


@pytest.mark.parametrize(
    ("specification", "keeps"),
    [
        ("lecun_normal", True),
        ("lecun_uniform", True),
        ({"name": "variance_scaling", "scale": 1, "mode": "fan_in"}, True),
        ("he_normal", False),
        ("glorot_uniform", False),
        ({"name": "random_normal", "stddev": 1}, False),
    ],
)
def test_lecuns_initializer_is_known_by_any_name(specification, keeps):
    assert keras_objects.keeps_variance(specification) is keeps
