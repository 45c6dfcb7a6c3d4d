import keras
import numpy as np
import pytest
from keras import layers

from fashion_nets.training.layer_statistics import LayerStatistics, find_hidden_layers

IMAGES = np.array([[[1.0, 2.0]], [[3.0, 1.0]]], dtype="float32")  # two images of 1 x 2 pixels
TARGETS = np.array([[4.0], [8.0]], dtype="float32")


def _measure(model, images=IMAGES, targets=TARGETS):
    statistics = LayerStatistics(images, targets)
    statistics.set_model(model)
    statistics.on_train_begin()
    return statistics.table()


def _two_layers(penalty=None):
    """Two relu units, then a sum: 3 and 0 for the first image, 4 and 0 for the second; 6 and 8 come out."""
    model = keras.Sequential([keras.Input((1, 2)), layers.Flatten()])
    model.add(layers.Dense(2, activation="relu", kernel_regularizer=penalty, name="hidden_1"))
    model.add(layers.Dense(1, name="output"))
    model.layers[1].kernel.assign([[1.0, -1.0], [1.0, 0.0]])
    model.layers[2].kernel.assign([[2.0], [5.0]])
    model.compile("sgd", "mse")
    return model


def test_a_network_of_two_layers_by_hand():
    """The second image has no error. The first has (6 - 4)**2, so its error signal is 4 at the output and 8
    at the first unit, while the second one is off. Times the pixels 1 and 2, over two images: 4 and 8."""
    table = _measure(_two_layers())
    assert table.to_dict("records") == [
        {
            "epoch": 0,
            "layer": "hidden_1",
            "depth": 1,
            "mean_gradient": (4 + 8 + 0 + 0) / 4,
            "mean_activation": (3 + 4 + 0 + 0) / 4,
            "activation_deviation": (0.5 + 0) / 2,
            "dead_units": 0.5,
        }
    ]


def test_a_penalty_adds_nothing_to_the_gradient():
    model = _two_layers(penalty="l2")
    assert len(model.losses) == 1
    assert _measure(model)["mean_gradient"].item() == 3


def test_a_frozen_layer_is_measured_too():
    model = _two_layers()
    model.layers[1].trainable = False
    assert _measure(model)["mean_gradient"].item() == 3


@pytest.mark.parametrize("activation", [layers.Activation("relu"), layers.ReLU()])
def test_an_activation_layer_behind_a_batch_normalization_counts(activation):
    """Batch normalization turns any two values into -1 and 1, relu these into 0 and 1."""
    model = keras.Sequential([keras.Input((1, 2)), layers.Flatten(), layers.BatchNormalization()])
    model.add(layers.Dense(2, use_bias=False, name="hidden_1"))
    model.add(layers.BatchNormalization(epsilon=0))
    model.add(activation)
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(1, name="output"))
    model.layers[2].kernel.assign([[1.0, -1.0], [1.0, 0.0]])
    model.compile("sgd", "mse")
    row = _measure(model).iloc[0]
    assert row["layer"] == "hidden_1"
    assert row["mean_activation"] == pytest.approx(0.5, rel=1e-4)
    assert row["activation_deviation"] == pytest.approx(0.5, rel=1e-4)
    assert row["dead_units"] == 0


def test_units_before_a_batch_normalization_can_be_dead():
    """Batch normalization moves what a dead unit gives away from 0; the unit stays dead."""
    model = keras.Sequential([keras.Input((1, 2)), layers.Flatten(), layers.Dense(4, activation="relu")])
    model.add(layers.BatchNormalization(beta_initializer="ones"))
    model.add(layers.Dense(1))
    model.layers[1].kernel.assign(-np.ones((2, 4)))
    model.compile("sgd", "mse")
    assert _measure(model)["dead_units"].item() == 1


def test_the_units_of_a_convolution_are_its_filters():
    """The first filter copies the image, the second gives -1 everywhere, the third -1 plus the left pixel."""
    model = keras.Sequential([keras.Input((1, 2)), layers.Reshape((1, 2, 1))])
    model.add(layers.Conv2D(3, 1, activation="relu", name="convolution"))
    model.add(layers.Flatten())
    model.add(layers.Dense(1))
    model.layers[1].kernel.assign(np.array([1.0, 0.0, 1.0]).reshape(1, 1, 1, 3))
    model.layers[1].bias.assign([0.0, -1.0, -1.0])
    model.compile("sgd", "mse")
    row = _measure(model).iloc[0]
    assert row["dead_units"] == pytest.approx(1 / 3)
    assert row["mean_activation"] == pytest.approx((1 + 2 + 3 + 1 + 0 + 1 + 2 + 0) / 12)


