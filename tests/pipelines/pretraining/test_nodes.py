import logging

import pandas as pd
import pytest
from tests.conftest import QUICK_FIT
from tests.parameters import stated
from tests.pipelines.transfer.test_nodes import tables
from tests.trials.store import Store

from fashion_nets.data.image_set import ImageSetError
from fashion_nets.errors import UserError
from fashion_nets.pipelines.pretraining.nodes import (
    AUTOENCODERS,
    PretrainingParams,
    base_of,
    plan_pretraining,
    summarize_ways,
)
from fashion_nets.trials.bases import prepare_base
from fashion_nets.trials.collecting import TrialTables

GROUPS = {
    "optimizer": stated("stacked_autoencoder.optimizer"),
    "training": stated("stacked_autoencoder.training", epochs=2, **QUICK_FIT),
}
STACKED = {
    "architecture": stated("stacked_autoencoder.architecture", hidden_units=[30], codings_size=10),
    **GROUPS,
}
CONVOLUTIONAL = {
    "architecture": stated("convolutional_autoencoder.architecture", filters=[2, 4]),
    **GROUPS,
}
VALUES = {
    "numbers_of_images": [100],
    "n_seeds": 2,
    "min_images_per_epoch": 200,
    "frozen_epochs": 2,
    "fine_tuned_rate_factor": 0.1,
    "optimizer": stated("mlp.optimizer", name="Adam"),
    "training": stated("mlp.training", epochs=4, **QUICK_FIT),
    "reuse": True,
}
STOP = {"monitor": "val_loss", "patience": 1, "restore_best_weights": True}


def params(**changes):
    return PretrainingParams.model_validate({**VALUES, **changes})


@pytest.fixture(scope="module")
def make(train_set, class_names):
    def make_plan(stacked=STACKED, **changes):
        autoencoders = {"stacked_autoencoder": stacked, "convolutional_autoencoder": CONVOLUTIONAL}
        return plan_pretraining(42, train_set, class_names, params(**changes), **autoencoders)

    return make_plan


@pytest.fixture(scope="module")
def plan(make):
    return make()


@pytest.fixture(scope="module")
def one_seed(plan):
    """What is trained: each way on each encoder; another seed would do the same once more."""
    return plan._replace(trials=[trial for trial in plan.trials if trial.seed == 42])


def prepare(plan, sets, *names):
    return {name: prepare_base(name, plan, {}, {}, sets)[0] for name in names or plan.bases}


@pytest.fixture(scope="module")
def store(tmp_path_factory, one_seed, sets):
    """All is trained, the second half after an interruption."""
    store = Store(tmp_path_factory.mktemp("pretraining"), sets, prepare(one_seed, sets))
    assert len(store.train(one_seed, n_trials=3)) == 3
    assert len(store.train(one_seed)) == 3
    return store


def test_labels_play_no_part_in_the_pretraining(plan, sets, store):
    name = base_of("stacked_autoencoder")
    shifted = sets._replace(train=sets.train._replace(labels=(sets.train.labels + 1) % 10))
    autoencoder, other = store.bases[name], prepare(plan, shifted, name)[name]
    assert [w.tobytes() for w in autoencoder.get_weights()] == [w.tobytes() for w in other.get_weights()]


