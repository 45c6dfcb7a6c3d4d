import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from tests.conftest import title_of

from fashion_nets.plotting.classification import plot_confusion_matrix

NAMES = ["Bag", "Coat", "Dress"]
COUNTS = [[1_800, 200, 0], [1, 1, 0], [0, 0, 0]]


@pytest.fixture
def figure():
    confusion = pd.DataFrame(COUNTS, index=NAMES, columns=NAMES)
    return plot_confusion_matrix(confusion, "mlp", accuracy=0.89960, interval=(0.88563, 0.91204))


def test_cells_have_count_and_share_of_the_true_class(figure):
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == ["1,800\n90.0 %", "200\n10.0 %", "0", "1\n50.0 %", "1\n50.0 %", "0", "0", "0", "0"]
    np.testing.assert_allclose(
        figure.axes[0].images[0].get_array(), [[0.9, 0.1, 0], [0.5, 0.5, 0], [0, 0, 0]]
    )


def test_classes_are_named_on_both_axes(figure):
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == NAMES
    assert [label.get_text() for label in axes.get_yticklabels()] == NAMES
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")


def test_title_has_network_part_accuracy_and_mistakes(figure):
    title = title_of(figure)
    assert title == "MLP, test images: accuracy 0.8996 (95 %: 0.8856 to 0.9120), 201 mistakes in 2,002"


def test_text_stands_out_from_its_cell_whatever_the_share():
    hits = np.arange(0, 101, 6)  # of 100 images of each class
    counts = np.diag(hits) + np.roll(np.diag(100 - hits), 1, axis=1)
    names = [str(index) for index in range(len(hits))]
    axes = plot_confusion_matrix(pd.DataFrame(counts, names, names), "mlp", 0.5, (0.4, 0.6)).axes[0]
    picture = axes.images[0]
    for text, share in zip(axes.texts, picture.get_array().ravel(), strict=True):
        cell = picture.cmap(picture.norm(share))[:3]
        assert _contrast(to_rgb(text.get_color()), cell) >= 4.5  # what WCAG asks of small text


def test_many_classes_are_drawn_without_numbers():
    names = [str(index) for index in range(21)]
    axes = plot_confusion_matrix(
        pd.DataFrame(np.eye(21, dtype=int), names, names), "cnn", 1.0, (0.9, 1.0)
    ).axes[0]
    assert not axes.texts
    assert [label.get_text() for label in axes.get_yticklabels()] == names


def _contrast(one, other):
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour):
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in colour
    ]
    return np.dot(linear, [0.2126, 0.7152, 0.0722])
