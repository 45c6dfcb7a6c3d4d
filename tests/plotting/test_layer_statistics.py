import numpy as np
import pandas as pd
import pytest

from fashion_nets.plotting.layer_statistics import plot_layer_statistics
from fashion_nets.plotting.study_caption import StudyCaption

CAPTION = StudyCaption("Why?", "Therefore.", "MLP, one seed", is_scale=False)


def _statistics(variant, gradients, seed=1):
    """``gradients`` has a row per layer and a column per epoch."""
    depths, epochs = np.indices(np.shape(gradients))
    return pd.DataFrame(
        {
            "variant": variant,
            "seed": seed,
            "epoch": epochs.ravel(),
            "depth": depths.ravel() + 1,
            "mean_gradient": np.ravel(gradients),
            "dead_units": np.ravel(gradients),
        }
    )


VANISHING = [[1e-9, 1e-8], [1e-3, 1e-2]]
HEALTHY = [[0.1, 0.2], [0.3, 0.4]]


def _maps(figure):
    return [axes.images[0] for axes in figure.axes if axes.images]


def test_a_panel_a_variant_with_the_input_layer_at_the_bottom():
    statistics = pd.concat([_statistics("sigmoid_plain", VANISHING), _statistics("relu_he", HEALTHY)])
    figure = plot_layer_statistics(statistics, "mean_gradient", CAPTION)
    first, second = _maps(figure)
    np.testing.assert_array_equal(first.get_array(), VANISHING)
    np.testing.assert_array_equal(second.get_array(), HEALTHY)
    assert first.origin == "lower"
    assert first.get_extent() == [-0.5, 1.5, 0.5, 2.5]
    titles = [axes.get_title(loc="left") for axes in figure.axes[:2]]
    assert titles == [
        "sigmoid plain\nepoch 1: first layer 1·10⁻⁸, last 0.01",
        "relu he\nepoch 1: first layer 0.2, last 0.4",
    ]
    assert figure.get_suptitle() == "Why? Therefore."


def test_all_panels_have_one_logarithmic_scale():
    statistics = pd.concat([_statistics("a", VANISHING), _statistics("b", HEALTHY)])
    norms = [image.norm for image in _maps(plot_layer_statistics(statistics, "mean_gradient", CAPTION))]
    assert norms[0] is norms[1]
    assert (norms[0].vmin, norms[0].vmax) == (1e-9, 0.4)
    assert norms[0](2e-5) == pytest.approx(0.5, abs=0.01)  # the geometric mean, 2e-5, is in the middle


def test_seeds_are_averaged():
    statistics = pd.concat([_statistics("a", [[0.1, 0.2]], seed=1), _statistics("a", [[0.3, 0.4]], seed=2)])
    (image,) = _maps(plot_layer_statistics(statistics, "mean_gradient", CAPTION))
    np.testing.assert_allclose(image.get_array(), [[0.2, 0.3]])


def test_shares_of_dead_units_go_from_0_to_1():
    figure = plot_layer_statistics(_statistics("a", [[0.0, 0.5], [0.25, 0.97]]), "dead_units", CAPTION)
    (image,) = _maps(figure)
    assert (image.norm.vmin, image.norm.vmax) == (0, 1)
    assert figure.axes[0].get_title(loc="left") == "a\nepoch 1: first layer 50 %, last 97 %"


def test_variants_without_a_dead_unit_are_named_and_have_no_panel():
    statistics = pd.concat(
        [
            _statistics("relu_he", [[0.0, 0.0], [0.25, 0.5]]),
            _statistics("tanh_glorot", [[0.0, 0.0], [0.0, 0.0]]),
            _statistics("selu", [[0.0, 0.0], [0.0, 0.0]]),
        ]
    )
    figure = plot_layer_statistics(statistics, "dead_units", CAPTION)
    (image,) = _maps(figure)
    assert image.axes.get_title(loc="left").startswith("relu he\n")
    named = "No unit is dead in any layer of tanh glorot, selu. MLP, one seed"
    assert " ".join(figure.get_supxlabel().split()) == named
    alive = plot_layer_statistics(statistics[statistics["variant"] != "relu_he"], "dead_units", CAPTION)
    assert _maps(alive) == []


@pytest.mark.parametrize("gradients", [[[0.0, 0.0]], [[0.0, 1e-3]]])
def test_gradients_of_zero_are_grey(gradients):
    figure = plot_layer_statistics(_statistics("a", gradients), "mean_gradient", CAPTION)
    (image,) = _maps(figure)
    assert image.to_rgba(np.ma.masked_equal([0.0], 0)).tolist() == [[217 / 255, 217 / 255, 217 / 255, 1.0]]
    assert figure.axes[-1].get_ylabel() == "mean absolute gradient of the loss by the weights (grey: 0)"


def test_variants_may_differ_in_depth():
    statistics = pd.concat([_statistics("shallow", [[0.1, 0.1]]), _statistics("deep", HEALTHY)])
    shallow, deep = _maps(plot_layer_statistics(statistics, "mean_gradient", CAPTION))
    assert shallow.get_extent() == [-0.5, 1.5, 0.5, 1.5]
    assert shallow.axes.get_ylim() == deep.axes.get_ylim() == (0.5, 2.5)
