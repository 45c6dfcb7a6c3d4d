import logging
from functools import cache, partial

import keras
import numpy as np
import pytest
import tensorflow as tf
from tests.parameters import read_params

from fashion_nets.data.image_set import intensities, scale_pixels
from fashion_nets.data.order import epoch_order
from fashion_nets.networks.architectures.lecture import CnnParams, build_cnn
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams, build_dense_autoencoder
from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.training import samples
from fashion_nets.training.blocks import fit_in_blocks
from fashion_nets.training.precision import dtype_policy

layers = keras.layers
STEPS_PER_BLOCK = 64
BATCH_SIZE = 6  # 133 full batches of the 800 images and one of 2: two full blocks, 5 steps more, and the rest
N_STEPS = 134
SEED = 5
MOMENTUM = partial(keras.optimizers.SGD, 0.01, momentum=0.9)


def mlp(dropout=0.0):
    return build_mlp(read_params(MlpParams, hidden_units=(16,), dropout=dropout), (28, 28), 10, "mlp")


def cnn():
    block = {"filters": 2, "kernel_size": 3, "convolutions": 1}
    architecture = read_params(CnnParams, blocks=(block,), pool_size=4, dense_units=(), dropout=0.0)
    return build_cnn(architecture, (28, 28), 10, "cnn")


def batch_normalized():
    dense = [layers.Dense(16, activation="relu"), layers.BatchNormalization(), layers.Dense(10, "softmax")]
    return keras.Sequential([keras.Input((28, 28)), layers.Flatten(), *dense], name="normalized")


def autoencoder():
    architecture = read_params(DenseAutoencoderParams, hidden_units=(16,), codings_size=4)
    return build_dense_autoencoder(architecture, (28, 28), "autoencoder")


@pytest.fixture(scope="module")
def fit_blocks(train_set, validation_set):
    def run(
        engine,
        build=mlp,
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
        epochs=2,
        batch_size=BATCH_SIZE,
        **options,
    ):
        keras.utils.set_random_seed(SEED)
        model = build()
        metrics = ["mae"] if build is autoencoder else ["accuracy"]
        model.compile(optimizer, loss, metrics=metrics, steps_per_execution=STEPS_PER_BLOCK)
        data, validation_data = train_set, validation_set
        if build is autoencoder:
            data, validation_data = (train_set.images,) * 2, (validation_set.images,) * 2
        history = fit_in_blocks(
            model,
            data,
            batch_size,
            engine,
            SEED,
            validation_data=validation_data,
            epochs=epochs,
            verbose=0,
            **options,
        )
        return model, history.history

    return run


@pytest.fixture(scope="module")
def expected_of_keras(fit_blocks):
    """The history of Keras's own loop, and the steps that it took; made once for all engines."""

    @cache
    def run(build=mlp, optimizer="adam", loss="sparse_categorical_crossentropy", epochs=2):
        optimizer = optimizer() if callable(optimizer) else optimizer
        model, history = fit_blocks("keras", build, optimizer, loss, epochs)
        return history, int(model.optimizer.iterations)

    return run


@pytest.fixture(scope="module")
def expected_of_fit(train_set, validation_set):
    """The history of plain Keras on scaled arrays that are put into the order of each epoch beforehand."""

    @cache
    def run(build, loss):
        keras.utils.set_random_seed(SEED)
        model = build()
        model.compile("adam", loss)
        pairs = [
            (part.images, part.images if build is autoencoder else part.labels)
            for part in (train_set, validation_set)
        ]
        inputs, targets = (intensities(part) for part in pairs[0])
        expected = {"loss": [], "val_loss": []}
        for epoch in range(3):
            order = epoch_order(len(inputs), SEED, epoch)
            logs = model.fit(
                inputs[order],
                targets[order],
                batch_size=BATCH_SIZE,
                shuffle=False,
                validation_data=tuple(map(intensities, pairs[1])),
                verbose=0,
            ).history
            for name, values in expected.items():
                values += logs[name]
        return expected

    return run


@pytest.mark.parametrize("engine", ["xla", "graph"])
@pytest.mark.parametrize(
    ("build", "loss"),
    [
        (mlp, "sparse_categorical_crossentropy"),
        (cnn, "sparse_categorical_crossentropy"),
        (autoencoder, "binary_crossentropy"),
    ],
)
def test_the_numbers_are_those_of_keras_own_loop(fit_blocks, expected_of_keras, engine, build, loss):
    """The same losses and metrics: so also the same order of samples, and no batch lost."""
    model, history = fit_blocks(engine, build, MOMENTUM(), loss, epochs=3)
    expected, n_steps = expected_of_keras(build, MOMENTUM, loss, epochs=3)
    assert history.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(history[name], values, rtol=1e-3, err_msg=name)
    assert model.optimizer.iterations == n_steps == 3 * N_STEPS


