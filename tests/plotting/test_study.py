import math

import numpy as np
import pandas as pd
import pytest
from tests.plotting.study_trials import CAPTION, TRIALS

from fashion_nets.plotting.study import (
    plot_accuracy_against,
    plot_cost_curves,
    plot_epoch_quantity,
    plot_study_curves,
)

AVERAGES = pd.DataFrame(
    {
        "variant": ["slow", "slow", "fast_one", "fast_one", "wild"],
        "epoch": [1, 2, 1, 2, 1],
        **{
            f"{quantity}_{statistic}": values if statistic == "mean" else [0.1, 0.1, 0.1, 0.1, math.nan]
            for quantity, values in {
                "loss": [0.8, 0.7, 0.5, 0.4, math.nan],
                "val_loss": [0.9, 0.8, 0.6, 0.5, math.nan],
                "accuracy": [0.7, 0.8, 0.85, 0.92, 0.1],
                "val_accuracy": [0.75, 0.85, 0.88, 0.9, 0.1],
                "learning_rate": [0.1, 0.01, 0.1, 0.1, 0.1],
                "updates": [25, 50, 100, 200, 25],
                "elapsed_seconds": [1, 2, 3, 6, 1],
            }.items()
            for statistic in ("mean", "std")
        },
    }
)


def labels(axes):
    return [text.get_text() for text in (axes.get_legend() or axes.figure.legends[0]).get_texts()]


def test_curves_have_validation_with_its_band_above_training():
    figure = plot_study_curves(AVERAGES, TRIALS, CAPTION)
    loss, accuracy, training_loss, training_accuracy = figure.axes
    validation, training = loss.lines[0], training_loss.lines[0]
    assert (training.get_linestyle(), validation.get_linestyle()) == ("--", "-")
    np.testing.assert_array_equal(training.get_color(), validation.get_color())
    np.testing.assert_array_equal(training.get_xydata(), [[1, 0.8], [2, 0.7]])
    np.testing.assert_array_equal(validation.get_xydata(), [[1, 0.9], [2, 0.8]])
    band = loss.collections[0].get_paths()[0].vertices
    assert (band[:, 1].min(), band[:, 1].max()) == pytest.approx((0.7, 1.0))
    assert [axes.get_ylabel() for axes in figure.axes] == [
        *("validation cross-entropy", "validation accuracy"),
        *("training cross-entropy", "training accuracy"),
    ]
    assert all(len(axes.lines) == 3 for axes in figure.axes)  # a line a variant
    assert labels(accuracy) == ["slow", "fast one", "wild (diverged)"]
    assert "penalties" in loss.get_title(loc="left")
    assert "dropout" in training_loss.get_title(loc="left")
    assert training_accuracy.get_xlabel() == "epoch"
    assert figure.get_suptitle() == "Which one? MLP: fast one, 0.9"
    assert figure.get_supxlabel() == CAPTION.facts


def test_no_band_lies_above_an_accuracy_of_1():
    axes = plot_study_curves(AVERAGES.assign(val_accuracy_std=0.3), TRIALS, CAPTION).axes[1]
    assert max(band.get_paths()[0].vertices[:, 1].max() for band in axes.collections) == 1


def test_losses_that_differ_widely_have_a_logarithmic_axis():
    explosive = AVERAGES.assign(loss_mean=[1e4, *AVERAGES["loss_mean"][1:]])
    scales = [axes.get_yscale() for axes in plot_study_curves(explosive, TRIALS, CAPTION).axes]
    assert scales == ["linear", "linear", "log", "linear"]


