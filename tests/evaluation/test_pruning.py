import keras
import numpy as np
import pandas as pd
import pytest
from keras import layers

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.evaluation.pruning import (
    prune_by_magnitude,
    pruning_curve,
    spare_ranges,
    spare_shares,
    total_sparsity,
    weight_sparsity,
)

KERNELS = [np.array([[0.5], [-0.1]]), np.array([[-0.3, 2.0]])]


@pytest.mark.parametrize(
    ("sparsity", "expected"),
    [
        (0, [[[0.5], [-0.1]], [[-0.3, 2.0]]]),
        (0.25, [[[0.5], [0.0]], [[-0.3, 2.0]]]),
        (0.5, [[[0.5], [0.0]], [[0.0, 2.0]]]),
        (0.7, [[[0.0], [0.0]], [[0.0, 2.0]]]),
        (1, [[[0.0], [0.0]], [[0.0, 0.0]]]),
    ],
)
def test_the_smallest_weights_of_all_layers_go_first(sparsity, expected):
    pruned = prune_by_magnitude(KERNELS, sparsity)
    assert [kernel.tolist() for kernel in pruned] == expected


def test_pruning_leaves_its_input_alone():
    kernels = [kernel.copy() for kernel in KERNELS]
    prune_by_magnitude(kernels, 1)
    assert all(np.array_equal(kernel, before) for kernel, before in zip(kernels, KERNELS, strict=True))


def test_of_equal_weights_the_first_go():
    assert prune_by_magnitude([np.ones(4, dtype="float32")], 0.5)[0].tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize("sparsity", [-0.1, 90])
def test_a_sparsity_is_a_share(sparsity):
    with pytest.raises(ValueError, match=rf"a sparsity in \[0, 1\], a share, got {sparsity}"):
        prune_by_magnitude(KERNELS, sparsity)


@pytest.fixture
def classifier():
    """Of images of two pixels: the brighter one is the class, with a bias for the second class."""
    model = keras.Sequential([keras.Input((1, 2)), layers.Flatten()])
    model.add(layers.Dense(2, activation="softmax", name="probabilities"))
    model.layers[1].kernel.assign([[3.0, 0.0], [0.0, 2.0]])
    model.layers[1].bias.assign([0.0, 0.1])
    return model


def test_the_curve_of_a_network_of_four_weights(classifier):
    """Without the 2, only the first pixel speaks: class 0 where it is lit. Without the 3, the bias alone."""
    images = LabelledImages(
        np.array([[[255, 0]], [[128, 255]], [[0, 255]], [[255, 51]]], dtype="uint8"),
        np.array([0, 1, 1, 0], dtype="uint8"),
    )
    before = classifier.get_weights()
    curve = pruning_curve(classifier, images, ["left", "right"], [0, 0.5, 0.75, 1])
    assert curve["sparsity"].tolist() == [0, 0.5, 0.75, 1]
    assert curve["nonzero_weights"].tolist() == [2, 2, 1, 0]
    assert curve["accuracy"].tolist() == [1, 1, 0.75, 0.5]
    probability = 1 / (1 + np.exp(-0.1))  # of the second class, by the bias
    assert curve["loss"].iloc[-1] == pytest.approx(-np.log(probability * (1 - probability)) / 2, rel=1e-5)
    assert all(np.array_equal(a, b) for a, b in zip(classifier.get_weights(), before, strict=True))


def test_a_failed_measurement_leaves_the_network_as_it_was(classifier):
    images = LabelledImages(np.ones((1, 1, 2), dtype="uint8"), np.array([0], dtype="uint8"))
    with pytest.raises(ValueError, match="got 90"):
        pruning_curve(classifier, images, ["left", "right"], [0.5, 90])
    assert classifier.layers[1].kernel.numpy().tolist() == [[3.0, 0.0], [0.0, 2.0]]


def test_weights_near_zero_are_counted_by_layer():
    model = keras.Sequential(
        [keras.Input((2,)), layers.Dense(2, name="hidden_1"), layers.BatchNormalization()]
    )
    model.add(layers.Dense(1, name="probabilities"))
    model.layers[0].kernel.assign([[0.0, 1e-4], [-1e-3, 0.2]])
    model.layers[2].kernel.assign([[1e-5], [-2.0]])
    assert weight_sparsity(model, tolerance=1e-3).to_dict("records") == [
        {"layer": "hidden_1", "weights": 4, "sparsity": 0.75},
        {"layer": "probabilities", "weights": 2, "sparsity": 0.5},
    ]


def test_layers_count_by_their_weights_in_the_sparsity_of_a_network():
    layers_of_networks = pd.DataFrame(
        {
            "variant": ["few", "few", "many", "many"],
            "seed": 1,
            "weights": [100, 300, 100, 300],
            "sparsity": [0.5, 0.9, 0.0, 0.2],
        }
    )
    few, many = (100 * 0.5 + 300 * 0.9) / 400, 300 * 0.2 / 400
    assert total_sparsity(layers_of_networks).to_numpy().tolist() == [["few", 1, few], ["many", 1, many]]


def test_what_a_network_can_spare_ends_where_too_much_accuracy_is_lost():
    curves = pd.DataFrame(
        [
            {"variant": variant, "seed": seed, "sparsity": sparsity, "accuracy": accuracy}
            for variant, seed, accuracies in (
                ("plain", 1, (0.85, 0.845, 0.4)),
                ("plain", 2, (0.85, 0.84, 0.84)),  # 0.01 less, as much as is tolerated
                ("brittle", 1, (0.85, 0.80, 0.85)),  # what recovers by chance does not count
            )
            for sparsity, accuracy in zip((0.0, 0.5, 0.9), accuracies, strict=True)
        ]
    )
    assert spare_shares(curves).to_numpy().tolist() == [
        ["plain", 1, 0.5],
        ["plain", 2, 0.9],
        ["brittle", 1, 0],
    ]
    assert spare_ranges(curves) == {"plain": (0.5, 0.9), "brittle": (0, 0)}
