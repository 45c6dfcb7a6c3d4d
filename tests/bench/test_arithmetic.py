import json
import time

import keras
import numpy as np
import pytest

from bench.arithmetic import best_of, count_operations, kernel_shapes, make_products, time_epochs
from bench.networks import NETWORKS


def test_kernels_are_those_of_dense_layers():
    assert kernel_shapes(NETWORKS["mlp"].build()) == [(784, 300), (300, 100), (100, 10)]


def test_an_epoch_multiplies_three_times_by_each_kernel_but_twice_by_the_first():
    # Forward and for the gradient of the weights: 2 (4·3 + 3·2); for the errors behind the first layer: 3·2.
    assert count_operations([(4, 3), (3, 2)], n_images=10) == 2 * 10 * (2 * (4 * 3 + 3 * 2) + 3 * 2)


def test_the_shortest_run_counts_and_the_first_does_not():
    pauses = iter([0, 0.2, 0.05, 0.2])
    assert 0.05 <= best_of(lambda: time.sleep(next(pauses)), times=3) < 0.2


def test_the_loop_makes_the_products_of_so_many_steps(monkeypatch):
    keras.utils.set_random_seed(1)
    monkeypatch.setattr("bench.arithmetic.BATCH_SIZE", 5)
    number, batch, *gradients = make_products([(4, 3), (3, 2)], n_steps=7)()
    assert number == 7
    np.testing.assert_allclose(batch, np.full((5, 4), 0.999**7), rtol=1e-5)
    assert [gradient.shape for gradient in gradients] == [(4, 3), (3, 2)]
    # All inputs of a batch are alike, so that all rows of the first gradient are.
    np.testing.assert_allclose(gradients[0], np.broadcast_to(gradients[0][0], (4, 3)), rtol=1e-5)
    assert np.all(gradients[1] > 0)  # products of positive numbers


@pytest.mark.parametrize("with_validation", [False, True])
def test_epochs_of_a_fit_take_time(with_validation, train_set, validation_set):
    validation = validation_set if with_validation else None
    assert 0 < time_epochs(NETWORKS["mlp"], train_set, validation, epochs=1) < 60


@pytest.mark.slow  # a process that multiplies large matrices
def test_a_small_measurement_states_each_time_and_the_share_of_the_limit(run_bench, bench_project):
    run_bench("bench.arithmetic", "--networks", "mlp", "--epochs=1")
    written = json.loads((bench_project / "bench" / "results" / "arithmetic.json").read_text())
    (row,) = written["table"]
    weights = [784 * 300, 300 * 100, 100 * 10]
    assert row["gflop"] == pytest.approx(2 * 320 * (3 * sum(weights) - weights[0]) / 1e9)
    assert row["limit_seconds"] == pytest.approx(row["gflop"] / row["gflop_per_second"])
    assert row["share_of_rate"] == pytest.approx(row["limit_seconds"] / row["fit_seconds"])