@pytest.mark.parametrize("engine", ["xla", "graph", "keras"])
@pytest.mark.parametrize("build", [mlp, autoencoder])
def test_the_numbers_are_those_of_fit_given_the_same_order(fit_blocks, expected_of_fit, engine, build):
    loss = "mse" if build is autoencoder else "sparse_categorical_crossentropy"
    _, history = fit_blocks(engine, build, "adam", loss, epochs=3)
    for name, values in expected_of_fit(build, loss).items():
        np.testing.assert_allclose(history[name], values, rtol=1e-3, err_msg=name)


@pytest.mark.parametrize("engine", ["xla", "graph", "keras"])
def test_an_epoch_is_repeated_without_those_before_it(fit_blocks, engine):
    """With dropout and a plain optimizer nothing but the weights passes from one epoch to the next."""
    build = partial(mlp, dropout=0.3)
    at_once, _ = fit_blocks(engine, build, "sgd", epochs=3)
    first, _ = fit_blocks(engine, build, "sgd", epochs=2)

    def go_on():
        model = build()
        model.set_weights(first.get_weights())
        return model

    # Compiled alike, with the same metrics: XLA gives another program other last bits.
    resumed, _ = fit_blocks(engine, go_on, "sgd", epochs=3, initial_epoch=2)
    for got, expected in zip(resumed.get_weights(), at_once.get_weights(), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_graphs_drop_what_keras_drops(fit_blocks):
    """XLA draws by another generator, these two by the same."""
    _, history = fit_blocks("graph", partial(mlp, dropout=0.3))
    _, expected = fit_blocks("keras", partial(mlp, dropout=0.3))
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-3)


@pytest.mark.parametrize("engine", ["xla", "graph", "keras"])
def test_what_is_left_has_the_dropout_of_keras_and_its_own_layers(fit_blocks, engine):
    keras.utils.set_random_seed(SEED)
    model = mlp(dropout=0.3)
    before = list(model.layers)
    trained, _ = fit_blocks(engine, lambda: model, epochs=1)
    assert trained is model
    assert all(after is layer for after, layer in zip(model.layers, before, strict=True))
    assert {type(layer) for layer in model.layers if "dropout" in layer.name} == {layers.Dropout}


def test_the_hook_that_fit_calls_is_the_one_we_give_it():
    """Seen with Keras 3.15: ``fit`` calls ``make_train_function``, then ``train_function`` for each block.

    Where this fails after an update, read ``fit`` of keras/src/backend/tensorflow/trainer.py again.
    """
    assert keras.__version__.startswith("3.15."), "try the tests of this module, then name the version here"
    calls = []

    class Counted(keras.Model):
        def make_train_function(self, force=False):
            calls.append("make")
            self.train_function = lambda iterator: calls.append(next(iterator).shape) or {"loss": 0.0}

    inputs = keras.Input((1,))
    model = Counted(inputs, layers.Dense(1)(inputs))
    model.compile("sgd", "mse", steps_per_execution=2)
    parts = tf.data.Dataset.from_tensors(tf.zeros(4)).repeat(2)
    model.fit(parts.apply(tf.data.experimental.assert_cardinality(3)), epochs=2, verbose=0)
    assert calls == ["make", *[(4,)] * 4]


@pytest.mark.parametrize("engine", ["xla", "graph"])
def test_batch_normalization_sees_the_same_batches(train_set, engine):
    """Batches of 32, none partial: in small ones normalization amplifies the last bits of the numbers."""

    def fit_blocks(engine):
        keras.utils.set_random_seed(5)
        model = batch_normalized()
        model.compile(keras.optimizers.SGD(0.01), "sparse_categorical_crossentropy", steps_per_execution=10)
        return fit_in_blocks(model, train_set, 32, engine, SEED, verbose=0).history["loss"], model.layers[2]

    (loss, layer), (expected_loss, expected_layer) = fit_blocks(engine), fit_blocks("keras")
    np.testing.assert_allclose(loss, expected_loss, rtol=1e-3)
    np.testing.assert_allclose(layer.moving_mean, expected_layer.moving_mean, rtol=1e-2, atol=1e-3)
    np.testing.assert_allclose(layer.moving_variance, expected_layer.moving_variance, rtol=1e-2, atol=1e-3)


