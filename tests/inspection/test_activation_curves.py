import numpy as np
import pytest

from fashion_nets.errors import UserError
from fashion_nets.inspection.activation_curves import activation_curves

SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772  # of selu, Klambauer et al. 2017


@pytest.mark.parametrize(
    ("activation", "point", "output", "derivative"),
    [
        ("sigmoid", 0, 0.5, 0.25),
        ("sigmoid", 2, 1 / (1 + np.exp(-2)), np.exp(-2) / (1 + np.exp(-2)) ** 2),
        ("tanh", 1, np.tanh(1), 1 - np.tanh(1) ** 2),
        ("relu", -3, 0, 0),
        ("relu", 3, 3, 1),
        ({"name": "leaky_relu", "negative_slope": 0.2}, -2, -0.4, 0.2),
        ({"name": "elu", "alpha": 0.3}, -1, 0.3 * (np.exp(-1) - 1), 0.3 * np.exp(-1)),
        ("selu", -1, SCALE * ALPHA * (np.exp(-1) - 1), SCALE * ALPHA * np.exp(-1)),
        ("selu", 2, SCALE * 2, SCALE),
        ("silu", 0, 0, 0.5),
        ("gelu", 0, 0, 0.5),
        ("linear", 4, 4, 1),
        ("prelu", 2, 2, 1),
    ],
)
def test_values_and_derivatives_by_hand(activation, point, output, derivative):
    curve = activation_curves([activation])
    row = curve.loc[(curve["input"] - point).abs().idxmin()]
    assert row["input"] == pytest.approx(point, abs=1e-6)
    assert row["output"] == pytest.approx(output, abs=1e-6)
    assert row["derivative"] == pytest.approx(derivative, abs=1e-6)


def test_functions_come_in_order_with_their_settings():
    curves = activation_curves(["relu", {"name": "leaky_relu", "negative_slope": 0.2}])
    assert list(curves["activation"].unique()) == ["relu", "leaky_relu negative_slope=0.2"]
    assert (curves["input"].min(), curves["input"].max()) == (-4, 4)


def test_an_unknown_function_is_refused():
    with pytest.raises(UserError, match="Keras has no activation 'rellu'; did you mean 'relu'"):
        activation_curves(["rellu"])
