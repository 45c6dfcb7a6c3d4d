import pandas as pd
import pytest

from fashion_nets.evaluation.seeds import gains_over, summarize_seeds


def test_means_and_deviations_over_seeds_come_by_group_in_the_order_of_appearance():
    results = pd.DataFrame(
        {
            "way": ["b", "b", "a", "a"],
            "seed": [1, 2, 1, 2],
            "accuracy": [0.5, 0.7, 0.9, 0.9],
            "epochs": [10, 20, 30, 50],
        }
    )
    summary = summarize_seeds(results, ["way"], ["accuracy", "epochs"])
    assert summary.columns.tolist() == [
        "way",
        "accuracy_mean",
        "accuracy_std",
        "epochs_mean",
        "epochs_std",
        "n_seeds",
    ]
    assert summary["way"].tolist() == ["b", "a"]
    assert summary["accuracy_mean"].tolist() == pytest.approx([0.6, 0.9])
    assert summary["accuracy_std"].tolist() == pytest.approx([0.2 / 2**0.5, 0])  # n - 1 = 1
    assert summary["epochs_mean"].tolist() == [15, 40]
    assert summary["n_seeds"].tolist() == [2, 2]


def test_one_seed_has_no_deviation():
    summary = summarize_seeds(pd.DataFrame({"way": ["a"], "accuracy": [0.5]}), ["way"], ["accuracy"])
    assert summary["accuracy_std"].isna().all()


def test_gains_are_over_the_other_way_in_the_same_trial():
    results = pd.DataFrame(
        {
            "way": ["b", "a", "a", "b"],
            "n_images": [10, 20, 10, 20],
            "seed": [1, 1, 1, 1],
            "accuracy": [0.7, 0.8, 0.4, 0.9],
        }
    )
    gains = gains_over(results, "a", "accuracy", ["n_images", "seed"])
    assert gains.tolist() == pytest.approx([0.3, 0, 0, 0.1])