@pytest.mark.parametrize("engine", ["xla", "graph"])
@pytest.mark.parametrize("held_bytes", [2**28, 0])
def test_the_loop_is_traced_once(engine, held_bytes, train_set, monkeypatch):
    """Each trace is a compilation: one for full batches, one for the rest, after Keras's own eager call."""
    monkeypatch.setattr(samples, "MAX_HELD_BYTES", held_bytes)
    calls = []

    class CountedDense(layers.Dense):
        def call(self, inputs, training=None):
            calls.append(training)
            return super().call(inputs, training)

    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), CountedDense(10, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", steps_per_execution=STEPS_PER_BLOCK)
    calls.clear()
    fit_in_blocks(model, train_set, BATCH_SIZE, engine, SEED, epochs=3, verbose=0)
    assert calls.count(True) == 2


def test_where_batches_leave_no_rest_none_is_traced(fit_blocks):
    """25 batches of 32 are all 800 images."""
    traced = []

    class CountedDense(layers.Dense):
        def call(self, inputs, training=None):
            traced.extend([inputs.shape[0]] * (training is True))
            return super().call(inputs, training)

    def build():
        model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), CountedDense(10, "softmax")])
        traced.clear()
        return model

    fit_blocks("graph", build, batch_size=32, epochs=1)
    assert traced.count(32) == len(traced) > 0


@pytest.mark.parametrize("engine", ["xla", "graph"])
def test_same_seed_same_weights_bit_for_bit(fit_blocks, engine):
    tf.config.experimental.enable_op_determinism()
    first, second = (fit_blocks(engine, partial(mlp, dropout=0.3))[0].get_weights() for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("engine", ["xla", "graph"])
def test_bfloat16_trains_alike(fit_blocks, expected_of_keras, engine):
    with dtype_policy("mixed_bfloat16"):
        _, history = fit_blocks(engine)
    expected, _ = expected_of_keras()
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=0.05)


@pytest.mark.parametrize("engine", ["xla", "graph"])
def test_callbacks_count_steps(fit_blocks, engine):
    seen, steps = [], []
    count = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append((batch, set(logs))),
        on_epoch_end=lambda epoch, logs: steps.append(count.params["steps"]),
    )
    model, _ = fit_blocks(engine, callbacks=[count], epochs=1)
    assert [batch for batch, _ in seen] == [
        STEPS_PER_BLOCK - 1,
        2 * STEPS_PER_BLOCK - 1,
        3 * STEPS_PER_BLOCK - 1,
    ]
    assert all(names == {"loss", "accuracy"} for _, names in seen)
    assert steps == [N_STEPS]
    assert model.optimizer.iterations == N_STEPS


