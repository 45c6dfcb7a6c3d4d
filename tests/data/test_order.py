import numpy as np

from fashion_nets.data.order import epoch_order


def test_an_epoch_has_each_image_once_in_an_order_of_its_own():
    first, second = epoch_order(1_000, seed=1, epoch=0), epoch_order(1_000, seed=1, epoch=1)

    for order in (first, second):
        assert order.dtype == np.int32
        np.testing.assert_array_equal(np.sort(order), np.arange(1_000))
    assert np.mean(first == second) < 0.01
    assert np.mean(first == epoch_order(1_000, seed=2, epoch=0)) < 0.01
    assert np.mean(epoch_order(1_000, seed=2, epoch=1) == epoch_order(1_000, seed=1, epoch=2)) < 0.01


def test_it_is_the_same_whenever_it_is_asked_for():
    later = epoch_order(50, seed=7, epoch=3)

    epoch_order(50, seed=7, epoch=0)
    np.random.default_rng().permutation(3)

    np.testing.assert_array_equal(epoch_order(50, seed=7, epoch=3), later)


def test_the_numbers_stay_those_that_trainings_were_stored_with():
    assert epoch_order(8, seed=42, epoch=0).tolist() == [3, 4, 2, 7, 6, 1, 5, 0]
