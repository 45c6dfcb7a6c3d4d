import keras
import numpy as np
import pytest
import yaml
from tests.conftest import ROOT, title_of

from fashion_nets.data.image_set import LabelledImages, scale_pixels
from fashion_nets.errors import UserError
from fashion_nets.filters.noise import drop_pixels, filter_noise
from fashion_nets.pipelines.denoise.nodes import (
    DenoisingNodes,
    DenoisingParams,
    denoise_images,
    try_filters,
)

CONF = yaml.safe_load((ROOT / "conf" / "base" / "parameters_denoise.yml").read_text())
SEED = 42


def params(**changes):
    return DenoisingParams.model_validate({**CONF["denoising_autoencoder"]["denoise"], **changes})


def gaussian(deviation):
    return params(noise={"kind": "gaussian", "strength": deviation})


@pytest.fixture(scope="module")
def same():
    """Gives back what it gets, and so leaves all noise in."""
    images = keras.Input((28, 28))
    return keras.Model(images, keras.layers.Reshape((28, 28))(images))


@pytest.fixture(scope="module")
def scores_of(validation_set, test_set, same):
    def score(denoising):
        return denoise_images(same, test_set, try_filters(validation_set, denoising, SEED), denoising, SEED)

    return score


def test_each_filter_is_tried_in_each_size_and_the_best_comes_first(validation_set):
    tried = try_filters(validation_set, params(), SEED)
    assert sorted(zip(tried["filter"], tried["size"], strict=True)) == [
        *(("mean", size) for size in (3, 5, 7)),
        *(("median", size) for size in (3, 5, 7)),
    ]
    assert tried["val_psnr"].is_monotonic_decreasing
    noisy = drop_pixels(scale_pixels(validation_set.images), 0.5, SEED)
    errors = np.square(filter_noise(noisy, "mean", 5) - scale_pixels(validation_set.images)).mean(axis=(1, 2))
    psnr = tried[(tried["filter"] == "mean") & (tried["size"] == 5)]["val_psnr"]
    assert psnr.tolist() == pytest.approx([-10 * np.log10(errors).mean()], rel=1e-4)


def test_the_stronger_the_noise_the_larger_the_filter(validation_set):
    weak, strong = (try_filters(validation_set, gaussian(deviation), SEED) for deviation in (0.05, 1.0))
    assert weak["size"][0] == 3
    assert strong["size"][0] > 3


def mean_square(part):
    return np.square(scale_pixels(part.images)).mean()


def test_scores_of_dropped_pixels_by_hand(scores_of, test_set):
    scores, metrics, _ = scores_of(params())
    assert set(scores["method"]) == {"noisy", "mean_filter", "median_filter", "autoencoder"}
    assert scores["psnr"].is_monotonic_decreasing
    rows = scores.set_index("method")
    # Half of the pixels are missing, and with them half of the sum of their squares.
    assert rows.loc["noisy", "mse"] == pytest.approx(
        np.square(scale_pixels(test_set.images)).mean() / 2, rel=0.02
    )
    assert rows.loc["noisy", "gain"] == 0
    assert rows.loc["autoencoder", "psnr"] == rows.loc["noisy", "psnr"]
    for method in ("mean_filter", "median_filter"):
        gain = rows.loc[method, "psnr"] - rows.loc["noisy", "psnr"]
        assert rows.loc[method, "gain"] == pytest.approx(gain)
        assert metrics[f"denoising_{method}_gain"] == pytest.approx(gain)
    assert rows["filter_size"].notna().to_dict() == {
        "noisy": False,
        "autoencoder": False,
        "mean_filter": True,
        "median_filter": True,
    }
    assert len(metrics) == 4 * 3


def test_gaussian_noise_is_not_clipped_and_filters_remove_some(scores_of):
    rows = scores_of(gaussian(0.2))[0].set_index("method")
    assert rows.loc["noisy", "mse"] == pytest.approx(0.04, rel=0.01)
    assert rows.loc["noisy", "psnr"] == pytest.approx(-10 * np.log10(0.04), abs=0.1)
    assert rows.loc["mean_filter", "gain"] > 3
    assert rows.loc["median_filter", "gain"] > 3


