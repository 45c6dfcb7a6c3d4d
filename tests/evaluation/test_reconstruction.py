import keras
import numpy as np
import pytest

from fashion_nets.evaluation.reconstruction import compare_denoised, reconstruction_metrics


def _images(*levels):
    return np.stack([np.full((28, 28), level, dtype=np.float32) for level in levels])


def test_errors_by_hand():
    # Off by 0.1 and by 0.01 everywhere: MSE 0.01 and 0.0001, that is 20 dB and 40 dB.
    metrics = reconstruction_metrics(_images(0.5, 0.5), _images(0.6, 0.51))
    assert metrics["mse"] == pytest.approx((0.01 + 0.0001) / 2, rel=1e-4)
    assert metrics["psnr"] == pytest.approx(30.0, abs=1e-3)
    expected = [-(np.log(level) + np.log(1 - level)) / 2 for level in (0.6, 0.51)]
    assert metrics["binary_crossentropy"] == pytest.approx(np.mean(expected), rel=1e-5)


def test_perfect_reconstructions_have_no_error_and_100_db():
    images = _images(0.0, 1.0)
    metrics = reconstruction_metrics(images, images)
    assert metrics["mse"] == 0
    assert metrics["psnr"] == pytest.approx(100)
    assert metrics["binary_crossentropy"] == pytest.approx(0, abs=2e-7)


def test_outputs_outside_the_unit_interval_are_clipped_for_the_cross_entropy_alone():
    metrics = reconstruction_metrics(_images(0.0), _images(-0.5))
    assert metrics["mse"] == pytest.approx(0.25)
    assert metrics["binary_crossentropy"] == pytest.approx(0, abs=2e-7)
    assert reconstruction_metrics(_images(1.0), _images(-0.5))["binary_crossentropy"] == pytest.approx(
        -np.log(1e-7), rel=1e-5
    )


def test_losses_are_those_of_keras_over_several_blocks():
    generator = np.random.default_rng(0)
    images = generator.random((2_100, 4, 5), dtype=np.float32)
    reconstructions = generator.normal(0.5, 0.4, images.shape).astype(np.float32)
    metrics = reconstruction_metrics(images, reconstructions)
    expected = keras.ops.mean(keras.ops.binary_crossentropy(images, reconstructions))
    assert metrics["binary_crossentropy"] == pytest.approx(float(expected), rel=1e-5)
    expected = keras.losses.MeanSquaredError()(images, reconstructions)
    assert metrics["mse"] == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.parametrize("n_reconstructions", [0, 1])
def test_images_and_reconstructions_must_be_as_many(n_reconstructions):
    with pytest.raises(ValueError, match=r"\(2, 28, 28\)"):
        reconstruction_metrics(_images(0.5, 0.5), _images(0.5, 0.5)[:n_reconstructions])


def test_no_images_are_refused():
    with pytest.raises(ValueError, match="at least one"):
        reconstruction_metrics(_images(0.5)[:0], _images(0.5)[:0])


def test_the_best_way_to_remove_noise_comes_first_and_gains_are_over_the_noisy_images():
    images = _images(0.5, 0.5)
    table = compare_denoised(
        images, images + 0.1, {"worse": images - 0.2, "better": _images(0.51, 0.51)}
    ).set_index("method")
    assert table.index.tolist() == ["better", "noisy", "worse"]
    assert table["mse"].tolist() == pytest.approx([0.0001, 0.01, 0.04], rel=1e-4)
    assert table["psnr"].tolist() == pytest.approx([40, 20, -20 * np.log10(0.2)], abs=1e-3)
    assert table["gain"].tolist() == pytest.approx([20, 0, -20 * np.log10(2)], abs=1e-3)
