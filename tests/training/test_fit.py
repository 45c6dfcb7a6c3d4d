import logging
from functools import partial

import keras
import numpy as np
import pytest
from tests.conftest import QUICK_FIT

from fashion_nets.errors import UserError
from fashion_nets.models.autoencoder import DenseAutoencoderParams, build_dense_autoencoder
from fashion_nets.models.mlp import MlpParams, build_mlp
from fashion_nets.training.fit import (
    AutoencoderTrainingParams,
    ClassifierTrainingParams,
    fit_autoencoder,
    fit_classifier,
)
from fashion_nets.training.optimizers import OptimizerParams

TRAINING = {"loss": "sparse_categorical_crossentropy", "epochs": 2, **QUICK_FIT}
SGD = OptimizerParams(name="SGD", learning_rate=0.05)
BUILD = partial(build_mlp, MlpParams(hidden_units=(32,), activation="relu", dropout=0.2), (28, 28), 10, "mlp")


@pytest.fixture
def fit(train_set, validation_set):
    def fit_mlp(seed=1, optimizer=SGD, listener=None, build=BUILD, **changes):
        training = ClassifierTrainingParams.model_validate({**TRAINING, **changes})
        return fit_classifier(build, train_set, validation_set, 10, optimizer, training, seed, listener)

    return fit_mlp


def test_the_history_has_a_row_an_epoch(fit):
    _, history = fit()
    assert list(history["epoch"]) == [1, 2]
    assert {"loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds"} < set(history)
    assert (history["learning_rate"] == np.float32(0.05)).all()
    assert (history["seconds"] > 0).all()
    assert history["loss"].is_monotonic_decreasing


def test_the_history_agrees_with_keras_own_fit(train_set, validation_set):
    """Without dropout and shuffling by one seed, the numbers are those of plain ``model.fit``."""
    build = partial(
        build_mlp, MlpParams(hidden_units=(16,), activation="tanh", dropout=0.0), (28, 28), 10, "m"
    )
    training = ClassifierTrainingParams.model_validate(TRAINING)
    _, history = fit_classifier(build, train_set, validation_set, 10, SGD, training, seed=3)
    keras.utils.set_random_seed(3)
    model = build()
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.optimizer.learning_rate = 0.05
    plain = model.fit(*train_set, validation_data=validation_set, epochs=2, batch_size=32, verbose=0).history
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        np.testing.assert_allclose(history[name], plain[name], rtol=1e-5)


def test_same_seed_same_weights_bit_for_bit(fit):
    first, second = fit(seed=7)[0].get_weights(), fit(seed=7)[0].get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_another_seed_other_weights(fit):
    assert not np.array_equal(fit(seed=7)[0].get_weights()[0], fit(seed=8)[0].get_weights()[0])


def test_one_hot_targets_are_the_same_training(fit):
    _, sparse = fit()
    _, one_hot = fit(loss="categorical_crossentropy")
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        np.testing.assert_allclose(one_hot[name], sparse[name], rtol=1e-6)


def test_steps_per_execution_changes_the_speed_only(fit):
    np.testing.assert_allclose(fit(steps_per_execution=1)[1]["loss"], fit()[1]["loss"], rtol=1e-6)


@pytest.mark.parametrize("engine", ["xla", "keras", "auto"])
def test_the_engine_changes_the_speed_only(fit, engine):
    build = partial(
        build_mlp, MlpParams(hidden_units=(16,), activation="relu", dropout=0.0), (28, 28), 10, "m"
    )
    np.testing.assert_allclose(
        fit(engine=engine, build=build)[1]["loss"], fit(build=build)[1]["loss"], rtol=1e-3
    )


def test_bfloat16_trains_alike_and_leaves_a_float32_network(fit, test_set):
    model, history = fit(precision="mixed_bfloat16")
    _, reference = fit()
    np.testing.assert_allclose(history["loss"], reference["loss"], rtol=0.02)
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}
    assert history["val_accuracy"].iloc[-1] == pytest.approx(
        np.mean(model.predict(test_set.images, verbose=0).argmax(axis=1) == test_set.labels), abs=0.15
    )
    assert keras.config.dtype_policy().name == "float32"


def test_the_network_is_compiled_and_agrees_with_its_last_epoch(fit, validation_set):
    model, history = fit()
    loss, accuracy = model.evaluate(*validation_set, verbose=0)
    assert loss == pytest.approx(history["val_loss"].iloc[-1], rel=1e-5)
    assert accuracy == pytest.approx(history["val_accuracy"].iloc[-1])


def test_early_stopping_ends_the_training_at_its_best_weights(fit, validation_set):
    stopping = {"monitor": "val_loss", "patience": 0, "restore_best_weights": True}
    useless = OptimizerParams(name="SGD", learning_rate=1.5)
    model, history = fit(epochs=50, early_stopping=stopping, optimizer=useless)
    assert len(history) < 50
    assert model.evaluate(*validation_set, verbose=0)[0] == pytest.approx(history["val_loss"].min(), rel=1e-5)


def test_each_epoch_is_told_and_logged(fit, caplog):
    told = []
    with caplog.at_level(logging.INFO, logger="fashion_nets"):
        _, history = fit(listener=lambda epoch, metrics: told.append((epoch, metrics["val_loss"])))
    assert told == list(zip(history["epoch"], history["val_loss"], strict=True))
    lines = [record.getMessage() for record in caplog.records if "epoch" in record.getMessage()]
    assert len(lines) == 2
    assert lines[1].startswith("mlp epoch 2/2: ")
    assert f"val_loss {history['val_loss'].iloc[1]:.4f}" in lines[1]


def test_a_diverged_training_is_refused_with_advice(fit):
    def build_unstable():
        model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten()], name="unstable")
        model.add(keras.layers.Dense(10, kernel_initializer=keras.initializers.Constant(np.inf)))
        return model

    with pytest.raises(UserError, match="The loss of unstable became nan in epoch 1.*learning_rate=0.005"):
        fit(build=build_unstable, epochs=3)


def test_autoencoders_need_no_labels(train_set, validation_set):
    architecture = DenseAutoencoderParams(
        hidden_units=(), codings_size=2, activation="linear", output_activation="linear"
    )
    training = AutoencoderTrainingParams.model_validate({**TRAINING, "loss": "mse"})
    model, history = fit_autoencoder(
        partial(build_dense_autoencoder, architecture, (28, 28), "linear"),
        train_set,
        validation_set,
        SGD,
        training,
        seed=1,
    )
    reconstructions = model.predict(validation_set.images, verbose=0)
    assert history["val_loss"].iloc[-1] == pytest.approx(
        np.mean((reconstructions - validation_set.images) ** 2), rel=1e-4
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "'epochs' should be greater than 0, got 0"),
        ({"epochs": "ten"}, "'epochs' should be a valid integer.*got 'ten'"),
        ({"loss": "mse"}, "'loss' should be 'sparse_categorical_crossentropy' or 'categorical_crossentropy'"),
        ({"engine": "fast"}, "'engine' should be 'auto', 'xla', 'graph' or 'keras', got 'fast'"),
        ({"precision": "float8"}, "'precision' should be 'float32', 'mixed_bfloat16' or 'auto'"),
        ({"early_stopping": {"monitor": "val_loss"}}, "'early_stopping.patience' is missing"),
    ],
)
def test_wrong_training_parameters_are_refused(change, message):
    with pytest.raises(UserError, match=message):
        ClassifierTrainingParams.model_validate({**TRAINING, **change})
