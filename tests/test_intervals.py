import pytest
from scipy.stats import binomtest

from fashion_nets.intervals import accuracy_interval, half_interval


@pytest.mark.parametrize(("n_correct", "n_images"), [(8, 10), (0, 10), (10, 10), (9_021, 10_000)])
def test_the_interval_of_an_accuracy_is_wilsons(n_correct, n_images):
    low, high = binomtest(n_correct, n_images).proportion_ci(0.95, method="wilson")
    accuracy = n_correct / n_images
    assert accuracy_interval(accuracy, n_images) == pytest.approx((low, high), abs=1e-7)
    assert half_interval(accuracy, n_images) == pytest.approx((high - low) / 2, abs=1e-7)
