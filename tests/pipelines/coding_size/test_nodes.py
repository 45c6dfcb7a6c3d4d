import mlflow
import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.decomposition import PCA
from tests.conftest import QUICK_FIT, ROOT

from fashion_nets.errors import UserError
from fashion_nets.networks.autoencoders.convolutional import ConvolutionalAutoencoderParams
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams
from fashion_nets.pipelines.coding_size.nodes import (
    CodingSizeParams,
    compare_sizes,
    measure_pca,
    train_convolutional_autoencoders,
    train_stacked_autoencoders,
)
from fashion_nets.training.fit import AutoencoderTrainingParams
from fashion_nets.training.optimizers import OptimizerParams

CONF = yaml.safe_load((ROOT / "conf" / "base" / "parameters_coding_size.yml").read_text())["coding_size"]
SIZES = CodingSizeParams(sizes=(1, 20), max_epochs=2, train_images=320)
STACKED = DenseAutoencoderParams(
    hidden_units=(20,), codings_size=30, activation="selu", output_activation="sigmoid"
)
CONVOLUTIONAL = ConvolutionalAutoencoderParams(
    filters=(2, 2, 4), kernel_size=3, codings_size=None, activation="selu", output_activation="sigmoid"
)
OPTIMIZER = OptimizerParams(name="SGD", learning_rate=1.5)
TRAINING = AutoencoderTrainingParams(loss="binary_crossentropy", epochs=3, **QUICK_FIT)


@pytest.fixture(scope="module")
def train(train_set, validation_set):
    def train_with(function, architecture, coding_size=SIZES):
        return function(42, train_set, validation_set, architecture, OPTIMIZER, TRAINING, coding_size)

    return train_with


def test_each_size_is_trained_for_as_long_as_it_may_and_tracked_below_the_run(train):
    with mlflow.start_run(experiment_id="0") as parent:
        errors = train(train_stacked_autoencoders, STACKED)
    assert errors["codings"].tolist() == [1, 20]
    assert errors["epochs"].tolist() == [2, 2]
    assert errors["train_images"].tolist() == [320, 320]
    assert set(errors["method"]) == {"stacked_autoencoder"}
    children = mlflow.search_runs(
        experiment_ids=["0"],
        filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'",
        output_format="list",
    )
    by_name = {run.info.run_name: run.data for run in children}
    assert set(by_name) == {"stacked_autoencoder, 1 codings", "stacked_autoencoder, 20 codings"}
    assert by_name["stacked_autoencoder, 20 codings"].params["architecture.codings_size"] == "20"
    assert by_name["stacked_autoencoder, 20 codings"].params["training.epochs"] == "2"
    for row in errors.itertuples():
        metrics = by_name[f"stacked_autoencoder, {row.codings} codings"].metrics
        assert metrics["val_mse"] == pytest.approx(row.mse)
        # The loss of the last epoch is that of the trained network.
        assert metrics["stacked_autoencoder/val_loss"] == pytest.approx(row.binary_crossentropy, rel=1e-4)


def test_the_epochs_of_the_network_hold_without_a_bound(train):
    free = SIZES.model_copy(update={"max_epochs": None, "sizes": (1, 2)})
    assert train(train_stacked_autoencoders, STACKED, free)["epochs"].tolist() == [3, 3]


def test_convolutions_get_as_many_codings(train):
    errors = train(train_convolutional_autoencoders, CONVOLUTIONAL)
    assert errors["codings"].tolist() == [1, 20]
    assert errors["mse"].between(0, 0.3).all()


def test_pca_has_the_errors_of_scikit_learn(train_set, validation_set):
    errors = measure_pca(train_set, validation_set, SIZES)
    train, validation = train_set.images[:320].reshape(-1, 784), validation_set.images.reshape(-1, 784)
    for row in errors.itertuples():
        pca = PCA(row.codings, svd_solver="full").fit(train)
        expected = pca.inverse_transform(pca.transform(validation))
        assert row.mse == pytest.approx(np.square(expected - validation).mean(), rel=1e-4)
        clipped = expected.clip(1e-7, 1 - 1e-7).astype(np.float64)
        entropy = -(validation * np.log(clipped) + (1 - validation) * np.log(1 - clipped)).mean()
        assert row.binary_crossentropy == pytest.approx(entropy, rel=1e-2)
    assert errors["mse"].is_monotonic_decreasing
    assert errors["train_images"].tolist() == [320, 320]


def test_errors_are_set_side_by_side_by_size():
    def table(method, mse_2, mse_8):
        rows = [(method, 2, mse_2, 0.4, 15.0), (method, 8, mse_8, 0.3, 18.0)]
        return pd.DataFrame(rows, columns=["method", "codings", "mse", "binary_crossentropy", "psnr"])

    stacked = table("stacked_autoencoder", 0.03, 0.02).assign(epochs=10, seconds=1.5)
    convolutional = table("convolutional_autoencoder", 0.04, 0.01).assign(epochs=10, seconds=3.0)
    errors, metrics = compare_sizes(stacked, convolutional, table("pca", 0.05, 0.015))
    assert errors[["codings", "method"]].to_numpy().tolist() == [
        [2, "stacked_autoencoder"],
        [2, "convolutional_autoencoder"],
        [2, "pca"],
        [8, "convolutional_autoencoder"],
        [8, "pca"],
        [8, "stacked_autoencoder"],
    ]
    assert errors["epochs"].isna().tolist() == [False, False, True, False, True, False]
    assert metrics["pca_8_val_mse"] == 0.015
    assert metrics["stacked_autoencoder_2_val_binary_crossentropy"] == 0.4
    assert len(metrics) == 6 * 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sizes": [2]}, "'sizes': expected two or more numbers of codings"),
        ({"sizes": [4, 2]}, "each larger than the last"),
        ({"sizes": [2, 2]}, "each larger than the last"),
        ({"sizes": [0, 2]}, "'sizes.0' should be greater than 0, got 0"),
        ({"max_epochs": 0}, "'max_epochs' should be greater than 0, got 0"),
        ({"n_seeds": 3}, "'n_seeds' is not a parameter here; there are sizes, max_epochs, train_images"),
    ],
)
def test_wrong_values_are_refused(changes, message):
    with pytest.raises(UserError, match=message):
        CodingSizeParams.model_validate({**CONF, **changes})
