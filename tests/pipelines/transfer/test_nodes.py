import logging

import numpy as np
import pandas as pd
import pytest
from tests.conftest import QUICK_FIT, title_of
from tests.networks.architectures.small import settings
from tests.parameters import stated
from tests.trials.store import Store

from fashion_nets.data.image_set import ImageSetError
from fashion_nets.errors import UserError
from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.pipelines.transfer.nodes import (
    BASE,
    TransferParams,
    check_classes,
    plan_transfer,
    plot_comparison,
    plot_learning_curves,
    summarize_ways,
)
from fashion_nets.trials.bases import prepare_base
from fashion_nets.trials.collecting import TrialTables

MLP = {
    "architecture": stated("mlp.architecture", hidden_units=[30, 20]),
    "optimizer": stated("mlp.optimizer", learning_rate=0.1),
    "training": stated("mlp.training", epochs=2, **QUICK_FIT),
}
VALUES = {
    "base": "mlp",
    "stored_base": None,
    "classes": ["Sandal", "Shirt"],
    "loss": None,
    "n_images": 20,
    "other_n_images": [8],
    "n_seeds": 2,
    "reused_layers": 2,
    "unfrozen_layers": 1,
    "epochs": 2,
    "min_images_per_epoch": 320,
    "frozen_epochs": 1,
    "unfrozen_rate_factor": 0.1,
    "cannot_tell": None,
    "reuse": True,
}
TRANSFER = TransferParams.model_validate(VALUES)


def params(**changes):
    return TransferParams.model_validate({**VALUES, **changes})


@pytest.fixture(scope="module")
def make(train_set, class_names):
    def make_plan(stored_base_network=None, mlp=MLP, cnn=None, **changes):
        networks = {"mlp": mlp, "cnn": cnn or {}}
        return plan_transfer(42, train_set, class_names, params(**changes), stored_base_network, **networks)

    return make_plan


def prepare(plan, sets):
    base, _ = prepare_base(BASE, plan, {}, {}, sets)
    return {BASE: base}


@pytest.fixture(scope="module")
def plan(make):
    return make()


@pytest.fixture(scope="module")
def trained(plan):
    """What is trained: of the smaller number of images one seed; another would do the same once more."""
    return plan._replace(
        trials=[trial for trial in plan.trials if trial.images.n_images == 20 or trial.seed == 42]
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory, trained, sets):
    """All of that is trained."""
    store = Store(tmp_path_factory.mktemp("transfer"), sets, prepare(trained, sets))
    assert len(store.train(trained)) == len(trained.trials) == 9
    return store


@pytest.fixture(scope="module")
def compared(trained, store):
    return summarize_ways(store.tables(trained), TRANSFER)


def test_the_base_knows_all_classes_but_those_of_the_task(store):
    base = store.bases[BASE]
    assert base.output_shape == (None, 8)
    assert base.name == "mlp"


def test_one_unit_may_tell_the_two_classes_apart(make, sets, tmp_path):
    plan = make(loss="binary_crossentropy", other_n_images=[])
    plan = plan._replace(trials=[trial for trial in plan.trials if trial.seed == 42])
    bases = prepare(plan, sets)
    assert bases[BASE].output_shape == (None, 8)
    store = Store(tmp_path, sets, bases)
    assert len(store.train(plan)) == 3
    trials = store.tables(plan).trials
    assert not trials["diverged"].any()
    assert trials["test_accuracy"].between(0.5, 1).all()  # chance is 0.5


