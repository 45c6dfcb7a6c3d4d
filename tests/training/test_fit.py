import subprocess
import sys
from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf
from tests.parameters import read_params, stated
from tests.training.conftest import SGD, TRAINING

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.data.order import epoch_order
from fashion_nets.errors import UserError
from fashion_nets.inspection.prediction import predict
from fashion_nets.networks.architectures.lecture import CnnParams, build_cnn
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams, build_dense_autoencoder
from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.training.costs import MemoryNeededError
from fashion_nets.training.fit import fit_autoencoder, fit_classifier
from fashion_nets.training.memory import free_memory
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import AutoencoderTrainingParams, ClassifierTrainingParams


@pytest.fixture(scope="module")
def plain(fit):
    """The network and the history of a training as conftest states it; tests only look at them."""
    return fit()


def test_the_history_has_a_row_an_epoch(plain):
    _, history = plain
    assert list(history["epoch"]) == [1, 2]
    assert {"loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds"} < set(history)
    assert (history["learning_rate"] == np.float32(0.05)).all()
    assert (history["seconds"] > 0).all()
    assert history["loss"].is_monotonic_decreasing


def test_the_history_agrees_with_keras_own_fit(train_set, validation_set):
    """Without dropout and in the same order, the numbers are those of plain ``model.fit``."""
    build = partial(
        build_mlp,
        read_params(MlpParams, hidden_units=(16,), activation="tanh", dropout=0.0),
        (28, 28),
        10,
        "m",
    )
    training = read_params(ClassifierTrainingParams, **TRAINING)
    _, history = fit_classifier(build, train_set, validation_set, 10, SGD, training, seed=3)
    keras.utils.set_random_seed(3)
    model = build()
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.optimizer.learning_rate = 0.05
    images, validation_images = scale_pixels(train_set.images), scale_pixels(validation_set.images)
    for epoch in range(2):
        order = epoch_order(len(images), 3, epoch)
        plain = model.fit(
            images[order],
            train_set.labels[order],
            validation_data=(validation_images, validation_set.labels),
            batch_size=32,
            shuffle=False,
            verbose=0,
        ).history
        for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
            np.testing.assert_allclose(history[name][epoch], plain[name][0], rtol=1e-5)


def test_same_seed_same_weights_bit_for_bit_and_another_seed_others(fit, plain):
    first = plain[0].get_weights()  # of seed 1
    second, other = (fit(seed=seed)[0].get_weights() for seed in (1, 8))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_one_hot_targets_are_the_same_training(fit, plain):
    _, sparse = plain
    _, one_hot = fit(loss="categorical_crossentropy")
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        np.testing.assert_allclose(one_hot[name], sparse[name], rtol=1e-6)


def test_steps_per_execution_changes_the_speed_only(fit, plain):
    np.testing.assert_allclose(fit(steps_per_execution=1)[1]["loss"], plain[1]["loss"], rtol=1e-6)


def test_the_engine_changes_the_speed_only(fit):
    architecture = read_params(MlpParams, hidden_units=(16,), dropout=0.0)
    build = partial(build_mlp, architecture, (28, 28), 10, "m")
    graph, *others = (
        fit(engine=engine, build=build)[1]["loss"] for engine in ("graph", "xla", "keras", "auto")
    )
    for loss in others:
        np.testing.assert_allclose(loss, graph, rtol=1e-3)


def test_bfloat16_trains_alike_and_leaves_a_float32_network(fit, plain, test_set):
    model, history = fit(precision="mixed_bfloat16")
    _, reference = plain
    np.testing.assert_allclose(history["loss"], reference["loss"], rtol=0.02)
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}
    assert history["val_accuracy"].iloc[-1] == pytest.approx(
        np.mean(predict(model, test_set.images).argmax(axis=1) == test_set.labels), abs=0.15
    )
    assert keras.config.dtype_policy().name == "float32"


def test_the_network_is_compiled_and_agrees_with_its_last_epoch(plain, validation_set):
    model, history = plain
    loss, accuracy = model.evaluate(scale_pixels(validation_set.images), validation_set.labels, verbose=0)
    assert loss == pytest.approx(history["val_loss"].iloc[-1], rel=1e-5)
    assert accuracy == pytest.approx(history["val_accuracy"].iloc[-1])


def test_early_stopping_ends_the_training_at_its_best_weights(fit, validation_set):
    stopping = {"monitor": "val_loss", "patience": 0, "restore_best_weights": True}
    useless = read_params(OptimizerParams, name="SGD", learning_rate=1.5)
    model, history = fit(epochs=50, early_stopping=stopping, optimizer=useless)
    assert len(history) < 50
    assert model.evaluate(scale_pixels(validation_set.images), validation_set.labels, verbose=0)[
        0
    ] == pytest.approx(history["val_loss"].min(), rel=1e-5)


def test_each_epoch_is_told_with_what_a_callback_adds(fit):
    told = []
    adding = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(answer=42 + epoch))
    _, history = fit(callbacks=[adding], listener=lambda epoch, metrics: told.append((epoch, metrics)))
    assert [epoch for epoch, _ in told] == list(history["epoch"])
    for name in ("val_loss", "answer"):
        assert [metrics[name] for _, metrics in told] == list(history[name])
    assert list(history["answer"]) == [42, 43]


