"""Nodes of the pipeline ``coding_size``."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import AfterValidator, BaseModel, PositiveInt

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.evaluation.pca import reconstruct_by_pca
from fashion_nets.evaluation.reconstruction import reconstruction_metrics
from fashion_nets.inspection.prediction import predict
from fashion_nets.networks.autoencoders.convolutional import (
    ConvolutionalAutoencoderParams,
    build_convolutional_autoencoder,
)
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams, build_dense_autoencoder
from fashion_nets.networks.types import KerasModel
from fashion_nets.parameters import Parameters
from fashion_nets.tracking import child_run, epoch_logger
from fashion_nets.training.fit import AutoencoderTrainingParams, fit_autoencoder
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.quiet import quiet_training

ERRORS = ("mse", "binary_crossentropy", "psnr")

logger = logging.getLogger(__name__)


def _check_sizes(sizes: tuple[int, ...]) -> tuple[int, ...]:
    if len(sizes) < 2 or list(sizes) != sorted(set(sizes)):
        raise ValueError(f"expected two or more numbers of codings, each larger than the last, got {sizes}")
    return sizes


class CodingSizeParams(Parameters):
    """Which numbers of codings are tried, and how much of the training it takes.

    Attributes:
        sizes: Numbers of codings, ascending.
        max_epochs: Upper bound of the epochs of every training, None for none.
        train_images: Train on so many training images at most, the first ones; None for all of them.
    """

    sizes: Annotated[tuple[PositiveInt, ...], AfterValidator(_check_sizes)]
    max_epochs: PositiveInt | None
    train_images: PositiveInt | None


def train_stacked_autoencoders(
    seed: int,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    architecture: DenseAutoencoderParams,
    optimizer: OptimizerParams,
    training: AutoencoderTrainingParams,
    coding_size: CodingSizeParams,
) -> pd.DataFrame:
    """Train the stacked autoencoder with each number of codings; return a row each with its errors."""
    return _train_sizes(
        seed,
        train_set,
        validation_set,
        "stacked_autoencoder",
        build_dense_autoencoder,
        architecture,
        optimizer,
        training,
        coding_size,
    )


def train_convolutional_autoencoders(
    seed: int,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    architecture: ConvolutionalAutoencoderParams,
    optimizer: OptimizerParams,
    training: AutoencoderTrainingParams,
    coding_size: CodingSizeParams,
) -> pd.DataFrame:
    """Train the convolutional autoencoder with each number of codings; return a row each with its errors."""
    return _train_sizes(
        seed,
        train_set,
        validation_set,
        "convolutional_autoencoder",
        build_convolutional_autoencoder,
        architecture,
        optimizer,
        training,
        coding_size,
    )


def measure_pca(
    train_set: LabelledImages, validation_set: LabelledImages, coding_size: CodingSizeParams
) -> pd.DataFrame:
    """Reconstruct validation images from as many principal components; return a row each with its errors."""
    train_images = train_set.images[: coding_size.train_images]
    images = validation_set.images
    return pd.DataFrame(
        [
            _row("pca", size, train_images, images, reconstructions)
            for size, reconstructions in zip(
                coding_size.sizes,
                reconstruct_by_pca(train_images, images, coding_size.sizes),
                strict=True,
            )
        ]
    )


def compare_sizes(
    stacked_errors: pd.DataFrame, convolutional_errors: pd.DataFrame, pca_errors: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Set the errors side by side, for each number of codings the smallest first; and the same as metrics."""
    errors = pd.concat([stacked_errors, convolutional_errors, pca_errors], ignore_index=True)
    errors = errors.astype({"epochs": "Int64"}).sort_values(["codings", "mse"], ignore_index=True)
    metrics = {
        f"{row['method']}_{row['codings']}_val_{error}": float(row[error])
        for row in errors.to_dict("records")
        for error in ERRORS
    }
    return errors, metrics


def _train_sizes(
    seed: int,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    name: str,
    build: Callable[..., KerasModel],
    architecture: BaseModel,
    optimizer: OptimizerParams,
    training: AutoencoderTrainingParams,
    coding_size: CodingSizeParams,
) -> pd.DataFrame:
    import keras

    train_set = LabelledImages(*(part[: coding_size.train_images] for part in train_set))
    epochs = min(training.epochs, coding_size.max_epochs or training.epochs)
    training = training.model_copy(update={"epochs": epochs})
    image_shape = train_set.images.shape[1:]
    rows = []
    for size in coding_size.sizes:
        sized = architecture.model_copy(update={"codings_size": size})
        parameters = {"architecture": sized, "optimizer": optimizer, "training": training, "seed": seed}
        tags = {"network": name, "codings": size, "seed": seed}
        with child_run(f"{name}, {size} codings", parameters, tags) as log_results, quiet_training():
            model, history = fit_autoencoder(
                partial(build, sized, image_shape, name),
                train_set,
                validation_set,
                optimizer,
                training,
                seed,
                epoch_logger(name),
            )
            reconstructions = predict(model, validation_set.images)
            row = _row(name, size, train_set.images, validation_set.images, reconstructions)
            row |= {"epochs": len(history), "seconds": history["seconds"].sum()}
            log_results({f"val_{error}": row[error] for error in ERRORS})
        keras.utils.clear_session()  # what Keras and TensorFlow keep of each network adds up
        rows.append(row)
        logger.info(
            "%s with %d codings: validation MSE %.4f, binary cross-entropy %.4f (%d epochs, %.1f s)",
            *(row[column] for column in ("method", "codings", "mse", "binary_crossentropy")),
            *(row[column] for column in ("epochs", "seconds")),
        )
    return pd.DataFrame(rows)


def _row(
    method: str, size: int, train_images: np.ndarray, images: np.ndarray, reconstructions: np.ndarray
) -> dict[str, str | float]:
    metrics = reconstruction_metrics(images, reconstructions)
    return {
        "method": method,
        "codings": size,
        "train_images": len(train_images),
        **{error: metrics[error] for error in ERRORS},
    }
