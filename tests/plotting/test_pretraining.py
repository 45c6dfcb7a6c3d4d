import numpy as np
import pandas as pd
import pytest
from tests.conftest import title_of

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.plotting.pretraining import plot_encoders

# Test accuracy of both seeds by autoencoder, number of images and way.
ACCURACIES = {
    "stacked_autoencoder": {
        100: {"scratch": (0.60, 0.64), "frozen": (0.61, 0.63), "fine_tuned": (0.66, 0.68)},
        1000: {"scratch": (0.79, 0.81), "frozen": (0.74, 0.76), "fine_tuned": (0.80, 0.82)},
    },
    "convolutional_autoencoder": {
        100: {"scratch": (0.65, 0.67), "frozen": (0.68, 0.70), "fine_tuned": (0.64, 0.66)},
        1000: {"scratch": (0.80, 0.82), "frozen": (0.79, 0.81), "fine_tuned": (0.81, 0.83)},
    },
}


@pytest.fixture
def results():
    return pd.DataFrame(
        [
            {
                "autoencoder": autoencoder,
                "n_images": n_images,
                "way": way,
                "seed": seed,
                "test_accuracy": accuracy,
            }
            for autoencoder, numbers in ACCURACIES.items()
            for n_images, ways in numbers.items()
            for way, accuracies in ways.items()
            for seed, accuracy in enumerate(accuracies)
        ]
    )


TESTED = LabelledImages(np.zeros((1_000, 1, 1), np.uint8), np.zeros(1_000, np.uint8))


@pytest.fixture
def comparison(results):
    table = results.groupby(["autoencoder", "n_images", "way"], sort=False)["test_accuracy"].mean()
    table = table.rename("test_accuracy_mean").reset_index()
    scratch = table.groupby(["autoencoder", "n_images"], sort=False)["test_accuracy_mean"].transform("first")
    gains = table["test_accuracy_mean"] - scratch
    return table.assign(test_gain_mean=gains, test_gain_std=0.002)


@pytest.fixture
def panels(results, comparison):
    return plot_encoders(results, comparison, TESTED).axes


def test_each_encoder_has_a_panel_with_the_means_of_each_way(panels):
    stacked, _ = panels
    lines = {line.get_label(): line for line in stacked.lines if not line.get_label().startswith("_")}
    assert list(lines) == ["from scratch", "reused, frozen", "reused, then fine-tuned"]
    assert lines["from scratch"].get_xdata().tolist() == [100, 1000]
    np.testing.assert_allclose(lines["from scratch"].get_ydata(), [0.62, 0.80])
    np.testing.assert_allclose(lines["reused, then fine-tuned"].get_ydata(), [0.67, 0.81])


def test_each_training_is_a_dot_and_bands_are_deviations(panels):
    _, convolutional = panels
    dots = [line for line in convolutional.lines if line.get_linestyle() == "None"]
    assert sorted(dots[0].get_ydata()) == pytest.approx([0.65, 0.67, 0.80, 0.82])
    band = convolutional.collections[0].get_paths()[0].vertices
    assert band[band[:, 0] == 100, 1].max() == pytest.approx(0.66 + 0.02 / 2**0.5)


def test_numbers_of_images_are_on_a_logarithmic_axis_and_panels_compare(panels):
    for axes in panels:
        assert axes.get_xscale() == "log"
        assert [label.get_text() for label in axes.get_xticklabels()] == ["100", "1,000"]
        assert axes.get_xlabel() == "labelled images"
    assert panels[0].get_ylim() == panels[1].get_ylim()
    assert panels[0].get_ylabel() == "test accuracy"


def test_titles_tell_where_fine_tuning_gains_most(results, comparison):
    figure = plot_encoders(results, comparison, TESTED)
    title = title_of(figure)
    assert "fine-tuned against from scratch" in title
    assert "on 1,000 test images" in " ".join(figure.get_supxlabel().split())
    assert "+0.050 ± 0.002 with 100 labelled images (stacked autoencoder)" in title
    assert "+0.010 ± 0.002 with 1,000 labelled images (convolutional autoencoder)" in title
    lost = comparison.assign(
        test_gain_mean=comparison["test_gain_mean"].where(
            comparison["autoencoder"] == "stacked_autoencoder", -0.01
        )
    )
    title = title_of(plot_encoders(results, lost, TESTED))
    assert "+0.050 ± 0.002 with 100 labelled images (stacked autoencoder)" in title
    assert title.endswith(
        "nothing (convolutional autoencoder, least behind: −0.010 ± 0.002 with 100 labelled images)"
    )
    title = title_of(plot_encoders(results, lost.assign(test_gain_std=np.nan), TESTED))
    assert "least behind: −0.010 with 100" in title
    stacked, convolutional = (axes.get_title(loc="left").replace("\n", " ") for axes in figure.axes)
    assert stacked == (
        "stacked autoencoder; with 100 labelled images 0.620 from scratch, 0.620 frozen, 0.670 fine-tuned"
    )
    assert convolutional.endswith(
        "with 1,000 labelled images 0.810 from scratch, 0.800 frozen, 0.820 fine-tuned"
    )
