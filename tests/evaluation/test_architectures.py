import numpy as np
import pandas as pd
import pytest

from fashion_nets.evaluation.architectures import compare_architectures, find_alike
from fashion_nets.networks.architectures.publications import PUBLICATIONS

COSTS = {"parameters": 100, "multiplications": 2000, "training_memory_mb": 1.5}
TRIALS = pd.DataFrame(
    [
        {"architecture": name, "diverged": diverged, **COSTS, "seconds_per_epoch": 2.0, **accuracies}
        for name, diverged, accuracies in (
            ("lecture", False, {"val_accuracy": 0.7, "test_accuracy": 0.6}),
            ("lecture", True, {}),
            ("vgg16", False, {"val_accuracy": 0.8, "test_accuracy": 0.7}),
            ("vgg16", False, {"val_accuracy": 0.9, "test_accuracy": 0.9}),
            ("lenet5", True, {}),
        )
    ]
)


@pytest.fixture
def compared():
    publications = {"lecture": None, "vgg16": PUBLICATIONS["vgg16"], "lenet5": PUBLICATIONS["lenet5"]}
    return compare_architectures(TRIALS, publications).set_index("architecture")


def test_the_best_on_the_validation_set_comes_first_and_what_diverged_last(compared):
    assert compared.index.to_list() == ["vgg16", "lecture", "lenet5"]
    assert compared["n_seeds"].to_list() == [2, 2, 1]
    assert compared["n_diverged"].to_list() == [0, 1, 1]


def test_accuracies_are_means_over_the_seeds_that_have_them(compared):
    assert compared.loc["vgg16", ["val_accuracy", "test_accuracy"]].to_list() == [0.85, 0.8]
    assert compared.loc["vgg16", "test_accuracy_std"] == pytest.approx(0.1414)  # 0.2 / sqrt(2), four digits
    assert compared.loc["lecture", "test_accuracy"] == 0.6
    assert np.isnan(compared.loc["lecture", "test_accuracy_std"])
    assert np.isnan(compared.loc["lenet5", "test_accuracy"])


def test_costs_do_not_depend_on_the_seed(compared):
    assert (compared[list(COSTS)] == pd.Series(COSTS)).all(axis=None)


def test_what_was_published_has_its_year_source_and_parameters_as_whole_numbers(compared, tmp_path):
    file = tmp_path / "comparison.csv"
    compared.to_csv(file)
    stored = pd.read_csv(file, dtype=str, keep_default_na=False).set_index("architecture")
    assert stored.loc["lenet5", ["year", "published_parameters"]].to_list() == ["1998", "61706"]
    assert stored.loc["vgg16", "source"] == PUBLICATIONS["vgg16"].citation
    assert stored.loc["lecture", ["year", "published_parameters", "source"]].to_list() == ["", "", ""]


def test_where_everything_diverged_there_is_a_table_all_the_same():
    diverged = TRIALS[TRIALS["architecture"] == "lenet5"].drop(columns=["val_accuracy", "test_accuracy"])
    compared = compare_architectures(diverged, {"lenet5": PUBLICATIONS["lenet5"]})
    assert compared["test_accuracy"].isna().all()


def test_what_is_not_behind_the_best_beyond_noise_is_named():
    """Of 1,000 images ± t · sqrt(0.9 · 0.1 / 999 + 0.88 · 0.12 / 999) = ± 0.0275, of one seed each."""
    few, many = (np.arange(n_images) % 10 for n_images in (1_000, 100_000))
    comparison = pd.DataFrame(
        {
            "architecture": ["best", "near", "far", "lost"],
            "n_seeds": 1,
            "n_diverged": [0, 0, 0, 1],
            "test_accuracy": [0.9, 0.88, 0.85, np.nan],
            "test_accuracy_std": np.nan,
        }
    )
    assert find_alike(comparison, few) == ["near"]
    assert find_alike(comparison, many) == []
    assert find_alike(comparison[3:], few) == []
    # Two seeds that are 0.1 apart have a deviation of 0.07: nothing is told apart any more.
    deviations = [0.07, 0.07, 0.07, np.nan]
    seeds = comparison.assign(n_seeds=2, n_diverged=[0, 0, 0, 2], test_accuracy_std=deviations)
    assert find_alike(seeds, many) == ["near", "far"]
    # What guesses, always alike, makes noise no smaller.
    stuck = seeds.assign(n_diverged=0, test_accuracy_std=[0.01, 0.01, 0, 0])
    assert find_alike(stuck.assign(test_accuracy=[0.905, 0.88, 0.1, 0.1]), many) == ["near"]
    assert find_alike(stuck.assign(test_accuracy=[0.905, 0.88, 0.5, 0.5]), many) == []
