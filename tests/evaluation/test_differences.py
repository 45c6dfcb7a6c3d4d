import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from fashion_nets.evaluation.differences import (
    Difference,
    Outcomes,
    SeedNoise,
    are_identical,
    collect_outcomes,
    compare,
    compare_accuracies,
    compare_pairs,
    measure,
    pool_seeds,
)


def outcomes(val, train=((1, 1),)):
    return Outcomes({"val": np.array(val, dtype=bool), "train": np.array(train, dtype=bool)})


ONE = outcomes([[1, 1, 1, 1], [1, 1, 1, 0]])  # 1 and 0.75
ALONE = SeedNoise(0.0, 0)  # a single seed of each variant
OTHER = outcomes([[1, 0, 0, 0], [1, 0, 1, 0]])  # 0.25 and 0.5


def test_mistakes_become_what_each_training_got_right():
    mistakes = pd.DataFrame(
        {"variant": ["a", "a", "b"], "seed": [1, 2, 1], "part": ["val", "train", "val"], "image": [0, 1, 2]}
    )
    seeds = {"a": [1, 2], "b": [1], "wild": []}
    found = collect_outcomes(mistakes, seeds, {"train": 2, "val": 3})
    assert list(found) == ["a", "b"]
    np.testing.assert_array_equal(found["a"].correct["val"], [[0, 1, 1], [1, 1, 1]])
    np.testing.assert_array_equal(found["a"].correct["train"], [[1, 1], [1, 0]])
    np.testing.assert_array_equal(found["b"].correct["val"], [[1, 1, 0]])


def test_seeds_of_all_variants_together_tell_how_much_they_matter():
    # Two values d apart have squares of d^2 / 2 around their mean, and one degree of freedom.
    single = outcomes([[1, 1, 1, 1]])
    assert pool_seeds([ONE, OTHER, single]) == (pytest.approx((0.25**2 / 2 + 0.25**2 / 2) / 2), 2)
    assert pool_seeds([single]) == (0, 0)


def test_what_guesses_does_not_make_noise_look_small():
    stuck = outcomes([[1, 0, 0, 0], [1, 0, 0, 0]])
    many = outcomes([[1] * 90 + [0] * 10, [1] * 80 + [0] * 20])
    noise = pool_seeds([many, stuck], guess=0.25)
    assert noise == pool_seeds([many]) == (pytest.approx(0.1**2 / 2), 1)
    assert pool_seeds([stuck, outcomes([[0, 0, 0, 1], [0, 0, 0, 1]])], guess=0.25) == (0, 2)


def test_the_same_trainings_under_two_names_count_once():
    same = outcomes([[1, 1, 1, 1], [1, 1, 1, 0]])
    assert pool_seeds([ONE, same, OTHER]) == pool_seeds([ONE, OTHER])
    assert pool_seeds([ONE, same]) == pool_seeds([ONE])


def test_a_difference_has_an_interval_over_seeds_and_paired_images():
    noise = pool_seeds([ONE, OTHER])
    difference = compare(ONE, OTHER, noise)
    assert difference.value == pytest.approx(0.875 - 0.375)
    seeds = 0.25**2 / 2 * (1 / 2 + 1 / 2)
    images = np.var([0, 1, 0.5, 0.5], ddof=1) / 4  # by how much each image is got right more often
    variance = seeds + images
    freedom = variance**2 / (seeds**2 / 2 + images**2 / 3)
    assert difference.half == pytest.approx(t.ppf(0.975, freedom) * math.sqrt(variance))
    assert not difference.is_beyond_noise


def test_one_seed_has_an_interval_over_images_alone():
    one, other = outcomes([[1] * 90 + [0] * 10]), outcomes([[1] * 80 + [0] * 20])
    difference = compare(one, other, ALONE)
    # 10 of 100 images differ: their variance is 0.1 - 0.1^2, with n - 1 in the denominator.
    expected = t.ppf(0.975, 99) * math.sqrt(0.1 * 0.9 / 99)
    assert difference == (pytest.approx(0.1), pytest.approx(expected))
    assert difference.is_beyond_noise


