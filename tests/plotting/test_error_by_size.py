import numpy as np
import pandas as pd
import pytest
from tests.conftest import title_of

from fashion_nets.plotting.error_by_size import plot_errors


@pytest.fixture
def results():
    return pd.DataFrame(
        [
            {
                "n_images": n_images,
                "seed": seed,
                "train_error": 0.05 + 0.01 * seed,
                "val_error": error + 0.02 * seed,
                "test_error": error,
            }
            for n_images, error in [(400, 0.2), (1600, 0.15), (6400, 0.125), (25600, 0.1125)]
            for seed in (0, 1)
        ]
    )


@pytest.fixture
def verdict():
    return {
        "network": "mlp",
        "n_images": 25600,
        "test_error_mean": 0.1125,
        "acceptable_errors": {"training": 0.08, "test": 0.1},
        "power_law": {"a": 2.0, "b": 0.5, "c": 0.1},
        "predictions": [
            {"factor": 2, "n_images": 51200, "error": 0.109, "low": 0.105, "high": 0.112},
            {"factor": 4, "n_images": 102400, "error": 0.106, "low": 0.1, "high": 0.111},
        ],
    }


def lines_of(axes):
    return {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}


def test_errors_are_means_over_seeds_with_training_dashed(results, verdict):
    lines = lines_of(plot_errors(results, verdict).axes[0])
    assert [lines[part].get_linestyle() for part in ("training", "validation", "test")] == ["--", "-", "-"]
    np.testing.assert_allclose(lines["training"].get_ydata(), 0.055)
    np.testing.assert_allclose(lines["validation"].get_ydata(), [0.21, 0.16, 0.135, 0.1225])
    np.testing.assert_allclose(lines["test"].get_ydata(), [0.2, 0.15, 0.125, 0.1125])


def test_the_power_law_goes_on_to_the_farthest_prediction(results, verdict):
    lines = lines_of(plot_errors(results, verdict).axes[0])
    law = lines["power law of the test error:\n2 n^(–0.50) + 0.100"]
    assert law.get_xdata()[[0, -1]] == pytest.approx([400, 102400])
    assert law.get_ydata()[[0, -1]] == pytest.approx([0.2, 0.10625])


def test_a_floor_of_nothing_is_not_named(results, verdict):
    verdict["power_law"]["c"] = 1e-20
    assert "power law of the test error:\n2 n^(–0.50)" in lines_of(plot_errors(results, verdict).axes[0])


def test_predictions_have_their_intervals(results, verdict):
    (bars,) = plot_errors(results, verdict).axes[0].containers
    points, _, (spans,) = bars
    np.testing.assert_allclose(points.get_xydata(), [[51200, 0.109], [102400, 0.106]])
    np.testing.assert_allclose(
        [segment[:, 1] for segment in spans.get_segments()], [[0.105, 0.112], [0.1, 0.111]]
    )


def test_sizes_and_the_acceptable_error_can_be_read_off(results, verdict):
    axes = plot_errors(results, verdict).axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == [
        "400",
        "1,600",
        "6,400",
        "25,600",
        "51,200",
        "102,400",
    ]
    assert set(lines_of(axes)["acceptable"].get_ydata()) == {0.1}
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("training images", "error")


def test_the_title_says_which_network_and_what_twice_the_data_would_bring(results, verdict):
    title = title_of(plot_errors(results, verdict))
    assert title == (
        "MLP: test error 11.2 % with 25,600 training images, 10.9 % expected with 2 times as many "
        "(95 %: 10.5 % to 11.2 %)"
    )
