import logging

import mlflow
import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.decomposition import PCA
from tests.conftest import QUICK_FIT, ROOT
from tests.parameters import stated
from tests.trials.store import Store

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.errors import UserError
from fashion_nets.pipelines.coding_size.nodes import (
    CodingSizeParams,
    compare_sizes,
    measure_pca,
    plan_sizes,
)
from fashion_nets.trials.collecting import TrialTables

CONF = yaml.safe_load((ROOT / "conf" / "base" / "parameters_coding_size.yml").read_text())["coding_size"]
SIZES = CodingSizeParams(sizes=(1, 20), max_epochs=2, n_train_images=320, reuse=True)
GROUPS = {
    "optimizer": stated("stacked_autoencoder.optimizer"),
    "training": stated("stacked_autoencoder.training", epochs=3, **QUICK_FIT),
}
STACKED = {"architecture": stated("stacked_autoencoder.architecture", hidden_units=[20]), **GROUPS}
FEW = stated("convolutional_autoencoder.architecture", filters=[2, 2, 4])
CONVOLUTIONAL = {"architecture": FEW, **GROUPS}
KEYS = [
    f"{method}/{size}_codings/seed_42"
    for method in ("stacked_autoencoder", "convolutional_autoencoder")
    for size in (1, 20)
]
WATCHING = {
    **GROUPS["optimizer"],
    "schedule": {"name": "plateau", "monitor": "val_accuracy", "factor": 0.5, "patience": 1},
}
PCA_ERRORS = pd.DataFrame(
    [("pca", 2, 320, 0.05, 0.4, 15.0), ("pca", 8, 320, 0.015, 0.3, 18.0)],
    columns=["method", "codings", "n_train_images", "mse", "binary_crossentropy", "psnr"],
)


@pytest.fixture(scope="module")
def make(train_set, class_names):
    def make_plan(stacked=STACKED, **changes):
        params = SIZES.model_copy(update=changes)
        autoencoders = {"stacked_autoencoder": stacked, "convolutional_autoencoder": CONVOLUTIONAL}
        return plan_sizes(42, train_set, class_names, params, **autoencoders)

    return make_plan


@pytest.fixture(scope="module")
def plan(make):
    return make()


@pytest.fixture(scope="module")
def store(tmp_path_factory, plan, sets):
    """Interrupted after the first training, then gone on with."""
    store = Store(tmp_path_factory.mktemp("coding_size"), sets)
    assert store.train(plan, n_trials=1) == KEYS[:1]
    assert store.train(plan) == KEYS[1:]
    return store


@pytest.fixture(scope="module")
def errors(plan, store, train_set, validation_set):
    return compare_sizes(store.tables(plan), measure_pca(train_set, validation_set, SIZES))[0]


def test_each_size_is_trained_for_as_long_as_it_may(errors):
    trained = errors[errors["method"] != "pca"].sort_values(["method", "codings"])
    assert trained["codings"].tolist() == [1, 20, 1, 20]
    assert trained["epochs"].tolist() == [2] * 4
    assert trained["n_train_images"].tolist() == [320] * 4
    assert trained["mse"].between(0, 0.3).all()


def test_each_training_is_tracked_below_the_run_with_its_errors(store, plan, errors, run_of_mlflow):
    with run_of_mlflow() as parent:
        assert store.train(plan) == []
    children = mlflow.search_runs(
        experiment_ids=["0"],
        filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'",
        output_format="list",
    )
    by_name = {run.info.run_name: run.data for run in children}
    assert len(by_name) == 4
    data = by_name["stacked_autoencoder, 20 codings, seed 42"]
    assert (data.params["architecture.codings_size"], data.params["training.epochs"]) == ("20", "2")
    (row,) = errors[(errors["method"] == "stacked_autoencoder") & (errors["codings"] == 20)].itertuples()
    assert data.metrics["val_mse"] == pytest.approx(row.mse)
    # The loss of the last epoch is that of the trained network.
    assert data.metrics["val_loss"] == pytest.approx(row.binary_crossentropy, rel=1e-4)


