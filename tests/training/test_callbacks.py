import logging

import keras
import numpy as np
import pytest

from fashion_nets.inspection.prediction import BATCH_SIZE
from fashion_nets.training.callbacks import EpochReport, GradientNorm
from fashion_nets.training.precision import dtype_policy


def linear_network(kernel, *before, penalty=None):
    layers = [keras.Input((len(kernel),)), *before, keras.layers.Dense(1, kernel_regularizer=penalty)]
    model = keras.Sequential(layers, name="linear")
    model.compile("sgd", "mse")
    model.layers[-1].kernel.assign(np.array(kernel, "float32")[:, None])
    return model


def gradient_norm(model, inputs, targets):
    callback, logs = GradientNorm(inputs, targets, threshold=None), {}
    callback.set_model(model)
    callback.on_train_begin()
    callback.on_epoch_end(0, logs)
    return logs["gradient_norm"]


def test_the_norm_worked_out_by_hand():
    """Outputs 3 and 2, errors 2 and -1; of the mean squared error by the weights: (2, -1), by the bias 1."""
    inputs = np.array([[1.0, 0.0], [0.0, 1.0]], "float32")
    targets = np.array([[1.0], [3.0]], "float32")
    assert gradient_norm(linear_network([3.0, 2.0]), inputs, targets) == pytest.approx(6**0.5)


def test_the_penalty_on_weights_counts():
    """The derivatives of 0.5 w^2 are the weights, so that the gradient is (5, 1, 1)."""
    inputs = np.array([[1.0, 0.0], [0.0, 1.0]], "float32")
    targets = np.array([[1.0], [3.0]], "float32")
    model = linear_network([3.0, 2.0], penalty=keras.regularizers.L2(0.5))
    assert gradient_norm(model, inputs, targets) == pytest.approx(27**0.5)


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_it_is_the_norm_over_all_rows_together(policy):
    """Errors are -y; chunks of different sizes count by their rows."""
    n = 2 * BATCH_SIZE + 7
    inputs = np.linspace(0, 1, n, dtype="float32")[:, None]
    targets = 1 + inputs
    with dtype_policy(policy):
        model = linear_network([0.0])
    expected = np.hypot(np.mean(-2 * targets * inputs), np.mean(-2 * targets))
    tolerance = 1e-5 if policy == "float32" else 1e-2
    assert gradient_norm(model, inputs, targets) == pytest.approx(expected, rel=tolerance)


def test_dropout_is_off():
    inputs, targets = np.ones((5, 2), "float32"), np.zeros((5, 1), "float32")
    dropout = keras.layers.Dropout(0.9)
    norm = gradient_norm(linear_network([1.0, 1.0], dropout), inputs, targets)
    assert norm == pytest.approx(gradient_norm(linear_network([1.0, 1.0]), inputs, targets))


@pytest.mark.parametrize(("threshold", "epochs"), [(None, 5), (1e-9, 5), (0.5, 3), (100.0, 1)])
def test_training_stops_under_the_threshold(threshold, epochs, caplog):
    """The derivative of (w + b - 1)^2 by w and by b is 2 (w + b - 1), and a step of 0.125 halves it."""
    norms = [2**0.5, 2**0.5 / 2, 2**0.5 / 4, 2**0.5 / 8, 2**0.5 / 16]
    data = np.ones((4, 1), "float32")
    model = linear_network([0.0])
    model.optimizer.learning_rate = 0.125
    with caplog.at_level(logging.INFO, logger="fashion_nets"):
        history = model.fit(
            data, data, batch_size=4, epochs=5, callbacks=[GradientNorm(data, data, threshold)], verbose=0
        ).history
    assert history["gradient_norm"] == pytest.approx(norms[:epochs])
    if epochs < 5:
        norm = f"{norms[epochs - 1]:.3g}"
        assert caplog.messages == [
            f"linear stops after epoch {epochs}: the norm of its gradient, {norm}, is under {threshold:.3g}"
        ]
    else:
        assert caplog.messages == []


def test_the_learning_rate_is_that_of_the_last_step():
    """Two steps per epoch: the boundary lies between the epochs, and the first one knows nothing of it."""
    model = linear_network([0.0])
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([1], [0.5, 0.25])
    model.compile(keras.optimizers.SGD(schedule), "mse")
    data = np.ones((4, 1), "float32")
    report = EpochReport()
    history = model.fit(data, data, batch_size=2, epochs=2, callbacks=[report], verbose=0).history
    assert history["learning_rate"] == [0.5, 0.25]