def test_a_network_without_hidden_layers_has_an_empty_table():
    model = keras.Sequential([keras.Input((1, 2)), layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    table = _measure(model)
    assert table.empty
    assert "mean_gradient" in table


def test_the_output_layer_is_not_hidden():
    model = keras.Sequential([keras.Input((1, 2)), layers.Flatten()])
    model.add(layers.Dense(2, name="hidden_1"))
    model.add(layers.LeakyReLU(name="leaky"))
    model.add(layers.Dense(2, name="output"))
    model.add(layers.Activation("softmax"))
    assert [(layer.weights.name, layer.activation.name) for layer in find_hidden_layers(model)] == [
        ("hidden_1", "leaky")
    ]


def _deep_sigmoid():
    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()], name="deep")
    for number in range(1, 9):
        plain = keras.initializers.RandomNormal(stddev=0.05, seed=number)
        model.add(layers.Dense(30, activation="sigmoid", kernel_initializer=plain, name=f"hidden_{number}"))
    model.add(layers.Dense(10, activation="softmax"))
    return model


def _with_dropout_and_batch_normalization():
    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dropout(0.2)], name="noisy")
    for number in (1, 2):
        model.add(layers.Dense(16, use_bias=False, name=f"hidden_{number}"))
        model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))
        model.add(layers.Dropout(0.3))
    model.add(layers.Dense(10, activation="softmax", dtype="float32"))
    return model


def _convolutional():
    model = keras.Sequential([keras.Input((28, 28)), layers.Reshape((28, 28, 1))], name="small_cnn")
    model.add(layers.Conv2D(4, 5, strides=3, name="convolution_1"))
    model.add(layers.PReLU(shared_axes=(1, 2)))
    model.add(layers.Flatten())
    model.add(layers.AlphaDropout(0.2))
    model.add(layers.Dense(10, activation="softmax"))
    return model


@pytest.mark.parametrize(
    ("build", "changes"),
    [
        (_with_dropout_and_batch_normalization, {"engine": "graph"}),
        (_with_dropout_and_batch_normalization, {"engine": "xla"}),
        (_with_dropout_and_batch_normalization, {"engine": "keras"}),
        (_with_dropout_and_batch_normalization, {"precision": "mixed_bfloat16"}),
        (_convolutional, {"engine": "graph"}),
    ],
)
def test_measuring_leaves_the_training_as_it_is_bit_for_bit(fit, train_set, build, changes):
    statistics = LayerStatistics(train_set.images[:100], train_set.labels[:100])
    measured, measured_history = fit(build, [statistics], **changes)
    plain, plain_history = fit(build, **changes)
    for with_it, without in zip(measured.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(with_it, without)
    results = ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert measured_history[results].equals(plain_history[results])
    assert list(statistics.table()["epoch"].unique()) == [0, 1, 2]
    assert np.isfinite(statistics.table().drop(columns="layer")).all(axis=None)


def test_each_epoch_is_measured_with_its_weights(fit, train_set):
    batch = train_set.images[:100], train_set.labels[:100]
    statistics = LayerStatistics(*batch)
    model, _ = fit(_deep_sigmoid, [statistics])
    table = statistics.table().set_index("epoch")
    assert table.loc[2].reset_index(drop=True).equals(_measure(model, *batch).drop(columns="epoch"))
    assert not table.loc[1].equals(table.loc[2])


def test_gradients_vanish_through_sigmoids(fit, train_set):
    """Each layer passes on at most a quarter of the error, times weights that are small."""
    statistics = LayerStatistics(train_set.images[:100], train_set.labels[:100])
    fit(_deep_sigmoid, [statistics], epochs=1)
    of_hidden_to_hidden = statistics.table().query("epoch == 0 and depth > 1")["mean_gradient"]
    assert (of_hidden_to_hidden.to_numpy()[:-1] < of_hidden_to_hidden.to_numpy()[1:] / 4).all()