def test_a_callback_can_stop_within_an_epoch(fit_blocks):
    class StopAtOnce(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    model, history = fit_blocks("xla", callbacks=[StopAtOnce()])
    assert model.optimizer.iterations == STEPS_PER_BLOCK
    assert len(history["loss"]) == 1


def test_early_stopping_restores_the_best_weights(fit_blocks, validation_set):
    stopping = keras.callbacks.EarlyStopping(monitor="val_loss", patience=0, restore_best_weights=True)
    model, history = fit_blocks("xla", optimizer=keras.optimizers.SGD(0.5), epochs=50, callbacks=[stopping])
    assert len(history["loss"]) < 50
    inputs, labels = scale_pixels(validation_set.images), validation_set.labels
    assert model.evaluate(inputs, labels, verbose=0)[0] == pytest.approx(min(history["val_loss"]), rel=1e-5)


def test_a_schedule_advances_with_every_step(fit_blocks):
    """Steps 0 and 1 learn, all others do not: the epochs after the first change nothing."""
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([0], [0.1, 0.0])
    _, history = fit_blocks("xla", optimizer=keras.optimizers.SGD(schedule), epochs=3)
    _, expected = fit_blocks("keras", optimizer=keras.optimizers.SGD(schedule), epochs=3)
    np.testing.assert_allclose(history["val_loss"], expected["val_loss"], rtol=1e-5)
    assert history["val_loss"][0] == pytest.approx(history["val_loss"][2], rel=1e-6)


def test_a_set_of_fewer_images_than_a_batch_trains(fit_blocks, train_set):
    model = mlp()
    model.compile("sgd", "sparse_categorical_crossentropy", steps_per_execution=STEPS_PER_BLOCK)
    few = (train_set.images[:4], train_set.labels[:4])
    history = fit_in_blocks(model, few, 32, "xla", SEED, epochs=3, verbose=0).history
    assert model.optimizer.iterations == 3
    assert history["loss"][2] < history["loss"][0]


@pytest.mark.parametrize("engine", ["xla", "graph", "keras"])
def test_held_streamed_and_mapped_sets_give_the_same_weights(engine, train_set, tmp_path, monkeypatch):
    np.save(tmp_path / "images.npy", train_set.images)
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    weights = []
    for images, held_bytes in ((train_set.images, 2**28), (train_set.images, 0), (mapped, 0)):
        monkeypatch.setattr(samples, "MAX_HELD_BYTES", held_bytes)
        monkeypatch.setattr(samples, "MIN_UNMAPPED_BYTES", 0)
        keras.utils.set_random_seed(2)
        model = mlp()
        model.compile("sgd", "sparse_categorical_crossentropy", steps_per_execution=STEPS_PER_BLOCK)
        fit_in_blocks(model, (images, train_set.labels), BATCH_SIZE, engine, SEED, epochs=1, verbose=0)
        weights.append(model.get_weights()[0])
    np.testing.assert_array_equal(weights[0], weights[1])
    np.testing.assert_array_equal(weights[0], weights[2])
    np.testing.assert_array_equal(mapped, train_set.images)


class Opaque(layers.Layer):
    """Works in a graph, but XLA cannot see into it."""

    def call(self, inputs):
        return tf.ensure_shape(tf.numpy_function(lambda x: x, [inputs], tf.float32), inputs.shape)


def opaque():
    return keras.Sequential(
        [keras.Input((28, 28)), layers.Flatten(), Opaque(), layers.Dense(10, "softmax")], name="opaque"
    )


def with_max_pooling():
    convolution = [layers.Reshape((28, 28, 1)), layers.Conv2D(2, 3), layers.MaxPooling2D(4)]
    return keras.Sequential(
        [keras.Input((28, 28)), *convolution, layers.Flatten(), layers.Dense(10, "softmax")], name="pooling"
    )


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (opaque, "Detected unsupported operations when trying to compile graph"),
        (with_max_pooling, "GPU MaxPool gradient ops do not yet have a deterministic XLA implementation)"),
    ],
)
def test_a_network_that_xla_cannot_compile_runs_in_a_graph_and_that_is_told(
    fit_blocks, caplog, build, reason
):
    tf.config.experimental.enable_op_determinism()  # as a training does
    with caplog.at_level(logging.WARNING, logger="fashion_nets"):
        _, history = fit_blocks("xla", build, epochs=1)
    (told,) = caplog.messages
    assert told.startswith(f"Engine xla cannot compile {build().name}, so graph runs it ({reason}")
    assert history == fit_blocks("graph", build, epochs=1)[1]


class NotInLoops(layers.Layer):
    """Works in a graph, but not in a loop of one."""

    def call(self, inputs):
        if getattr(tf.compat.v1.get_default_graph(), "name", "").startswith("while"):
            raise NotImplementedError("not in loops")
        return inputs


def test_a_network_that_no_loop_takes_runs_as_keras_runs_it(fit_blocks, caplog):
    def build():
        return keras.Sequential(
            [keras.Input((28, 28)), layers.Flatten(), NotInLoops(), layers.Dense(10, "softmax")], name="alone"
        )

    with caplog.at_level(logging.WARNING, logger="fashion_nets"):
        _, history = fit_blocks("xla", build, epochs=1)
    assert caplog.messages == [
        "Engine xla cannot compile alone, so graph runs it (not in loops)",
        "Engine graph cannot compile alone, so keras runs it (not in loops)",
    ]
    assert history == fit_blocks("keras", build, epochs=1)[1]


@pytest.mark.parametrize("engine", ["xla", "keras"])
def test_the_network_is_an_ordinary_one_afterwards(fit_blocks, train_set, engine):
    model, history = fit_blocks(engine)
    inputs = scale_pixels(train_set.images)
    again = model.fit(inputs, train_set.labels, batch_size=BATCH_SIZE, verbose=0).history
    assert again["loss"][0] < history["loss"][-1]
    assert model.optimizer.iterations == 3 * N_STEPS