def test_a_stored_network_is_the_base_with_a_warning(make, caplog):
    stored = build_mlp(MlpParams.model_validate(MLP["architecture"]), (28, 28), 10, "stored")
    assert make(stored, stored_base="mlp").bases == {BASE: "mlp"}
    (warning,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "it has seen Sandal and Shirt, so that the comparison flatters reuse" in warning.getMessage()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"classes": ("Sandal", "Sock")}, "no class 'Sock'; there are T-shirt/top, "),
        ({"reused_layers": 3}, "reused_layers must be at most 2, the hidden layers of mlp, got 3"),
        (
            {"other_n_images": (5000,)},
            "transfer, 5,000 labelled images of Sandal and Shirt: cannot draw 5,000 .* Change n_images or",
        ),
        (
            {"classes": ("Sandal", "Shirt", "Bag"), "loss": "binary_crossentropy"},
            "binary_crossentropy tells two classes apart, and there are 3",
        ),
        ({"mlp": {**MLP, "training": {"epochs": 0}}}, "mlp.training: .*'epochs' should be greater than 0"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_trained(make, changes, message, caplog):
    caplog.set_level(logging.INFO, logger="fashion_nets")
    with pytest.raises(UserError, match=message):
        make(**changes)
    assert not caplog.records  # a training logs its epochs


def test_a_task_that_leaves_too_few_classes_to_the_base_is_refused(class_names):
    with pytest.raises(UserError, match="the base needs 2 other classes or more, and of 10 .* task takes 9"):
        check_classes(params(classes=class_names[1:]), class_names)
    check_classes(params(classes=class_names[1:], stored_base="mlp"), class_names)


def test_a_stored_network_for_other_images_is_refused(make):
    other = build_mlp(MlpParams.model_validate(MLP["architecture"]), (32, 32), 10, "other")
    with pytest.raises(
        UserError, match=r"'other' takes inputs of shape \(32, 32\), but the images have \(28, 28\)"
    ):
        make(other, stored_base="other")


def test_a_network_with_branches_is_refused_before_anything_is_trained(make):
    with pytest.raises(
        UserError, match="cnn cannot be reused: its layers branch.*cnn.architecture.name=lecture"
    ):
        make(base="cnn", cnn=settings()["resnet18"])


def test_each_way_is_trained_with_each_number_of_images_and_each_seed(plan, compared):
    assert [trial.key for trial in plan.trials] == [
        f"{n_images}_images/{way}/seed_{seed}"
        for n_images in (8, 20)
        for way in ("scratch", "frozen", "unfrozen")
        for seed in (42, 43)
    ]
    results, *_ = compared
    trials = results[["n_images", "way", "seed"]]
    assert len(trials.drop_duplicates()) == len(trials) == 3 + 3 * 2
    accuracies = results[["val_accuracy", "test_accuracy"]].to_numpy()
    assert ((accuracies >= 0) & (accuracies <= 1)).all()
    assert accuracies.mean() > 0.6  # chance is 0.5


def test_the_epochs_of_the_chosen_number_of_images_are_kept(compared):
    _, history, *_ = compared
    assert set(history["n_images"]) == {20}
    epochs = history.groupby(["way", "seed"])["epoch"].apply(list)
    assert len(epochs) == 6
    assert all(each == [1, 2] for each in epochs)


def test_a_second_run_trains_nothing_and_further_images_train_the_rest(make, trained, store):
    assert store.train(trained) == []
    assert store.missing(make(other_n_images=[12])) == [
        f"12_images/{way}/seed_{seed}" for way in ("scratch", "frozen", "unfrozen") for seed in (42, 43)
    ]


def test_another_base_trains_all_again_that_reuse_its_weights_and_says_so(make, trained, store, sets, caplog):
    caplog.set_level(logging.INFO, logger="fashion_nets")
    other = prepare(make(mlp={**MLP, "training": {**MLP["training"], "epochs": 1}}), sets)
    assert store.missing(trained, other) == [
        f"{n_images}_images/{way}/seed_{seed}"
        for n_images, seeds in ((8, [42]), (20, [42, 43]))
        for way in ("frozen", "unfrozen")
        for seed in seeds
    ]
    assert "transfer: 8 images, frozen, seed 42 is trained again, as base.weights changed" in caplog.messages


def test_too_many_images_are_an_error_of_the_image_set(make):
    with pytest.raises(ImageSetError):
        make(n_images=100_000)


def tables(accuracies, n_images=20, **columns):
    """What trials gave, as far as ways are compared by it."""
    rows = [
        {
            **columns,
            "n_images": n_images,
            "way": way,
            "seed": seed,
            "val_accuracy": 0.5,
            "test_accuracy": value,
            "training_seconds": 1.0,
        }
        for way, values in accuracies.items()
        for seed, value in enumerate(values)
    ]
    histories = pd.DataFrame({"n_images": [n_images], "epoch": [1]})
    return TrialTables(pd.DataFrame(rows), histories, {})


def test_gains_are_those_over_the_same_images_from_scratch():
    accuracies = {"scratch": (0.90, 0.80), "frozen": (0.95, 0.87), "unfrozen": (0.94, 0.90)}
    _, _, table, metrics = summarize_ways(tables(accuracies), TRANSFER)
    assert table["way"].tolist() == ["scratch", "frozen", "unfrozen"]
    assert table["test_gain_mean"].tolist() == pytest.approx([0, 0.06, 0.07])
    assert table["test_gain_std"].tolist() == pytest.approx([0, 0.02 / 2**0.5, 0.06 / 2**0.5])
    assert metrics["frozen_test_accuracy_mean"] == pytest.approx(0.91)
    assert metrics["scratch_test_accuracy_std"] == pytest.approx(0.1 / 2**0.5)
    assert metrics["unfrozen_test_gain_mean"] == pytest.approx(0.07)


def test_a_way_that_diverged_is_left_out_of_the_metrics():
    accuracies = {"scratch": (0.9, 0.8), "frozen": (np.nan, np.nan), "unfrozen": (np.nan, 0.9)}
    _, _, table, metrics = summarize_ways(tables(accuracies), TRANSFER)
    assert table["test_accuracy_mean"].isna().tolist() == [False, True, False]
    assert not any(name.startswith("frozen") for name in metrics)
    assert metrics["unfrozen_test_gain_mean"] == pytest.approx(0.1)


def test_figures_say_whether_the_base_may_have_seen_the_classes(compared, test_set, class_names):
    results, history, *_ = compared
    trained = title_of(plot_comparison(results, TRANSFER, test_set, class_names))
    stored = title_of(plot_comparison(results, params(stored_base="cnn"), test_set, class_names))
    assert "MLP trained without these classes" in trained
    assert "stored CNN, which may have seen these classes" in stored
    doubtful = params(cannot_tell="that is little")
    title = title_of(plot_comparison(results, doubtful, test_set, class_names))
    assert title.endswith("partly unfrozen; this run cannot tell which is better, as that is little")
    assert "2 trainings each way" in title_of(plot_learning_curves(history, TRANSFER))


def test_all_numbers_of_images_are_compared_in_order_and_once():
    assert params(n_images=50, other_n_images=[200, 50, 10]).numbers_of_images == (10, 50, 200)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"classes": ["Shirt", "Shirt"]}, "'classes' must differ from each other, got Shirt, Shirt"),
        ({"classes": ["Shirt"]}, "'classes' .*at least 2 items"),
        ({"unfrozen_layers": 3}, "'unfrozen_layers' must be at most 'reused_layers', 2, got 3"),
        ({"frozen_epochs": 2}, "'frozen_epochs' must be fewer than 'epochs', 2, got 2"),
        ({"n_seeds": 1}, "'n_seeds' should be greater than or equal to 2, got 1"),
        (
            {"base": "linear_autoencoder"},
            "'base': there is no classifier 'linear_autoencoder'; there are cnn, mlp",
        ),
        ({"unfrozen_rate_factor": 1.5}, "'unfrozen_rate_factor' should be less than or equal to 1, got 1.5"),
    ],
)
def test_what_cannot_be_is_refused(changes, message):
    with pytest.raises(UserError, match=message):
        params(**changes)
