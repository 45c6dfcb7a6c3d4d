import pytest

from bench.trials import WAYS, times_faster


def test_a_way_is_compared_within_each_round():
    first, second = WAYS
    rates = {first: (100.0, 50.0, 80.0), second: (150.0, 90.0, 112.0)}  # the second round on busy cores
    measured = [
        {"network": network, "way": way, "trials_an_hour": rate / slower}
        for network, slower in (("mlp", 1), ("cnn", 10))
        for number in range(3)
        for way, rate in ((first, rates[first][number]), (second, rates[second][number]))
    ]
    assert times_faster(measured, "mlp", second, first) == pytest.approx(1.5)
    assert times_faster(measured, "cnn", second, first) == pytest.approx(1.5)
