import logging

import mlflow
import pandas as pd
import pytest
from tests.conftest import QUICK_FIT

from fashion_nets.data.image_set import ImageSetError
from fashion_nets.errors import UserError
from fashion_nets.networks.architectures.resnet import ResNetParams
from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.pipelines.transfer.nodes import (
    compare_ways,
    plot_comparison,
    plot_learning_curves,
    prepare_base,
    summarize_ways,
)
from fashion_nets.training.fit import ClassifierTrainingParams
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.recipe import Recipe
from fashion_nets.training.transfer import TransferParams

CLASSIFIER = Recipe(
    "mlp",
    MlpParams(hidden_units=(30, 20), activation="relu", dropout=0.0),
    OptimizerParams(name="SGD", learning_rate=0.1),
    ClassifierTrainingParams(loss="sparse_categorical_crossentropy", epochs=2, **QUICK_FIT),
)
TRANSFER = TransferParams(
    base="mlp",
    stored_base=None,
    classes=("Sandal", "Shirt"),
    n_images=20,
    other_n_images=(8,),
    n_seeds=2,
    reused_layers=2,
    unfrozen_layers=1,
    epochs=2,
    min_images_per_epoch=40,
    frozen_epochs=1,
    unfrozen_rate_factor=0.1,
)


@pytest.fixture
def prepare(train_set, validation_set, class_names):
    def prepare_quickly(stored_networks=None, **changes):
        transfer = TRANSFER.model_copy(update=changes)
        return prepare_base(
            42, train_set, validation_set, class_names, CLASSIFIER, transfer, stored_networks or {}
        )

    return prepare_quickly


@pytest.fixture(scope="module")
def compared(train_set, validation_set, test_set, class_names):
    base = prepare_base(42, train_set, validation_set, class_names, CLASSIFIER, TRANSFER, {})
    return compare_ways(42, train_set, validation_set, test_set, class_names, base, CLASSIFIER, TRANSFER)


def test_the_base_knows_all_classes_but_those_of_the_task(prepare):
    base = prepare()
    assert base.output_shape == (None, 8)
    assert base.name == "mlp"


def test_epochs_of_the_base_are_tracked_under_its_own_name(prepare):
    with mlflow.start_run(experiment_id="0") as active:
        prepare()
    metrics = mlflow.get_run(active.info.run_id).data.metrics
    assert "transfer_base/val_accuracy" in metrics
    assert not any(name.startswith("mlp/") for name in metrics)


def test_a_stored_network_is_taken_as_it_is_with_a_warning(prepare, caplog):
    stored = build_mlp(CLASSIFIER.architecture, (28, 28), 10, "stored")
    assert prepare({"mlp": lambda: stored}, stored_base="mlp") is stored
    (warning,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "it has seen Sandal and Shirt, so that the comparison flatters reuse" in warning.getMessage()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stored_base": "vgg"}, "no network 'vgg' is stored; there are none"),
        ({"classes": ("Sandal", "Sock")}, "no class 'Sock'; there are T-shirt/top, "),
        ({"reused_layers": 3}, "reused_layers must be at most 2, the hidden layers of mlp, got 3"),
        ({"other_n_images": (5000,)}, "asks for 5,000 labelled images of Sandal and Shirt, but .* has 1"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_trained(prepare, changes, message, caplog):
    caplog.set_level(logging.INFO, logger="fashion_nets")
    with pytest.raises(UserError, match=message):
        prepare(**changes)
    assert not caplog.records  # a training logs its epochs


def test_a_stored_network_for_other_images_is_refused(prepare):
    other = build_mlp(CLASSIFIER.architecture, (32, 32), 10, "other")
    with pytest.raises(
        UserError, match=r"'other' takes inputs of shape \(32, 32\), but the images have \(28, 28\)"
    ):
        prepare({"other": lambda: other}, stored_base="other")


def test_a_network_with_branches_is_refused_before_anything_is_trained(
    train_set, validation_set, class_names, caplog
):
    caplog.set_level(logging.INFO, logger="fashion_nets")
    architecture = ResNetParams(name="resnet18", width=0.05, skip_connections=True)
    classifier = CLASSIFIER._replace(network="cnn", architecture=architecture)
    with pytest.raises(
        UserError, match="cnn cannot be reused: its layers branch.*cnn.architecture.name=lecture"
    ):
        prepare_base(42, train_set, validation_set, class_names, classifier, TRANSFER, {})
    assert not caplog.records


def test_each_way_is_trained_with_each_number_of_images_and_each_seed(compared):
    results, _ = compared
    trials = results[["n_images", "way", "seed"]]
    assert len(trials.drop_duplicates()) == len(trials) == 2 * 3 * 2
    assert set(trials["n_images"]) == {8, 20}
    assert set(trials["seed"]) == {42, 43}
    accuracies = results[["val_accuracy", "test_accuracy"]].to_numpy()
    assert ((accuracies >= 0) & (accuracies <= 1)).all()
    assert accuracies.mean() > 0.6  # chance is 0.5


def test_the_epochs_of_the_chosen_number_of_images_are_kept(compared):
    _, history = compared
    assert set(history["n_images"]) == {20}
    epochs = history.groupby(["way", "seed"])["epoch"].apply(list)
    assert len(epochs) == 6
    assert all(each == [1, 2] for each in epochs)


def test_too_many_images_are_an_error_of_the_image_set(prepare):
    with pytest.raises(ImageSetError):
        prepare(n_images=100_000)


def test_gains_are_those_over_the_same_images_from_scratch():
    accuracies = {"scratch": (0.90, 0.80), "frozen": (0.95, 0.87), "unfrozen": (0.94, 0.90)}
    results = pd.DataFrame(
        [
            {
                "n_images": 20,
                "way": way,
                "seed": seed,
                "val_accuracy": 0.5,
                "test_accuracy": value,
                "seconds": 1.0,
            }
            for way, values in accuracies.items()
            for seed, value in enumerate(values)
        ]
    )
    table, metrics = summarize_ways(results, TRANSFER)
    assert table["way"].tolist() == ["scratch", "frozen", "unfrozen"]
    assert table["test_gain_mean"].tolist() == pytest.approx([0, 0.06, 0.07])
    assert table["test_gain_std"].tolist() == pytest.approx([0, 0.02 / 2**0.5, 0.06 / 2**0.5])
    assert metrics["frozen_test_accuracy_mean"] == pytest.approx(0.91)
    assert metrics["scratch_test_accuracy_std"] == pytest.approx(0.1 / 2**0.5)


def test_figures_say_whether_the_base_may_have_seen_the_classes(compared):
    results, history = compared
    trained = plot_comparison(results, TRANSFER).get_suptitle()
    stored = plot_comparison(results, TRANSFER.model_copy(update={"stored_base": "cnn"})).get_suptitle()
    assert "MLP trained without these classes" in trained.replace("\n", " ")
    assert "stored CNN, which may have seen these classes" in stored.replace("\n", " ")
    assert "2 trainings each way" in plot_learning_curves(history, TRANSFER).get_suptitle()
