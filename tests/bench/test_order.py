import numpy as np
import pytest

from bench import order
from bench.order import NEW, SAME, measure, one_order, summarize
from fashion_nets.data.image_set import LabelledImages
from fashion_nets.training import samples


def test_with_one_order_every_epoch_has_that_of_the_first():
    first, second = (samples.epoch_order(20, 1, epoch) for epoch in (0, 1))
    with one_order():
        for epoch in (0, 1):
            np.testing.assert_array_equal(samples.epoch_order(20, 1, epoch), first)
    np.testing.assert_array_equal(samples.epoch_order(20, 1, 1), second)


def test_means_and_deviations_by_hand():
    measurements = [
        {
            "optimizer": "SGD 0.1",
            "order": order,
            "seed": seed,
            "test_accuracy": accuracy,
            "validation_loss": accuracy / 2,
        }
        for order, accuracies in ((SAME, (0.5, 0.7)), (NEW, (0.8, 0.8)))
        for seed, accuracy in enumerate(accuracies)
    ]
    same, new = summarize(measurements).to_dict("records")
    assert (same["order"], same["seeds"]) == (SAME, 2)
    assert same["test_accuracy"] == pytest.approx(0.6)
    assert same["deviation"] == pytest.approx(np.sqrt(0.02))
    assert (new["test_accuracy"], new["deviation"], new["validation_loss"]) == (0.8, 0, 0.4)


def test_the_first_epochs_are_alike_and_the_next_ones_are_not(
    train_set, validation_set, test_set, monkeypatch
):
    monkeypatch.setattr(order, "OPTIMIZERS", {"SGD": 0.1})
    sets = [
        LabelledImages(*(array[:100] for array in part)) for part in (train_set, validation_set, test_set)
    ]
    for epochs, alike in ((1, True), (2, False)):
        same, new = measure(epochs=epochs, n_seeds=1, sets=sets)
        assert (same["order"], new["order"]) == (SAME, NEW)
        assert (same["validation_loss"] == new["validation_loss"]) is alike