@pytest.mark.parametrize("engine", ["xla", "graph", "keras"])
def test_a_schedule_acts_and_is_recorded(fit, engine):
    """25 steps per epoch; the last step of the second epoch is step 49, counted from 0."""
    power = read_params(
        OptimizerParams, name="SGD", learning_rate=0.1, schedule={"name": "power", "decay_epochs": 1}
    )
    model, history = fit(optimizer=power, engine=engine)
    assert list(history["learning_rate"]) == pytest.approx([0.1 / (1 + 24 / 25), 0.1 / (1 + 49 / 25)])
    assert model.optimizer.iterations == 50


def test_the_plateau_acts_on_the_next_epoch(fit):
    """Steps this small change no prediction, so that no epoch after the first improves the accuracy."""
    params = {"name": "plateau", "monitor": "val_accuracy", "factor": 0.5, "patience": 1}
    useless = read_params(OptimizerParams, name="SGD", learning_rate=1e-9, schedule=params)
    _, history = fit(optimizer=useless, epochs=4)
    assert list(history["learning_rate"]) == pytest.approx([1e-9, 1e-9, 0.5e-9, 0.25e-9])


def test_what_watches_a_metric_that_is_not_there_is_refused(train_set, validation_set):
    architecture = DenseAutoencoderParams.model_validate(stated("linear_autoencoder.architecture"))
    build = partial(build_dense_autoencoder, architecture, (28, 28), "linear")
    stopping = {"monitor": "val_accuracy", "patience": 1, "restore_best_weights": True}
    training = read_params(
        AutoencoderTrainingParams, **TRAINING | {"loss": "mse", "early_stopping": stopping}
    )
    with pytest.raises(UserError, match="early_stopping watches val_accuracy.* may be loss, val_loss"):
        fit_autoencoder(build, train_set, validation_set, SGD, training, seed=1)


def test_label_smoothing_is_that_of_keras_in_training_alone(fit, train_set, validation_set):
    build = partial(
        build_mlp,
        read_params(MlpParams, hidden_units=(16,), activation="tanh", dropout=0.0),
        (28, 28),
        10,
        "m",
    )
    model, history = fit(build=build, label_smoothing=0.2, seed=3)
    keras.utils.set_random_seed(3)
    reference = build()
    smoothed = keras.losses.CategoricalCrossentropy(label_smoothing=0.2)
    reference.compile(keras.optimizers.SGD(0.05), smoothed, metrics=["accuracy"])
    one_hot = keras.utils.to_categorical(train_set.labels, 10)
    images = scale_pixels(train_set.images)
    for epoch in range(2):
        order = epoch_order(len(images), 3, epoch)
        plain = reference.fit(images[order], one_hot[order], batch_size=32, shuffle=False, verbose=0).history
        assert history["loss"][epoch] == pytest.approx(plain["loss"][0], rel=1e-5)
        assert history["accuracy"][epoch] == pytest.approx(plain["accuracy"][0], rel=1e-5)
    probabilities = predict(model, validation_set.images)
    of_true_class = probabilities[np.arange(len(validation_set.labels)), validation_set.labels]
    assert history["val_loss"].iloc[-1] == pytest.approx(-np.log(of_true_class).mean(), rel=1e-5)


@pytest.mark.parametrize("engine", ["xla", "graph", "keras"])
def test_batch_learning_takes_one_step_an_epoch_down_the_mean_gradient(fit, train_set, engine):
    """Softmax regression from zero: the gradient by the biases is 0.1 minus the share of each class."""
    build = partial(
        build_mlp,
        read_params(MlpParams, hidden_units=(), activation="linear", dropout=0.0),
        (28, 28),
        10,
        "softmax",
    )

    def build_from_zero():
        model = build()
        model.set_weights([np.zeros_like(weights) for weights in model.get_weights()])
        return model

    model, history = fit(build=build_from_zero, batch_size="full", epochs=1, engine=engine)
    assert model.optimizer.iterations == 1
    assert history["loss"].iloc[0] == pytest.approx(np.log(10), rel=1e-5)
    shares = np.bincount(train_set.labels, minlength=10) / len(train_set.labels)
    np.testing.assert_allclose(model.get_weights()[1], 0.05 * (shares - 0.1), atol=1e-6)


def test_online_learning_takes_a_step_an_image(fit, train_set):
    model, history = fit(batch_size=1, epochs=1, engine="xla", steps_per_execution=64)
    assert model.optimizer.iterations == len(train_set.images)
    assert np.isfinite(history["loss"].iloc[0])


@pytest.mark.parametrize("engine", ["xla", "graph", "keras"])
def test_max_norm_holds_after_training(fit, engine):
    architecture = read_params(MlpParams, hidden_units=(32,), dropout=0.0, max_norm=0.7)
    model, _ = fit(build=partial(build_mlp, architecture, (28, 28), 10, "mlp"), engine=engine)
    norms = np.linalg.norm(model.get_layer("hidden_1").kernel, axis=0)
    assert norms.max() == pytest.approx(0.7, rel=1e-4)  # 1.4 at the start