def test_what_both_get_wrong_says_nothing_of_their_difference():
    apart = compare(outcomes([[1, 1, 0, 0] * 50]), outcomes([[0, 0, 1, 1] * 50]), ALONE)
    alike = compare(outcomes([[1, 1, 0, 0] * 50]), outcomes([[1, 1, 0, 0] * 50]), ALONE)
    assert apart.value == alike.value == 0
    assert alike.half == 0 < apart.half
    assert not alike.is_beyond_noise


def test_a_gap_is_how_much_larger_the_accuracy_on_training_images_is():
    overfitted = outcomes([[1, 0, 0, 0]], train=[[1, 1, 1, 1]])
    fair = outcomes([[1, 1, 0, 0]], train=[[1, 0, 1, 0]])
    assert overfitted.mean("gap") == 0.75
    assert fair.mean("gap") == 0
    difference = compare(overfitted, fair, ALONE, "gap")
    assert difference.value == 0.75
    variance = np.var([0, 1, 0, 1], ddof=1) / 4 + np.var([0, -1, 0, 0], ddof=1) / 4
    freedom = variance**2 / sum((np.var(each, ddof=1) / 4) ** 2 / 3 for each in ([0, 1, 0, 1], [0, -1, 0, 0]))
    assert difference.half == pytest.approx(t.ppf(0.975, freedom) * math.sqrt(variance))
    assert compare(overfitted, fair, ALONE, "train").value == 0.5


def test_an_accuracy_has_an_interval_too():
    level = measure(outcomes([[1] * 75 + [0] * 25]), ALONE)
    assert level == (0.75, pytest.approx(t.ppf(0.975, 99) * math.sqrt(0.75 * 0.25 / 99)))


def test_identical_trainings_are_known_seed_by_seed():
    assert are_identical(ONE, outcomes([[1, 1, 1, 1], [1, 1, 1, 0]]))
    assert not are_identical(ONE, outcomes([[1, 1, 1, 0], [1, 1, 1, 1]]))


def test_noise_ends_where_0_lies_outside():
    assert Difference(-0.2, 0.1).is_beyond_noise
    assert not Difference(0.1, 0.1).is_beyond_noise


def test_accuracies_are_compared_as_unpaired_where_images_are_not_known():
    difference = compare_accuracies((0.9, 0.8), (2, 3), SeedNoise(0.01**2, 4), 100)
    parts = [(0.9 * 0.1 / 99, 99), (0.8 * 0.2 / 99, 99), (0.01**2 * (1 / 2 + 1 / 3), 4)]
    variance = sum(part for part, _ in parts)
    freedom = variance**2 / sum(part**2 / degrees for part, degrees in parts)
    assert difference == pytest.approx((0.1, t.ppf(0.975, freedom) * math.sqrt(variance)))
    one, other = outcomes([[1] * 90 + [0] * 10]), outcomes([[1] * 80 + [0] * 20])
    assert compare(one, other, ALONE).half < compare_accuracies((0.9, 0.8), (1, 1), ALONE, 100).half


def test_pairs_are_compared_by_the_images_on_which_they_differ():
    one = np.array([True] * 9 + [False] * 2 + [True] * 5 + [False] * 4)
    other = np.array([False] * 9 + [True] * 2 + [True] * 5 + [False] * 4)
    # Of 11 images on which they differ 9 are one's. Of 11 fair coins 55 + 11 + 1 of 2048 ways show 9 or more.
    assert compare_pairs(one, other) == (9, 2, pytest.approx(134 / 2048))
    assert compare_pairs(other, one) == (2, 9, pytest.approx(134 / 2048))
    assert compare_pairs(one, one) == (0, 0, 1.0)
