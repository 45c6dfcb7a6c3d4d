"""Nodes of the pipeline ``denoise``."""

import logging
from typing import Annotated, Any, NamedTuple, Self, get_args

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from pydantic import AfterValidator, Field, PositiveInt, StrictBool, model_validator

from fashion_nets.data.image_set import LabelledImages, intensities
from fashion_nets.evaluation.reconstruction import compare_denoised, reconstruction_metrics
from fashion_nets.filters.noise import FilterKind, add_gaussian_noise, drop_pixels, filter_noise
from fashion_nets.formatting import format_share
from fashion_nets.inspection.prediction import predict
from fashion_nets.networks.autoencoders.dense import NoiseParams
from fashion_nets.networks.types import KerasModel
from fashion_nets.parameters import Parameters
from fashion_nets.plotting.images import plot_denoised_images
from fashion_nets.plotting.style import name_network

N_CHOOSING_IMAGES = 1_000  # they tell the sizes apart, and medians of large filters take time
N_SHOWN_IMAGES = 15  # as in the lecture's figure

logger = logging.getLogger(__name__)


def _check_odd(size: int) -> int:
    if size % 2 == 0:
        raise ValueError(f"a filter needs an odd size, so that it has a pixel in its middle, got {size}")
    return size


class DenoisingParams(Parameters):
    """Which noise the test images get, and which filters are tried against it.

    Attributes:
        noise: Dropped pixels or added normal noise.
        rescale: Whether filters and network get images with dropped pixels divided by the share of pixels
            left, as the network got them in training.
        filter_sizes: Rows and columns of the filters that are tried, in pixels.
    """

    noise: NoiseParams
    rescale: StrictBool
    filter_sizes: Annotated[
        tuple[Annotated[PositiveInt, AfterValidator(_check_odd)], ...], Field(min_length=1)
    ]

    @model_validator(mode="after")
    def _check_rescale(self) -> Self:
        if self.rescale and self.noise.kind != "dropout":
            raise ValueError(f"'rescale' is for noise of kind dropout, got {self.noise.kind}")
        return self

    def disturb(self, images: np.ndarray, seed: int) -> np.ndarray:
        """Images with the noise, which is the same for the first images however many follow."""
        add = {"dropout": drop_pixels, "gaussian": add_gaussian_noise}[self.noise.kind]
        return add(images, self.noise.strength, seed)

    def give(self, noisy: np.ndarray) -> np.ndarray:
        """Noisy images as filters and network get them."""
        return noisy / np.float32(1 - self.noise.strength) if self.rescale else noisy

    def describe_noise(self) -> str:
        """The noise for people: ``"50.0 % of the pixels dropped"``."""
        if self.noise.kind == "gaussian":
            return f"Gaussian noise of standard deviation {self.noise.strength:g}"
        rescaled = " (rescaled for filter and network)" if self.rescale else ""
        return f"{format_share(self.noise.strength)} of the pixels dropped{rescaled}"


def try_filters(validation_set: LabelledImages, denoising: DenoisingParams, seed: int) -> pd.DataFrame:
    """Try each filter in each size on noisy validation images: a row each, the best one first."""
    images = intensities(validation_set.images[:N_CHOOSING_IMAGES])
    given = denoising.give(denoising.disturb(images, seed))
    tried = [
        {
            "filter": kind,
            "size": size,
            "val_psnr": reconstruction_metrics(images, _filter(given, kind, size))["psnr"],
        }
        for kind in get_args(FilterKind)
        for size in denoising.filter_sizes
    ]
    return pd.DataFrame(tried).sort_values("val_psnr", ascending=False, kind="stable", ignore_index=True)


def denoise_images(
    model: KerasModel,
    test_set: LabelledImages,
    filter_sizes: pd.DataFrame,
    denoising: DenoisingParams,
    seed: int,
) -> tuple[pd.DataFrame, dict[str, float], dict[str, np.ndarray]]:
    """Remove the noise of test images by the network, and by each filter as large as validation images chose.

    Returns a row per method with what is left of the noise, the same numbers as metrics, and the first images
    by method.
    """
    images = intensities(test_set.images)
    noisy = denoising.disturb(images, seed)
    given = denoising.give(noisy)
    best_sizes = filter_sizes.drop_duplicates("filter").set_index("filter")["size"].to_dict()
    denoised = {f"{kind}_filter": _filter(given, kind, size) for kind, size in best_sizes.items()}
    denoised["autoencoder"] = predict(model, given)
    scores = compare_denoised(images, noisy, denoised)
    sizes = scores["method"].map({f"{kind}_filter": size for kind, size in best_sizes.items()})
    scores.insert(1, "filter_size", sizes.astype("Int64"))
    logger.info(
        "Test images with %s, PSNR: %s",
        denoising.describe_noise(),
        ", ".join(f"{row.method} {row.psnr:.2f} dB" for row in scores.itertuples()),
    )
    metrics = {
        f"denoising_{row['method']}_{name}": float(row[name])
        for row in scores.to_dict("records")
        for name in ("mse", "psnr", "gain")
    }
    rows = {"noisy": noisy, **denoised, "original": images}
    return scores, metrics, {name: row[:N_SHOWN_IMAGES].copy() for name, row in rows.items()}


class DenoisingNodes(NamedTuple):
    """The node of one network that writes its name on a figure.

    Attributes:
        network: Its namespace.
    """

    network: str

    def plot_denoised_images(
        self,
        examples: dict[str, np.ndarray],
        filter_sizes: pd.DataFrame,
        denoising_scores: pd.DataFrame,
        denoising: DenoisingParams,
        about: dict[str, Any],
    ) -> Figure:
        """Draw the first test images: noisy, as the best filter and the network leave them, as they were."""
        kind, size = filter_sizes.loc[0, ["filter", "size"]]
        row_names = {
            "noisy": "noisy",
            f"{kind}_filter": f"{kind} of {size} × {size}",
            "autoencoder": "autoencoder",
            "original": "original",
        }
        psnr = denoising_scores.set_index("method")["psnr"]
        return plot_denoised_images(
            {row_name: examples[method] for method, row_name in row_names.items()},
            {row_name: psnr[method] for method, row_name in row_names.items() if method in psnr},
            name_network(self.network, about),
            denoising.describe_noise(),
        )


def _filter(images: np.ndarray, kind: FilterKind, size: int) -> np.ndarray:
    """Filtered images, clipped: that intensities lie in [0, 1] is known without a network too."""
    return filter_noise(images, kind, size).clip(0, 1)