@pytest.mark.parametrize(
    ("numbers_of_images", "message"),
    [
        ((20, 105), "pretraining.numbers_of_images: cannot draw 105 images: .* so a multiple of 10"),
        ((20, 5000), "pretraining.numbers_of_images: cannot draw 5,000 images: expected 500 of each class"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_trained(numbers_of_images, message, make, caplog):
    caplog.set_level(logging.INFO, logger="fashion_nets")
    with pytest.raises(ImageSetError, match=message):
        make(numbers_of_images=numbers_of_images)
    assert not caplog.records  # a training logs its epochs


def test_a_wrong_autoencoder_is_refused_before_anything_is_trained(make):
    with pytest.raises(UserError, match="stacked_autoencoder.training: .*'epochs' should be greater than 0"):
        make(stacked={**STACKED, "training": {**STACKED["training"], "epochs": 0}})


def test_autoencoders_are_the_bases_and_all_validation_images_are_measured_on(plan):
    assert list(plan.bases) == [
        "pretraining_stacked_autoencoder",
        "pretraining_convolutional_autoencoder",
    ]
    assert {trial.images.n_watched for trial in plan.trials} == {500}
    assert {trial.recipe.network for trial in plan.trials} == {"pretraining"}


def test_each_way_is_trained_on_each_encoder_with_each_number_of_images_and_seed(plan, one_seed, store):
    assert [trial.key for trial in plan.trials] == [
        f"{autoencoder}/100_images/{way}/seed_{seed}"
        for autoencoder in AUTOENCODERS
        for way in ("scratch", "frozen", "fine_tuned")
        for seed in (42, 43)
    ]
    results, *_ = summarize_ways(store.tables(one_seed))
    assert len(results[["autoencoder", "n_images", "way"]].drop_duplicates()) == len(results) == 2 * 3
    scratch = results[results["way"] == "scratch"].groupby("autoencoder")[["val_accuracy", "test_accuracy"]]
    assert (scratch.mean() > 0.4).all(axis=None)  # chance is 0.1; encoders this little trained may stay there


def test_a_second_run_trains_nothing_and_another_encoder_its_own_trials(
    make, plan, one_seed, store, sets, caplog
):
    caplog.set_level(logging.INFO, logger="fashion_nets")
    assert store.train(one_seed) == []
    assert store.missing(plan) == [trial.key for trial in plan.trials if trial.seed == 43]
    shorter = make(stacked={**STACKED, "training": {**STACKED["training"], "epochs": 1}})
    bases = {**store.bases, **prepare(shorter, sets, base_of("stacked_autoencoder"))}
    assert store.missing(one_seed, bases) == [
        f"stacked_autoencoder/100_images/{way}/seed_42" for way in ("frozen", "fine_tuned")
    ]
    assert (
        "pretraining: stacked_autoencoder, 100 images, frozen, seed 42 is trained again, as base.weights "
        "changed" in caplog.messages
    )


def test_gains_are_those_over_the_same_images_and_encoder_from_scratch():
    stacked = {"scratch": (0.6, 0.5), "frozen": (0.65, 0.57), "fine_tuned": (0.64, 0.6)}
    convolutional = {"scratch": (0.7, 0.6), "frozen": (0.6, 0.6), "fine_tuned": (0.8, 0.7)}
    parts = [
        tables(stacked, 100, autoencoder="stacked_autoencoder"),
        tables(convolutional, 100, autoencoder="convolutional_autoencoder"),
    ]
    both = TrialTables(pd.concat([part.trials for part in parts]), pd.DataFrame(), {})
    _, table, metrics = summarize_ways(both)
    assert table["way"].tolist() == ["scratch", "frozen", "fine_tuned"] * 2
    assert table["test_accuracy_mean"].tolist() == pytest.approx([0.55, 0.61, 0.62, 0.65, 0.6, 0.75])
    assert table["test_gain_mean"].tolist() == pytest.approx([0, 0.06, 0.07, 0, -0.05, 0.1])
    assert table["test_gain_std"].tolist() == pytest.approx(
        [0, 0.02 / 2**0.5, 0.06 / 2**0.5, 0, 0.1 / 2**0.5, 0], abs=1e-12
    )
    assert len(metrics) == 2 * (3 * 2 + 2 * 2)
    assert metrics["stacked_autoencoder_100_images_frozen_test_gain_mean"] == pytest.approx(0.06)
    assert metrics["convolutional_autoencoder_100_images_scratch_test_accuracy_std"] == pytest.approx(
        0.1 / 2**0.5
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"numbers_of_images": []}, "'numbers_of_images' .*at least 1 item"),
        ({"numbers_of_images": [50, 20]}, "'numbers_of_images' must ascend, each once, got 50, 20"),
        ({"numbers_of_images": [20, 20]}, "'numbers_of_images' must ascend, each once, got 20, 20"),
        ({"n_seeds": 1}, "'n_seeds' should be greater than or equal to 2, got 1"),
        ({"frozen_epochs": 4}, "'frozen_epochs' must be fewer than 'training.epochs', 4, got 4"),
        ({"fine_tuned_rate_factor": 0}, "'fine_tuned_rate_factor' should be greater than 0, got 0"),
        ({"optimizer": {**VALUES["optimizer"], "name": "Adamm"}}, "Adamm"),
        (
            {"training": {**VALUES["training"], "early_stopping": STOP}},
            "'training.early_stopping' must be null: where labels are few",
        ),
    ],
)
def test_what_cannot_be_is_refused(changes, message):
    with pytest.raises(UserError, match=message):
        params(**changes)
