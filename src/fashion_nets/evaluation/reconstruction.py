"""How close reconstructions come to their images."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fashion_nets.data.image_set import intensities

KERAS_EPSILON = np.float32(1e-7)  # Keras keeps outputs this far from 0 and 1 before taking logarithms
PERFECT_MSE = (
    1e-10  # an exact reconstruction counts as this, so that its ratio to noise is 100 dB and not infinite
)

_BLOCK = 1_000  # images at a time: a set is never copied as a whole


def reconstruction_metrics(images: np.ndarray, reconstructions: np.ndarray) -> dict[str, float]:
    """Compare reconstructions with their images, pixel by pixel.

    Linear outputs may lie outside [0, 1]. ``mse`` and ``psnr`` take them as they are, as the training of a
    linear autoencoder does; ``binary_crossentropy`` clips them to [1e-7, 1 - 1e-7], as Keras does, so that a
    pixel on the wrong side costs up to 16.

    Args:
        images: Grey levels (uint8) or intensities in [0, 1], shape (n, height, width), n at least 1.
        reconstructions: Same shape.

    Returns:
        ``mse``, the mean squared error; ``binary_crossentropy``, in nats, which is not 0 even for perfect
        reconstructions of grey pixels; ``psnr``, the mean over the images of the peak signal-to-noise ratio
        ``10 log10(1 / mse of the image)``, in dB, at most 100.

    Raises:
        ValueError: If the shapes differ or there are no images.
    """
    if images.shape != reconstructions.shape or len(images) == 0:
        raise ValueError(
            "reconstruction_metrics expects images and reconstructions of one shape, at least one of each; "
            f"got images of shape {images.shape} and reconstructions of shape {reconstructions.shape}."
        )
    errors, entropies = [], []  # of each image
    for start in range(0, len(images), _BLOCK):
        expected, received = (
            np.asarray(intensities(whole[start : start + _BLOCK]), dtype=np.float32)
            for whole in (images, reconstructions)
        )
        errors.append(np.square(received - expected).mean(axis=(1, 2), dtype=np.float64))
        clipped = received.clip(KERAS_EPSILON, 1 - KERAS_EPSILON)
        entropy = -(expected * np.log(clipped) + (1 - expected) * np.log(1 - clipped))
        entropies.append(entropy.mean(axis=(1, 2), dtype=np.float64))
    mse_of_image = np.concatenate(errors)
    return {
        "mse": float(mse_of_image.mean()),
        "binary_crossentropy": float(np.concatenate(entropies).mean()),
        "psnr": float((-10 * np.log10(np.maximum(mse_of_image, PERFECT_MSE))).mean()),
    }


def compare_denoised(
    images: np.ndarray, noisy: np.ndarray, denoised: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    """Compare ways to remove noise, the best one first.

    Args:
        images: Without noise, intensities in [0, 1], shape (n, height, width).
        noisy: The same with noise.
        denoised: What each way makes of the noisy ones, by its name; all of this shape.

    Returns:
        A row each, ``noisy`` among them, by falling ``psnr``: ``method``, ``mse``, ``psnr`` (in dB, mean over
        the images) and ``gain``, the dB above the noisy images.
    """
    rows = []
    for method, results in {"noisy": noisy, **denoised}.items():
        metrics = reconstruction_metrics(images, results)
        rows.append({"method": method, "mse": metrics["mse"], "psnr": metrics["psnr"]})
    table = pd.DataFrame(rows)
    table["gain"] = table["psnr"] - table["psnr"].iloc[0]
    return table.sort_values("psnr", ascending=False, kind="stable", ignore_index=True)
