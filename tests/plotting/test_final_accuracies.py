import math

import numpy as np
from tests.plotting.study_trials import CAPTION, TRIALS

from fashion_nets.plotting.final_accuracies import plot_final_accuracies
from fashion_nets.plotting.study_caption import say_nothing_to_draw


def texts(axes):
    return [text.get_text() for text in axes.texts]


def arrows(axes):
    return [line for line in axes.lines if line.get_marker() == "<"]


def test_final_accuracies_are_sorted_with_each_seed_as_a_dot_and_the_numbers_beside():
    (axes,) = plot_final_accuracies(TRIALS, CAPTION).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["wild", "slow", "fast one"]
    assert texts(axes) == ["diverged", "0.8500 ± 0.0141", "0.9000 ± 0.0141"]
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [[0.84, 1], [0.86, 1]])
    (interval,) = axes.containers[0].lines[2][0].get_segments()
    np.testing.assert_allclose(interval[:, 0], [0.85 - 0.02 / math.sqrt(2), 0.85 + 0.02 / math.sqrt(2)])


def test_training_accuracies_stand_beside_where_the_gap_matters():
    (axes,) = plot_final_accuracies(TRIALS, CAPTION, with_training=True).axes
    hollow = [line for line in axes.lines if str(line.get_markerfacecolor()) == "none"]
    np.testing.assert_allclose([line.get_xydata()[0] for line in hollow], [[0.86, 1], [0.96, 2]])
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["validation", "training"]


def test_a_variant_far_behind_is_an_arrow_at_the_edge_with_its_number():
    trials = TRIALS.assign(val_accuracy=[0.1, 0.12, 0.89, 0.91, math.nan, math.nan])
    (axes,) = plot_final_accuracies(trials, CAPTION).axes
    (arrow,) = arrows(axes)
    place = arrow.get_transform().transform(arrow.get_xydata())[0]
    assert 0 < place[0] - axes.bbox.x0 < 0.02 * axes.bbox.width
    assert arrow.get_ydata() == [1]
    assert "0.1100 ± 0.0141" in texts(axes)
    assert axes.get_xlabel() == "validation accuracy of the final network; ◂ lies further left"
    assert axes.get_xlim()[0] > 0.7


def test_what_lies_little_below_the_scale_widens_it():
    trials = TRIALS.assign(val_accuracy=[0.775, 0.78, 0.89, 0.91, math.nan, math.nan])
    (axes,) = plot_final_accuracies(trials, CAPTION).axes
    assert not arrows(axes)
    assert axes.get_xlabel() == "validation accuracy of the final network"
    assert axes.get_xlim()[0] < 0.775


def test_arrows_are_at_the_edge_wherever_other_dots_and_training_accuracies_lie():
    trials = TRIALS.assign(
        val_accuracy=[0.07, 0.12, 0.6, 0.95, 0.9, 0.91], train_accuracy=[0.1, 0.1, 0.5, 0.9, 0.9, 0.9]
    ).assign(diverged=False)
    (axes,) = plot_final_accuracies(trials, CAPTION, with_training=True).axes
    left = axes.get_xlim()[0]
    data = [line for line in axes.lines if line.get_transform() == axes.transData]
    assert all(x >= left for line in data for x in line.get_xdata())
    # Rows from below: slow with both accuracies, fast_one with one seed; at 0.905 nothing is off the scale.
    assert sorted((line.get_ydata()[0], line.get_markerfacecolor() == "none") for line in arrows(axes)) == [
        *((0, False), (0, False)),
        *((1, False), (1, False)),
    ]


def test_nothing_is_drawn_above_an_accuracy_of_1():
    trials = TRIALS.assign(val_accuracy=[0.9, 1.0, 0.99, 0.99, math.nan, math.nan])
    (axes,) = plot_final_accuracies(trials, CAPTION).axes
    ends = [segment[:, 0] for bar in axes.containers for segment in bar.lines[2][0].get_segments()]
    assert max(end.max() for end in ends) == 1
    assert arrows(axes) == []
    assert axes.get_xlabel() == "validation accuracy of the final network"


def test_one_seed_has_no_deviation_and_some_that_diverged_are_counted():
    trials = TRIALS[TRIALS["variant"] != "wild"].assign(diverged=[True, False, False, False])
    (axes,) = plot_final_accuracies(trials, CAPTION).axes
    assert texts(axes) == ["0.8600 (1 of 2 diverged)", "0.9000 ± 0.0141"]


def test_a_study_that_diverged_as_a_whole_can_be_drawn():
    wild = TRIALS[TRIALS["diverged"]]
    (axes,) = plot_final_accuracies(wild, CAPTION).axes
    assert texts(axes) == ["diverged"]
    assert texts(say_nothing_to_draw(CAPTION).axes[0]) == ["nothing was measured"]


def test_the_legend_hides_neither_the_title_nor_the_facts():
    words = "MLP, 1,500 training images, at most 2 epochs, mean ± deviation of 2 seeds. "
    long = CAPTION._replace(result=words * 3, facts=words * 2)
    figure = plot_final_accuracies(TRIALS, long, with_training=True)
    legend = figure.axes[0].get_legend().get_window_extent()
    assert len(figure.get_suptitle().splitlines()) > 2
    for text in (figure._suptitle, figure._supxlabel):
        assert not legend.overlaps(text.get_window_extent())
    assert not legend.overlaps(figure.axes[0].bbox)