def test_the_gradient_norm_is_recorded_and_stops(fit, train_set):
    model, history = fit(gradient_norm={"images": 100, "threshold": None})
    assert len(history) == 2
    inputs, targets = scale_pixels(train_set.images[:100]), train_set.labels[:100]
    with tf.GradientTape() as tape:
        loss = model.compute_loss(None, targets, model(inputs, training=False))
    gradient = tape.gradient(loss, [weights.value for weights in model.trainable_weights])
    assert history["gradient_norm"].iloc[-1] == pytest.approx(
        float(tf.linalg.global_norm(gradient)), rel=1e-4
    )
    assert len(fit(gradient_norm={"images": 100, "threshold": 1e6})[1]) == 1


def test_a_network_fitted_in_bfloat16_can_be_trained_on_with_all_its_parts(fit, tmp_path):
    architecture = read_params(
        MlpParams,
        hidden_units=[16],
        activation="prelu",
        dropout=0.1,
        batch_normalization="before_activation",
        normalize_inputs=True,
        max_norm=2.0,
        kernel_regularizer="l2",
    )
    adam = read_params(
        OptimizerParams, name="Adam", learning_rate=0.01, schedule="one_cycle", global_clipnorm=1.0
    )
    build = partial(build_mlp, architecture, (28, 28), 10, "mlp")
    model, history = fit(
        build=build,
        optimizer=adam,
        precision="mixed_bfloat16",
        gradient_norm={"images": 100, "threshold": None},
    )
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}
    assert model.optimizer.iterations == 50
    assert history["gradient_norm"].notna().all()
    moments = [variable.numpy() for variable in model.optimizer.variables]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for variable, before in zip(loaded.optimizer.variables, moments, strict=True):
        np.testing.assert_array_equal(variable.numpy(), before)


def test_a_diverged_training_is_refused_with_advice(fit):
    def build_unstable():
        model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten()], name="unstable")
        model.add(keras.layers.Dense(10, kernel_initializer=keras.initializers.Constant(np.inf)))
        return model

    with pytest.raises(UserError, match="The loss of unstable became nan in epoch 1.*learning_rate=0.005"):
        fit(build=build_unstable, epochs=3)


def test_autoencoders_need_no_labels(train_set, validation_set):
    architecture = DenseAutoencoderParams.model_validate(stated("linear_autoencoder.architecture"))
    training = read_params(AutoencoderTrainingParams, **TRAINING | {"loss": "mse"})
    model, history = fit_autoencoder(
        partial(build_dense_autoencoder, architecture, (28, 28), "linear"),
        train_set,
        validation_set,
        SGD,
        training,
        seed=1,
    )
    reconstructions = predict(model, validation_set.images)
    assert history["val_loss"].iloc[-1] == pytest.approx(
        np.mean((reconstructions - scale_pixels(validation_set.images)) ** 2), rel=1e-4
    )


def test_a_step_that_no_memory_holds_is_refused_before_it_is_tried(fit):
    """800 images, each with 28 x 28 outputs of so many filters, are 657 GB."""
    if free_memory() is None:
        pytest.skip("nothing tells how much memory is free")
    wide = read_params(
        CnnParams,
        blocks=({"filters": 2**18, "kernel_size": 1, "convolutions": 1},),
        pool_size=28,
        dense_units=(),
        dropout=0.0,
    )
    build = partial(build_cnn, wide, (28, 28), 10, "wide")
    needed = r"A step of wide on 800 images needs about 65\d,\d{3} MB of memory, and .* are free"
    with pytest.raises(MemoryNeededError, match=needed):
        fit(build=build, batch_size="full")


WITHOUT_THIS_PACKAGE = """
import sys
sys.modules["fashion_nets"] = None  # an import of it fails
import keras, numpy
from pathlib import Path
images = numpy.load("images.npy")
for path in Path.cwd().glob("*.keras"):
    model = keras.saving.load_model(path)
    print(*(type(layer).__module__.split(".")[0] for layer in model.layers))
    numpy.save(path.with_suffix(".npy"), model.predict(images, verbose=0))
"""


@pytest.mark.slow  # a process that imports Keras
def test_a_network_with_dropout_is_stored_for_those_without_this_package(fit, test_set, tmp_path):
    models = {
        precision: fit(engine="xla", precision=precision, epochs=1)[0]
        for precision in ("float32", "mixed_bfloat16")
    }
    for precision, model in models.items():
        assert any(isinstance(layer, keras.layers.Dropout) for layer in model.layers)
        model.save(tmp_path / f"{precision}.keras")
    np.save(tmp_path / "images.npy", scale_pixels(test_set.images))
    run = [sys.executable, "-c", WITHOUT_THIS_PACKAGE]
    output = subprocess.run(run, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert set(output.split()) == {"keras"}
    for precision, model in models.items():
        predicted = np.load(tmp_path / f"{precision}.npy")
        np.testing.assert_allclose(predicted, predict(model, test_set.images), rtol=1e-5)