def test_rescaling_is_for_filters_and_network_alone(scores_of, same, test_set, validation_set):
    rows = scores_of(params())[0].set_index("method")
    rescaled = scores_of(params(rescale=True))[0].set_index("method")
    assert rescaled.loc["noisy", "mse"] == rows.loc["noisy", "mse"]
    # The network, which does nothing, gets half of the pixels at 0 and half at twice their intensity.
    assert rescaled.loc["autoencoder", "mse"] == pytest.approx(
        np.square(scale_pixels(test_set.images)).mean(), rel=1e-4
    )
    assert rescaled.loc["mean_filter", "psnr"] > rows.loc["mean_filter", "psnr"]


def test_test_images_choose_no_size(validation_set, same, test_set):
    """A size that is good for the test images alone is not taken."""
    tried = try_filters(validation_set, params(), SEED)
    wrong = tried.assign(val_psnr=-tried["val_psnr"]).sort_values("val_psnr", ascending=False)
    scores, *_ = denoise_images(same, test_set, wrong, params(), SEED)
    worst = tried.drop_duplicates("filter", keep="last").set_index("filter")["size"]
    sizes = scores.set_index("method")["filter_size"]
    assert sizes["mean_filter"] == worst["mean"]
    assert sizes["median_filter"] == worst["median"]


def test_the_figure_has_fifteen_images_in_rows_with_their_numbers(validation_set, test_set, same):
    tried = try_filters(validation_set, params(), SEED)
    scores, _, examples = denoise_images(same, test_set, tried, params(), SEED)
    figure = DenoisingNodes("denoising_autoencoder").plot_denoised_images(
        examples, tried, scores, params(), {}
    )
    canvas = figure.axes[0].images[0].get_array()
    assert canvas.shape == (4 * 31 - 3, 15 * 31 - 3)
    np.testing.assert_array_equal(
        canvas[:28, 31:59], drop_pixels(scale_pixels(test_set.images), 0.5, SEED)[1]
    )
    np.testing.assert_array_equal(canvas[93:, :28], scale_pixels(test_set.images[0]))
    psnr = scores.set_index("method")["psnr"]
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    kind, size = tried.loc[0, "filter"], tried.loc[0, "size"]
    assert names == [
        f"noisy\n{psnr['noisy']:.1f} dB",
        f"{kind} of {size} × {size}\n{psnr[f'{kind}_filter']:.1f} dB",
        f"autoencoder\n{psnr['autoencoder']:.1f} dB",
        "original",
    ]
    title = title_of(figure)
    assert title.startswith("denoising autoencoder, test images with 50.0 % of the pixels dropped: PSNR 10.")


def test_images_of_another_size_serve_as_well():
    generator = np.random.default_rng(0)
    part = LabelledImages(generator.random((4, 9, 14), dtype=np.float32), np.zeros(4, dtype=np.uint8))
    images = keras.Input((9, 14))
    model = keras.Model(images, keras.layers.Reshape((9, 14))(images))
    tried = try_filters(part, params(), SEED)
    scores, _, examples = denoise_images(model, part, tried, params(), SEED)
    figure = DenoisingNodes("denoising_autoencoder").plot_denoised_images(
        examples, tried, scores, params(), {}
    )
    assert figure.axes[0].images[0].get_array().shape == (4 * 12 - 3, 4 * 17 - 3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"filter_sizes": [3, 4]}, "'filter_sizes.1': a filter needs an odd size, .* got 4"),
        ({"filter_sizes": []}, "'filter_sizes' .*at least 1 item"),
        ({"filter_sizes": [-1]}, "'filter_sizes.0' should be greater than 0"),
        ({"noise": {"kind": "dropout", "strength": 1}}, "'strength' of dropout is a fraction, less than 1"),
        ({"noise": {"kind": "salt", "strength": 0.1}}, "'noise.kind' should be 'dropout' or 'gaussian'"),
        (
            {"noise": {"kind": "gaussian", "strength": 0.1}, "rescale": True},
            "'rescale' is for noise of kind dropout, got gaussian",
        ),
    ],
)
def test_wrong_values_are_refused(changes, message):
    with pytest.raises(UserError, match=message):
        params(**changes)