def test_another_size_trains_what_is_new_and_other_epochs_train_again(store, make, caplog):
    caplog.set_level(logging.INFO, logger="fashion_nets")
    assert store.missing(make(sizes=(1, 2))) == [
        "stacked_autoencoder/2_codings/seed_42",
        "convolutional_autoencoder/2_codings/seed_42",
    ]
    assert store.missing(make(max_epochs=1)) == KEYS
    line = (
        "coding_size: stacked_autoencoder, 1 codings, seed 42 is trained again, as parameters.training.epochs"
    )
    assert any(message.startswith(line) for message in caplog.messages)


def test_the_epochs_of_the_network_hold_without_a_bound(make):
    assert {trial.recipe.training.epochs for trial in make(max_epochs=None).trials} == {3}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sizes": (2, 3000), "stacked": {**STACKED, "training": {}}}, "stacked_autoencoder.training: "),
        ({"stacked": {**STACKED, "optimizer": WATCHING}}, "the schedule plateau watches val_accuracy, which"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_trained(make, changes, message):
    with pytest.raises(UserError, match=message):
        make(**changes)


def test_pca_has_the_errors_of_scikit_learn(train_set, validation_set):
    errors = measure_pca(train_set, validation_set, SIZES)
    train, validation = (
        scale_pixels(images).reshape(-1, 784) for images in (train_set.images[:320], validation_set.images)
    )
    for row in errors.itertuples():
        pca = PCA(row.codings, svd_solver="full").fit(train)
        expected = pca.inverse_transform(pca.transform(validation))
        assert row.mse == pytest.approx(np.square(expected - validation).mean(), rel=1e-4)
        clipped = expected.clip(1e-7, 1 - 1e-7).astype(np.float64)
        entropy = -(validation * np.log(clipped) + (1 - validation) * np.log(1 - clipped)).mean()
        assert row.binary_crossentropy == pytest.approx(entropy, rel=1e-2)
    assert errors["mse"].is_monotonic_decreasing
    assert errors["n_train_images"].tolist() == [320, 320]


def test_errors_are_set_side_by_side_by_size():
    trained = [
        ("stacked_autoencoder", 2, 0.03),
        ("stacked_autoencoder", 8, 0.02),
        ("convolutional_autoencoder", 2, 0.04),
        ("convolutional_autoencoder", 8, np.nan),  # diverged
    ]
    trials = pd.DataFrame(trained, columns=["method", "codings", "val_mse"]).assign(
        val_binary_crossentropy=0.4, val_psnr=15.0, epochs=10, training_seconds=1.5, seconds=9.0
    )
    errors, metrics = compare_sizes(TrialTables(trials, pd.DataFrame(), {}), PCA_ERRORS)
    assert errors[["codings", "method"]].to_numpy().tolist() == [
        [2, "stacked_autoencoder"],
        [2, "convolutional_autoencoder"],
        [2, "pca"],
        [8, "pca"],
        [8, "stacked_autoencoder"],
        [8, "convolutional_autoencoder"],
    ]
    assert errors["epochs"].isna().tolist() == [False, False, True, True, False, False]
    assert errors["seconds"].tolist()[:2] == [1.5, 1.5]
    assert set(errors["n_train_images"]) == {320}
    assert metrics["pca_8_val_mse"] == 0.015
    assert metrics["stacked_autoencoder_2_val_binary_crossentropy"] == 0.4
    assert len(metrics) == 6 * 3 - 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sizes": [2]}, "'sizes': expected two or more numbers of codings"),
        ({"sizes": [4, 2]}, "each larger than the last"),
        ({"sizes": [2, 2]}, "each larger than the last"),
        ({"sizes": [0, 2]}, "'sizes.0' should be greater than 0, got 0"),
        ({"max_epochs": 0}, "'max_epochs' should be greater than 0, got 0"),
        ({"n_seeds": 3}, "'n_seeds' is not a parameter here; there are sizes, max_epochs, n_train_images"),
    ],
)
def test_wrong_values_are_refused(changes, message):
    with pytest.raises(UserError, match=message):
        CodingSizeParams.model_validate({**CONF, **changes})
