import keras
import numpy as np
import pytest
from tests.conftest import QUICK_FIT
from tests.parameters import read_params

from fashion_nets.data.image_set import LabelledImages, scale_pixels
from fashion_nets.errors import UserError
from fashion_nets.inspection.prediction import accuracy_of, class_probabilities
from fashion_nets.networks.architectures.lenet5 import LeNet5Params, build_lenet5
from fashion_nets.networks.head import add_head
from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.networks.reuse import reuse_layers
from fashion_nets.training.fit import make_targets
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import ClassifierTrainingParams
from fashion_nets.training.precision import dtype_policy
from fashion_nets.training.recipe import Recipe

MLP = read_params(MlpParams, hidden_units=(), dropout=0.0)
KERNEL = np.arange(12, dtype="float32").reshape(4, 3)[:, :2] / 10  # of two logits
IMAGES = np.random.default_rng(0).integers(0, 256, (5, 2, 2), dtype=np.uint8)
INTENSITIES = scale_pixels(IMAGES)


def recipe(loss, **training):
    groups = {**QUICK_FIT, "loss": loss, "epochs": 2, **training}
    return Recipe(
        "mlp",
        read_params(MlpParams, hidden_units=(16,), dropout=0.0),
        read_params(OptimizerParams, name="SGD", learning_rate=0.1),
        read_params(ClassifierTrainingParams, **groups),
    )


@pytest.fixture(scope="module")
def two_classes(train_set):
    """Sandals and shirts, labels 0 and 1."""
    chosen = np.isin(train_set.labels, [5, 6])
    return LabelledImages(train_set.images[chosen], (train_set.labels[chosen] == 6).astype(np.uint8))


@pytest.fixture
def pair():
    """One unit, and two whose logits differ by that of the one: the same function."""
    one, two = build_mlp(MLP, (2, 2), 1, "one"), build_mlp(MLP, (2, 2), 2, "two")
    two.set_weights([KERNEL, np.array([0.1, -0.2], "float32")])
    one.set_weights([KERNEL[:, 1:] - KERNEL[:, :1], np.array([-0.3], "float32")])
    return one, two


def test_one_unit_is_a_sigmoid_and_several_a_softmax():
    x = keras.Input((3,))
    for n_outputs, activation in ((1, "sigmoid"), (2, "softmax"), (10, "softmax")):
        model = keras.Model(x, add_head(x, n_outputs))
        assert model.get_layer("probabilities").activation.__name__ == activation
        assert model.output_shape == (None, n_outputs)


def test_dropout_stands_before_the_head_under_its_name():
    x = keras.Input((3,))
    model = keras.Model(x, add_head(x, 4, dropout=0.5, name="auxiliary"))
    assert [layer.name for layer in model.layers[1:]] == ["auxiliary_dropout", "auxiliary"]


def test_the_head_stays_float32_in_mixed_precision():
    with dtype_policy("mixed_bfloat16"):
        model = build_mlp(MLP, (2, 2), 1, "mlp")
    assert model.get_layer("probabilities").compute_dtype == "float32"


def test_one_unit_is_the_function_of_two_logits(pair):
    one, two = pair
    expected = class_probabilities(two, IMAGES)
    assert expected.shape == (5, 2)
    np.testing.assert_allclose(class_probabilities(one, IMAGES), expected, rtol=1e-5)
    np.testing.assert_allclose(one.predict(INTENSITIES, verbose=0), expected[:, 1:], rtol=1e-5)


def test_their_losses_and_accuracies_are_the_same(pair):
    labels = np.array([0, 1, 1, 0, 1])
    measured = []
    for model, loss in zip(pair, ("binary_crossentropy", "sparse_categorical_crossentropy"), strict=True):
        model.compile(loss=loss, metrics=["accuracy"])
        measured.append(model.evaluate(INTENSITIES, make_targets(labels, 2, loss), verbose=0))
        assert accuracy_of(model, LabelledImages(IMAGES, labels)) == pytest.approx(measured[-1][1])
    assert measured[0] == pytest.approx(measured[1], rel=1e-5)


def test_at_one_learning_rate_two_logits_part_twice_as_fast_as_one(pair):
    """Each of the two moves by as much as the one, and away from the other."""
    labels = np.array([0, 1, 1, 0, 1])
    moved = []
    for model, loss in zip(pair, ("binary_crossentropy", "sparse_categorical_crossentropy"), strict=True):
        before = model.layers[-1].kernel.numpy()
        model.compile(keras.optimizers.SGD(0.1), loss)
        model.train_on_batch(INTENSITIES, make_targets(labels, 2, loss))
        moved.append(model.layers[-1].kernel.numpy() - before)
    np.testing.assert_allclose(moved[1][:, 1] - moved[1][:, 0], 2 * moved[0][:, 0], rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        ("sparse_categorical_crossentropy", [1, 0]),
        ("categorical_crossentropy", [[0.0, 1.0], [1.0, 0.0]]),
        ("binary_crossentropy", [[1.0], [0.0]]),
    ],
)
def test_targets_are_as_the_loss_takes_them(loss, targets):
    assert make_targets(np.array([1, 0], np.uint8), 2, loss).tolist() == targets


def test_two_classes_are_learned_by_one_unit(two_classes):
    model, history = recipe("binary_crossentropy", epochs=5).fit(two_classes, two_classes, 2, 42)
    assert model.output_shape == (None, 1)
    assert history["val_accuracy"].iloc[-1] > 0.95
    assert accuracy_of(model, two_classes) == pytest.approx(history["val_accuracy"].iloc[-1])


@pytest.mark.slow  # a training of 60 epochs
def test_smoothed_labels_change_the_training_of_one_unit_and_not_its_validation(two_classes):
    """Half of the smoothed part goes to either class: 0.05 and 0.95 for 0 and 1."""
    smooth = recipe("binary_crossentropy", label_smoothing=0.1, epochs=60)
    _, history = smooth.fit(two_classes, two_classes, 2, 42)
    least = -(0.05 * np.log(0.05) + 0.95 * np.log(0.95))
    assert history["loss"].iloc[-1] > least
    assert history["val_loss"].iloc[-1] < history["loss"].iloc[-1]


def test_more_classes_than_two_are_refused_before_the_training(train_set):
    with pytest.raises(
        UserError,
        match="training.loss: binary_crossentropy tells two classes apart, and there are 10",
    ):
        recipe("binary_crossentropy").fit(train_set, train_set, 10, 42)


def test_codes_of_classes_need_an_output_for_each():
    params = LeNet5Params(name="lenet5", activation="tanh", output="rbf")
    with pytest.raises(UserError, match="cannot end in the one unit .* Choose architecture.output=softmax"):
        build_lenet5(params, (28, 28), 1, "cnn")


def test_reused_layers_end_in_one_unit_too():
    base = build_mlp(read_params(MlpParams, hidden_units=(3,), dropout=0.0), (2, 2), 8, "base")
    model = reuse_layers(base, 1, 1, "reused")
    assert model.output_shape == (None, 1)
    assert model.get_layer("probabilities").activation is keras.activations.sigmoid
    np.testing.assert_array_equal(model.get_layer("hidden_1").kernel, base.get_layer("hidden_1").kernel)
