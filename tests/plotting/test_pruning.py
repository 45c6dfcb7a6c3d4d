import numpy as np
import pandas as pd

from fashion_nets.plotting.pruning import plot_pruning
from fashion_nets.plotting.study_caption import StudyCaption

CAPTION = StudyCaption("Why?", "Therefore.", "MLP, one seed", is_scale=False)


def _curve(variant, seed, accuracies, sparsities=(0, 0.5, 0.9)):
    return pd.DataFrame(
        {"variant": variant, "seed": seed, "sparsity": sparsities, "accuracy": accuracies, "loss": 0.0}
    )


def test_lines_are_means_over_seeds_and_bands_deviations():
    curves = pd.concat([_curve("plain", 1, [0.8, 0.7, 0.3]), _curve("plain", 2, [0.9, 0.7, 0.5])])
    axes = plot_pruning(curves, {"plain": (0.5, 0.5)}, 0.01, CAPTION).axes[0]
    (line,) = axes.lines
    np.testing.assert_allclose(line.get_xdata(), [1, 0.5, 0.1])
    np.testing.assert_allclose(line.get_ydata(), [0.85, 0.7, 0.4])
    band = axes.collections[0].get_paths()[0].vertices
    deviation = np.sqrt(2 * 0.1**2)  # of 0.3 and 0.5, ddof=1
    at_a_tenth = band[np.isclose(band[:, 0], 0.1), 1]
    np.testing.assert_allclose([at_a_tenth.min(), at_a_tenth.max()], [0.4 - deviation, 0.4 + deviation])
    assert axes.get_xlim()[0] > axes.get_xlim()[1]  # fewer and fewer weights to the right


def test_the_legend_says_how_many_weights_are_to_spare():
    curves = pd.concat([_curve("plain", 1, [0.85, 0.845, 0.4]), _curve("l1_strong", 1, [0.82, 0.83, 0.82])])
    figure = plot_pruning(curves, {"plain": (0.5, 0.9), "l1_strong": (0.9, 0.9)}, 0.01, CAPTION)
    legend = figure.axes[0].get_legend()
    assert " ".join(legend.get_title().get_text().split()) == (
        "to spare: pruned at a cost of at most 0.01 of accuracy, by seed"
    )
    assert [text.get_text() for text in legend.get_texts()] == [
        "plain: 50 % to 90 % to spare",
        "l1 strong: 90 % to spare",
    ]
    assert not legend.get_window_extent().overlaps(figure.axes[0].bbox)
    assert not legend.get_window_extent().overlaps(figure._supxlabel.get_window_extent())


def test_no_band_lies_above_an_accuracy_of_1():
    curves = pd.concat([_curve("plain", 1, [1, 0.7, 0.3]), _curve("plain", 2, [0.9, 0.7, 0.5])])
    axes = plot_pruning(curves, {"plain": (0.5, 0.5)}, 0.01, CAPTION).axes[0]
    assert axes.collections[0].get_paths()[0].vertices[:, 1].max() == 1