def test_learning_rates_are_drawn_over_the_epochs_in_the_colours_of_the_accuracies():
    left, right = plot_epoch_quantity(AVERAGES, TRIALS, "learning_rate", True, CAPTION).axes
    np.testing.assert_array_equal(left.lines[0].get_xydata(), [[1, 0.1], [2, 0.01]])
    assert (left.get_ylabel(), left.get_yscale()) == ("learning rate", "log")
    assert left.yaxis.get_major_formatter()(1e-4) == "0.0001"
    slow = [label for label in right.get_yticklabels() if label.get_text() == "slow"]
    np.testing.assert_array_equal(slow[0].get_color(), left.lines[0].get_color())


def test_accuracies_are_drawn_against_a_number():
    (axes,) = plot_accuracy_against(TRIALS, "parameters", True, CAPTION).axes
    means = [container.lines[0].get_xydata()[0].tolist() for container in axes.containers]
    assert means == [[100, pytest.approx(0.85)], [1000, pytest.approx(0.9)]]
    assert (axes.get_xscale(), axes.get_xlabel()) == ("log", "parameters")
    assert labels(axes) == ["slow", "fast one", "wild (diverged)", "validation", "training"]


def test_what_lies_far_behind_is_an_arrow_at_the_lower_edge_with_its_accuracy():
    at_chance = TRIALS["variant"] == "slow"
    trials = TRIALS.assign(
        **{name: TRIALS[name].mask(at_chance, 0.1) for name in ("val_accuracy", "train_accuracy")}
    )
    figure = plot_accuracy_against(trials, "parameters", True, CAPTION)
    (axes,) = figure.axes
    assert len(axes.containers) == 1  # the means that are drawn: of the other one
    (arrow,) = [line for line in axes.lines if line.get_marker() == "v"]
    assert arrow.get_xdata() == [100]
    assert axes.bbox.contains(*arrow.get_transform().transform(arrow.get_xydata())[0])
    assert [text.get_text() for text in axes.texts] == ["0.1000"]
    assert axes.get_ylabel() == "accuracy of the final network; ▾ lies further down"
    assert axes.get_ylim()[0] > 0.7


def test_an_arrow_without_a_number_tells_that_a_bar_goes_on_below_the_scale():
    trials = TRIALS.assign(
        val_accuracy=TRIALS["val_accuracy"].mask(TRIALS["variant"] == "slow", [0.72, 0.86] * 3)
    )
    (axes,) = plot_accuracy_against(trials, "parameters", True, CAPTION).axes
    assert len(axes.containers) == 2
    assert [text.get_text() for text in axes.texts] == [""]


def test_no_bar_goes_on_beyond_the_most_epochs_that_there_were():
    trials = TRIALS.assign(epochs=[4, 20, 20, 20, 1, 1])
    (axes,) = plot_accuracy_against(trials, "epochs", False, CAPTION).axes
    (bar, _), _ = (container.lines[2] for container in axes.containers)
    deviation = trials["epochs"].iloc[:2].std()
    assert bar.get_segments()[0][:, 0].tolist() == [pytest.approx(12 - deviation), 20]


def test_nothing_points_down_where_all_is_on_the_scale():
    (axes,) = plot_accuracy_against(TRIALS, "parameters", True, CAPTION).axes
    assert axes.get_ylabel() == "accuracy of the final network"
    assert not axes.texts


def test_costs_are_drawn_per_update_and_per_second():
    per_update, per_second = plot_cost_curves(AVERAGES, TRIALS, CAPTION).axes
    np.testing.assert_array_equal(per_update.lines[1].get_xydata(), [[100, 0.6], [200, 0.5]])
    np.testing.assert_array_equal(per_second.lines[1].get_xydata(), [[3, 0.6], [6, 0.5]])
    assert {per_update.get_xscale(), per_second.get_xscale()} == {"log"}


def test_variants_that_are_steps_of_a_scale_are_coloured_from_dark_to_bright():
    scale = CAPTION._replace(is_scale=True)
    lines = plot_cost_curves(AVERAGES, TRIALS, scale).axes[0].lines
    brightness = [sum(line.get_color()[:3]) for line in lines]
    assert brightness == sorted(brightness)
