import math

import pytest

from bench.accuracy import compare, summarize


def runs(way, *accuracies):
    return [
        {"network": "mlp_dropout", "way": way, "epochs": 5, "images": 100, "test_accuracy": accuracy}
        for accuracy in accuracies
    ]


def test_a_row_gives_mean_and_deviation_over_the_seeds():
    table = summarize(runs("lecture", 0.5, 0.7) + runs("project", 0.6, 0.6)).set_index("way")
    assert table["seeds"].to_list() == [2, 2]
    assert table["mean"].to_list() == pytest.approx([0.6, 0.6])
    assert table["deviation"].to_list() == pytest.approx([math.sqrt(0.02), 0])
    assert table["images"].to_list() == [100, 100]


def test_ways_with_the_same_mean_agree():
    (target,) = compare(runs("lecture", 0.5, 0.7) + runs("project", 0.55, 0.65))
    assert target.value == pytest.approx(1)
    assert target.is_reached


def test_the_probability_of_a_difference_is_that_of_welchs_test():
    # Means 0.2 and 0.6, variances 0.02 of two: t = 0.4 / sqrt(0.02); with two degrees of freedom
    # p = 1 - t / sqrt(t² + 2).
    (target,) = compare(runs("lecture", 0.1, 0.3) + runs("project", 0.5, 0.7))
    t = 0.4 / math.sqrt(0.02)
    assert target.value == pytest.approx(1 - t / math.sqrt(t**2 + 2))
    assert target.is_reached  # 0.11: two seeds cannot tell


def test_a_difference_beyond_noise_misses_the_target():
    (target,) = compare(runs("lecture", 0.50, 0.51, 0.52) + runs("project", 0.80, 0.81, 0.82))
    assert target.value < 0.001
    assert not target.is_reached


@pytest.mark.slow  # five processes with TensorFlow
def test_a_small_measurement_trains_with_each_seed_both_ways(run_bench):
    told = run_bench("bench.accuracy", "--networks", "mlp_dropout", "--seeds=2", "--epochs=1")
    for seed in (1, 2):
        for way in ("lecture", "project"):
            assert f"MLP dropout, seed {seed}, {way}: 0." in told
    assert "probability of such a difference by chance" in told
