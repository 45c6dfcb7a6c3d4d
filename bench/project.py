"""This project's way: its one fitting function, its settings in conf/base, its stored sets."""

from typing import Any

import keras
import pandas as pd

import fashion_nets.hooks.tracking  # noqa: F401 weighs down the process with what `kedro run` imports, as do the pipelines
from bench.measurement import EpochClock, Job, Measurement, measurement
from bench.networks import N_CLASSES
from bench.places import load_parameters, load_sets
from fashion_nets.data.image_set import LabelledImages
from fashion_nets.inspection.prediction import accuracy_of
from fashion_nets.pipeline_registry import register_pipelines
from fashion_nets.training.fit import fit_autoencoder, fit_classifier
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import AutoencoderTrainingParams, ClassifierTrainingParams


def measure(job: Job) -> Measurement:
    """Train, and measure it."""
    settings = load_parameters()[job.network.settings_of]
    register_pipelines()
    train_set, validation_set = load_sets("train", "validation", folder=job.sets)
    train_set = LabelledImages(*(array[: job.n_images] for array in train_set))
    clock = EpochClock()
    model, history = _fit(job, (train_set, validation_set), settings, clock)
    last = history.iloc[-1]
    result = measurement(clock, last["loss"], last["val_loss"])
    if job.with_test:
        result["test_accuracy"] = accuracy_of(model, *load_sets("test", folder=job.sets))
    return result


def _fit(
    job: Job, sets: tuple[LabelledImages, LabelledImages], settings: dict[str, Any], clock: EpochClock
) -> tuple[keras.Model, pd.DataFrame]:
    network = job.network
    chosen = {"name": network.optimizer, "learning_rate": network.learning_rate}
    optimizer = OptimizerParams.model_validate(settings["optimizer"] | chosen)
    given = {"engine": job.engine, "precision": job.precision}
    chosen_way = {name: value for name, value in given.items() if value is not None}
    fitting = settings["training"] | {"loss": network.loss, "epochs": job.epochs} | chosen_way
    if network.is_autoencoder:
        training = AutoencoderTrainingParams.model_validate(fitting)
        return fit_autoencoder(network.build, *sets, optimizer, training, job.seed, clock.epoch_ends)
    training = ClassifierTrainingParams.model_validate(fitting)
    return fit_classifier(network.build, *sets, N_CLASSES, optimizer, training, job.seed, clock.epoch_ends)
