import math

import numpy as np
import pandas as pd
import pytest

from fashion_nets.evaluation.studies import average_histories, compare_variants


def trial(variant, seed, val_accuracy, epochs=10, diverged=False):
    """A row of the trials; of one that diverged there are no results."""
    results = {"val_loss": 0.5, "train_accuracy": 0.9, "train_loss": 0.25}
    return {
        "variant": variant,
        "seed": seed,
        "diverged": diverged,
        "val_accuracy": val_accuracy,
        **(dict.fromkeys(results, math.nan) if diverged else results),
        "parameters": 7,
        "multiplications": 5,
        "training_memory_mb": 0.5,
        "epochs": epochs,
        "seconds_per_epoch": 1.5,
        "seconds": 20.0,
    }


def test_variants_are_averaged_over_their_seeds_the_best_first():
    table = compare_variants(
        pd.DataFrame(
            [
                trial("sgd", 1, 0.80, epochs=4),
                trial("sgd", 2, 0.84, epochs=8),
                trial("adam", 1, 0.89),
                trial("adam", 2, 0.87),
            ]
        )
    )
    assert table["variant"].to_list() == ["adam", "sgd"]
    sgd = table.iloc[1]
    assert (sgd["val_accuracy_mean"], sgd["epochs_mean"], sgd["seconds_mean"]) == (0.82, 6, 20)
    # Two values d apart deviate by d / sqrt(2), with n - 1 in the denominator.
    assert sgd["val_accuracy_std"] == pytest.approx(0.04 / math.sqrt(2), abs=5e-5)
    assert sgd["epochs_std"] == pytest.approx(4 / math.sqrt(2), abs=0.05)
    assert (sgd["n_seeds"], sgd["n_diverged"], sgd["parameters"]) == (2, 0, 7)
    assert (sgd["multiplications"], sgd["training_memory_mb"]) == (5, 0.5)
    assert list(table.columns[:8]) == [
        *("variant", "n_seeds", "n_diverged"),
        *("parameters", "multiplications", "training_memory_mb"),
        *("val_accuracy_mean", "val_accuracy_std"),
    ]


def test_what_diverged_is_counted_and_left_out_of_the_averages():
    table = compare_variants(
        pd.DataFrame(
            [
                trial("wild", 1, math.nan, epochs=1, diverged=True),
                trial("wild", 2, math.nan, epochs=1, diverged=True),
                trial("risky", 1, math.nan, epochs=2, diverged=True),
                trial("risky", 2, 0.7),
            ]
        )
    ).set_index("variant")
    assert table.index.to_list() == ["risky", "wild"]
    assert table["n_diverged"].to_list() == [1, 2]
    assert table.loc["risky", "val_accuracy_mean"] == 0.7
    assert math.isnan(table.loc["risky", "val_accuracy_std"])
    assert math.isnan(table.loc["wild", "val_accuracy_mean"])


def test_epochs_are_averaged_over_the_seeds_that_got_so_far():
    histories = pd.DataFrame(
        {
            "variant": ["a", "a", "a", "b"],
            "seed": [1, 1, 2, 1],
            "epoch": [1, 2, 1, 1],
            "val_loss": [0.5, 0.4, 0.7, np.inf],
            "gradient_norm": [math.nan, math.nan, math.nan, 3.0],
        }
    )
    averages = average_histories(histories).set_index(["variant", "epoch"])
    assert averages["val_loss_mean"].to_list()[:2] == [pytest.approx(0.6), 0.4]
    assert averages.loc[("a", 1), "val_loss_std"] == pytest.approx(0.2 / math.sqrt(2))
    assert averages.loc[("a", 2), "n_seeds"] == 1
    assert math.isnan(averages.loc[("b", 1), "val_loss_mean"])  # infinite: drawn as a gap
    assert averages.loc[("b", 1), "gradient_norm_mean"] == 3
