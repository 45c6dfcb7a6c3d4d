import io

import pandas as pd
import pytest

from fashion_nets.errors import UserError
from fashion_nets.evaluation.codings import compare_codings
from fashion_nets.evaluation.comparison import compare_networks

METRICS = {
    "stacked_autoencoder": {
        "parameters": 163_814,
        "epochs": 10,
        "training_seconds": 30.0,
        "test_loss": 0.3,
        "test_mse": 0.0123456,
    },
    "linear_autoencoder": {"parameters": 3_922, "epochs": 20, "training_seconds": 21.987, "test_mse": 0.0468},
    "mlp": {
        "parameters": 266_610,
        "multiplications": 266_200,
        "training_memory_mb": 2.2857,
        "epochs": 10,
        "training_seconds": 14.26,
        "val_loss": 0.36123,
        "test_loss": 0.37123,
        "test_accuracy": 0.86923,
        "best_epoch": 9,
    },
    "cnn": {"parameters": 1_413_834, "epochs": 5, "training_seconds": 900, "test_accuracy": 0.9},
}


def test_classifiers_by_accuracy_then_autoencoders_by_error():
    table = compare_networks(**METRICS)
    assert table["network"].tolist() == ["cnn", "mlp", "stacked_autoencoder", "linear_autoencoder"]


def test_columns_that_nobody_has_are_left_out():
    columns = compare_networks(**METRICS).columns.tolist()
    assert columns == [
        *("network", "parameters", "multiplications", "training_memory_mb", "epochs", "training_seconds"),
        *("val_cross_entropy", "test_cross_entropy", "test_accuracy", "test_mse"),
    ]


def test_digits_and_what_is_missing():
    mlp = compare_networks(**METRICS).set_index("network").loc["mlp"]
    assert (mlp["parameters"], mlp["epochs"], mlp["training_seconds"], mlp["test_accuracy"]) == (
        266_610,
        10,
        14.3,
        0.8692,
    )
    assert (mlp["multiplications"], mlp["training_memory_mb"]) == (266_200, 2.3)
    assert pd.isna(mlp["test_mse"])


def test_counts_stay_whole_in_csv():
    assert "cnn,1413834,,,5,900.0,,,0.9,\n" in compare_networks(**METRICS).to_csv(index=False)


def test_one_network_alone():
    assert compare_networks(mlp=METRICS["mlp"])["network"].tolist() == ["mlp"]


def test_a_network_without_results_has_no_row():
    assert compare_networks(mlp=METRICS["mlp"], cnn={})["network"].tolist() == ["mlp"]


def test_a_table_of_no_networks_can_be_stored_and_read_again():
    stored = io.StringIO(compare_networks().to_csv(index=False))
    assert list(pd.read_csv(stored).columns) == ["network"]


def test_losses_of_different_kinds_have_columns_of_their_own():
    table = compare_networks(**METRICS).set_index("network")
    assert (table.loc["mlp", "val_cross_entropy"], table.loc["mlp", "test_cross_entropy"]) == (0.3612, 0.3712)
    assert pd.isna(table.loc["stacked_autoencoder", "test_cross_entropy"])
    assert not any(column.endswith("loss") for column in table)


def test_each_network_says_which_architecture_it_is():
    table = compare_networks(mlp=METRICS["mlp"], cnn={**METRICS["cnn"], "architecture": "resnet34"})
    assert list(table.columns[:2]) == ["network", "architecture"]
    architectures = table.set_index("network")["architecture"]
    assert architectures["cnn"] == "resnet34"
    assert pd.isna(architectures["mlp"])


@pytest.mark.parametrize(
    ("name", "value"),
    [("test_accuracy", "x"), ("test_accuracy", [1]), ("test_accuracy", True), ("parameters", 1.5)],
)
def test_what_is_no_number_is_refused(name, value):
    with pytest.raises(UserError, match=f"cnn/metrics.json is damaged: {name} should be a .*number, got"):
        compare_networks(mlp=METRICS["mlp"], cnn={**METRICS["cnn"], name: value})


def test_a_score_of_codings_that_is_no_number_is_refused():
    with pytest.raises(UserError, match="coding_scores.json is damaged: knn_accuracy should be a number"):
        compare_codings(linear_autoencoder={"codings_size": 2, "knn_accuracy": "x"})
