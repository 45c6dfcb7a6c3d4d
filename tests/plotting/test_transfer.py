import numpy as np
import pandas as pd
import pytest

from fashion_nets.plotting.transfer import plot_learning_curves, plot_ways
from fashion_nets.plotting.ways import WAY_NAMES

WAYS = ["scratch", "frozen", "unfrozen"]
CLASSES = ["Sandal", "Shirt"]
# Accuracy of both seeds by way and number of images.
ACCURACIES = {
    10: {"scratch": (0.80, 0.90), "frozen": (0.90, 0.94), "unfrozen": (0.91, 0.95)},
    200: {"scratch": (0.92, 0.94), "frozen": (0.96, 0.98), "unfrozen": (0.95, 0.96)},
}


@pytest.fixture
def results():
    return pd.DataFrame(
        [
            {"n_images": n_images, "way": way, "seed": seed, "test_accuracy": accuracy}
            for n_images, by_way in ACCURACIES.items()
            for way, accuracies in by_way.items()
            for seed, accuracy in enumerate(accuracies)
        ]
    )


@pytest.fixture
def history():
    return pd.DataFrame(
        [
            {"way": way, "seed": seed, "epoch": epoch, "val_loss": 1 / epoch + seed, "val_accuracy": 0.9}
            for way in WAYS
            for seed in (0, 2)
            for epoch in range(1, 7)
        ]
    )


def labelled_lines(axes):
    return {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}


def test_each_training_with_the_chosen_number_is_a_dot_with_the_mean_beside(results):
    left, _ = plot_ways(results, 200, CLASSES, "MLP trained without these classes", 2_000).axes
    assert [line.get_ydata().tolist() for line in left.lines] == [[0.92, 0.94], [0.96, 0.98], [0.95, 0.96]]
    assert [text.get_text() for text in left.texts] == ["0.9300", "0.9700", "0.9550"]
    assert [label.get_text() for label in left.get_xticklabels()] == [WAY_NAMES[way] for way in WAYS]


def test_the_means_of_each_way_are_lines_over_the_numbers_of_images(results):
    _, right = plot_ways(results, 200, CLASSES, "MLP", 2_000).axes
    lines = labelled_lines(right)
    assert list(lines) == ["from scratch", "reused, frozen", "reused, then partly unfrozen"]
    assert lines["reused, frozen"].get_xdata().tolist() == [10, 200]
    np.testing.assert_allclose(lines["reused, frozen"].get_ydata(), [0.92, 0.97])
    assert [label.get_text() for label in right.get_xticklabels()] == ["10", "200"]


def test_the_title_says_which_task_which_base_and_the_results(results):
    title = plot_ways(results, 200, CLASSES, "MLP trained without these classes", 2_000).get_suptitle()
    assert title.replace("\n", " ") == (
        "Sandal or Shirt from 200 labelled images: test accuracy 0.9300 from scratch, 0.9700 on frozen "
        "layers of the MLP trained without these classes, 0.9550 partly unfrozen"
    )


def test_curves_are_means_over_seeds_with_a_band(history):
    loss, accuracy = plot_learning_curves(history, 200, CLASSES, unfreeze_after=4).axes
    assert [loss.get_ylabel(), accuracy.get_ylabel()] == ["validation cross-entropy", "validation accuracy"]
    scratch = labelled_lines(loss)["from scratch"]
    np.testing.assert_allclose(scratch.get_ydata(), 1 / np.arange(1, 7) + 1)  # seeds add 0 and 2
    band = loss.collections[0].get_paths()[0].vertices
    np.testing.assert_allclose(band[band[:, 0] == 2, 1].max(), 1.5 + 2**0.5)


def test_what_is_unfrozen_begins_where_it_parts_from_what_is_not(history):
    loss, _ = plot_learning_curves(history, 200, CLASSES, unfreeze_after=4).axes
    assert labelled_lines(loss)["reused, then partly unfrozen"].get_xdata().tolist() == [4, 5, 6]
    assert labelled_lines(loss)["reused, frozen"].get_xdata().tolist() == [1, 2, 3, 4, 5, 6]
    assert [text.get_text() for text in loss.texts] == ["unfrozen here"]


def test_the_choice_of_test_images_is_told_as_an_interval(results):
    figure = plot_ways(results, 200, CLASSES, "MLP", 200)
    # Wilson's: 1.96 · sqrt(0.97 · 0.03 / 200 + (1.96 / 400)^2) / (1 + 1.96^2 / 200)
    assert " ".join(figure.get_supxlabel().split()) == (
        "Dots are trainings; measured on 200 test images, whose choice may move 0.9700 by 0.0250 (95 %)"
    )
