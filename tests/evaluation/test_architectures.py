import numpy as np
import pandas as pd
import pytest

from fashion_nets.evaluation.architectures import compare_architectures
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
