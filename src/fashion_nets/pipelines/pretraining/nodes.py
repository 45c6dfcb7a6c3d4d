"""Nodes of the pipeline ``pretraining``."""

import logging
from collections.abc import Callable
from functools import partial

import pandas as pd

from fashion_nets.data.image_set import ImageSetError, LabelledImages
from fashion_nets.data.subsets import check_balanced_draw, draw_balanced_images, repeat_images
from fashion_nets.evaluation.seeds import gains_over, summarize_seeds
from fashion_nets.inspection.prediction import accuracy_of
from fashion_nets.networks.autoencoders.convolutional import (
    ConvolutionalAutoencoderParams,
    build_convolutional_autoencoder,
)
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams, build_dense_autoencoder
from fashion_nets.networks.autoencoders.parts import encoder_of
from fashion_nets.networks.types import KerasModel
from fashion_nets.plotting.style import display_name
from fashion_nets.tracking import epoch_logger
from fashion_nets.training.fit import AutoencoderTrainingParams, fit_autoencoder
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.pretraining import WAYS, PretrainingParams, fit_way
from fashion_nets.training.quiet import quiet_training

N_WATCHED_IMAGES = 500  # of the validation set after each epoch, which decides nothing and should cost little

logger = logging.getLogger(__name__)


def pretrain_stacked_autoencoder(
    seed: int,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    architecture: DenseAutoencoderParams,
    optimizer: OptimizerParams,
    training: AutoencoderTrainingParams,
    pretraining: PretrainingParams,
) -> KerasModel:
    """Train the stacked autoencoder on all training images, without their labels."""
    name = "stacked_autoencoder"
    build = partial(build_dense_autoencoder, architecture, train_set.images.shape[1:], name)
    return _pretrain(name, build, seed, train_set, validation_set, optimizer, training, pretraining)


def pretrain_convolutional_autoencoder(
    seed: int,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    architecture: ConvolutionalAutoencoderParams,
    optimizer: OptimizerParams,
    training: AutoencoderTrainingParams,
    pretraining: PretrainingParams,
) -> KerasModel:
    """Train the convolutional autoencoder on all training images, without their labels."""
    name = "convolutional_autoencoder"
    build = partial(build_convolutional_autoencoder, architecture, train_set.images.shape[1:], name)
    return _pretrain(name, build, seed, train_set, validation_set, optimizer, training, pretraining)


def compare_ways(
    seed: int,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    test_set: LabelledImages,
    class_names: list[str],
    stacked_autoencoder: KerasModel,
    convolutional_autoencoder: KerasModel,
    pretraining: PretrainingParams,
) -> pd.DataFrame:
    """Train classifiers on each encoder, in each way, with each number of labelled images and each seed.

    Returns a row per training with its accuracies.
    """
    autoencoders = {
        "stacked_autoencoder": stacked_autoencoder,
        "convolutional_autoencoder": convolutional_autoencoder,
    }
    watched = LabelledImages(*(part[:N_WATCHED_IMAGES] for part in validation_set))
    results = []
    for name, autoencoder in autoencoders.items():
        encoder = encoder_of(autoencoder)
        for n_images in pretraining.numbers_of_images:
            for trial_seed in range(seed, seed + pretraining.n_seeds):
                drawn = draw_balanced_images(train_set, n_images, trial_seed)
                images = repeat_images(drawn, pretraining.min_images_per_epoch)
                for way in WAYS:
                    with quiet_training():
                        model, history = fit_way(
                            way, encoder, len(class_names), images, watched, pretraining, trial_seed
                        )
                        result = {
                            "autoencoder": name,
                            "n_images": n_images,
                            "way": way,
                            "seed": trial_seed,
                            "val_accuracy": accuracy_of(model, validation_set),
                            "test_accuracy": accuracy_of(model, test_set),
                            "seconds": history["seconds"].sum(),
                        }
                    results.append(result)
                    logger.info(
                        "Encoder of %s, %d labelled images, %s, seed %d: validation accuracy %.4f, "
                        "test accuracy %.4f (%.1f s)",
                        *result.values(),
                    )
    return pd.DataFrame(results)


def summarize_ways(results: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, float]]:
    """Average over seeds: a row for each encoder, number of images and way; and what matters as metrics."""
    gains = gains_over(results, "scratch", "test_accuracy", ["autoencoder", "n_images", "seed"])
    table = summarize_seeds(
        results.assign(test_gain=gains),
        ["autoencoder", "n_images", "way"],
        ["val_accuracy", "test_accuracy", "test_gain", "seconds"],
    )
    metrics = {
        f"{row['autoencoder']}_{row['n_images']}_images_{row['way']}_{quantity}_{statistic}": float(
            row[f"{quantity}_{statistic}"]
        )
        for row in table.to_dict("records")
        for quantity in ("test_accuracy", "test_gain")
        for statistic in ("mean", "std")
        if not (quantity == "test_gain" and row["way"] == "scratch")
    }
    return table, metrics


def _pretrain(
    name: str,
    build: Callable[[], KerasModel],
    seed: int,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    optimizer: OptimizerParams,
    training: AutoencoderTrainingParams,
    pretraining: PretrainingParams,
) -> KerasModel:
    for n_images in pretraining.numbers_of_images:
        try:
            check_balanced_draw(train_set.labels, n_images)
        except ImageSetError as error:
            raise ImageSetError(f"pretraining.numbers_of_images: {error}.") from error
    model, history = fit_autoencoder(
        build, train_set, validation_set, optimizer, training, seed, epoch_logger(f"pretraining_{name}")
    )
    logger.info(
        "Pretrained the %s on %d images without labels: validation loss %.4f (%.1f s)",
        display_name(name),
        len(train_set.images),
        history["val_loss"].iloc[-1],
        history["seconds"].sum(),
    )
    return model
