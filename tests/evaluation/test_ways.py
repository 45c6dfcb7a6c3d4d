import math

import pandas as pd
import pytest

from fashion_nets.evaluation.ways import name_metrics, summarize_ways, tabulate_ways

ACCURACIES = {
    ("a", 10): {"scratch": (0.6, 0.5), "frozen": (0.65, 0.57)},
    ("b", 10): {"scratch": (0.7, 0.6), "frozen": (0.6, 0.6)},
}


@pytest.fixture
def trials():
    return pd.DataFrame(
        [
            {
                "encoder": encoder,
                "n_images": n_images,
                "way": way,
                "seed": seed,
                "parameters": 7,
                "training_seconds": 1.0 + seed,
                "seconds": 100.0,
                "val_accuracy": 0.5,
                "test_accuracy": accuracy,
            }
            for (encoder, n_images), ways in ACCURACIES.items()
            for way, accuracies in ways.items()
            for seed, accuracy in enumerate(accuracies)
        ]
    )


def test_seconds_are_those_of_the_epochs(trials):
    results = tabulate_ways(trials, ["encoder", "n_images"])
    columns = ["encoder", "n_images", "way", "seed", "val_accuracy", "test_accuracy", "seconds"]
    assert results.columns.to_list() == columns
    assert results["seconds"].to_list() == [1.0, 2.0] * 4


def test_gains_are_over_the_same_task_and_seed_from_scratch(trials):
    summary = summarize_ways(tabulate_ways(trials, ["encoder", "n_images"]), ["encoder", "n_images"])
    assert summary["way"].to_list() == ["scratch", "frozen"] * 2
    assert summary["test_accuracy_mean"].to_list() == pytest.approx([0.55, 0.61, 0.65, 0.6])
    assert summary["test_gain_mean"].to_list() == pytest.approx([0, 0.06, 0, -0.05])
    assert summary["test_gain_std"].to_list() == pytest.approx([0, 0.02 / 2**0.5, 0, 0.1 / 2**0.5])
    assert summary["n_seeds"].to_list() == [2] * 4


def test_metrics_are_named_by_columns_and_leave_out_what_is_no_gain_or_nan(trials):
    trials.loc[trials["encoder"] == "b", "test_accuracy"] = math.nan
    summary = summarize_ways(tabulate_ways(trials, ["encoder", "n_images"]), ["encoder", "n_images"])
    metrics = name_metrics(summary, "{encoder}_{n_images}_images_{way}_")
    assert metrics == pytest.approx(
        {
            "a_10_images_scratch_test_accuracy_mean": 0.55,
            "a_10_images_scratch_test_accuracy_std": 0.1 / 2**0.5,
            "a_10_images_frozen_test_accuracy_mean": 0.61,
            "a_10_images_frozen_test_accuracy_std": 0.08 / 2**0.5,
            "a_10_images_frozen_test_gain_mean": 0.06,
            "a_10_images_frozen_test_gain_std": 0.02 / 2**0.5,
        }
    )
