"""This project's way: its one fitting function, its settings in conf/base, its stored sets."""

import logging
import sys
from typing import Any

import keras
import pandas as pd

import fashion_nets.hooks.tracking  # noqa: F401 weighs down the process with what `kedro run` imports, as do the pipelines
from bench.measurement import EpochClock, Job, Measurement, measurement
from bench.networks import N_CLASSES
from bench.places import load_parameters, load_sets
from bench.processes import give_nothing, outcome_of
from fashion_nets.data.image_set import LabelledImages
from fashion_nets.inspection.prediction import accuracy_of
from fashion_nets.pipeline_registry import register_pipelines
from fashion_nets.training import blocks
from fashion_nets.training.engine import resolve_engine
from fashion_nets.training.fit import fit_autoencoder, fit_classifier
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import AutoencoderTrainingParams, ClassifierTrainingParams
from fashion_nets.training.precision import resolve_precision

TrainingOfEither = AutoencoderTrainingParams | ClassifierTrainingParams


class _RefuseWarnings(logging.Handler):
    """Ends the process at the first warning: what is measured then is not what was meant."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        outcome = outcome_of(sys.exception())  # an engine gives way to another while its error is handled
        if outcome == "failed" and record.name == blocks.logger.name:
            outcome = "cannot compile"
        give_nothing(record.getMessage(), outcome)


def measure(job: Job) -> Measurement:
    """Train, and measure it; ``engine`` and ``precision`` are those that ran.

    Raises:
        SystemExit: If this project warns of something, such as that another engine runs the steps.
    """
    settings = load_parameters()[job.network.settings_of]
    register_pipelines()
    train_set, validation_set = load_sets("train", "validation", folder=job.sets)
    train_set = LabelledImages(*(array[: job.n_images] for array in train_set))
    clock = EpochClock()
    training = _training_params(job, settings["training"])
    logging.getLogger("fashion_nets").addHandler(refusal := _RefuseWarnings())
    try:
        model, history = _fit(job, (train_set, validation_set), settings["optimizer"], training, clock)
    finally:
        logging.getLogger("fashion_nets").removeHandler(refusal)
    last = history.iloc[-1]
    result = measurement(clock, last["loss"], last["val_loss"])
    result["engine"] = resolve_engine(training.engine, model)
    result["precision"] = resolve_precision(training.precision)
    if job.with_test:
        result["test_accuracy"] = accuracy_of(model, *load_sets("test", folder=job.sets))
    return result


def _training_params(job: Job, stated: dict[str, Any]) -> TrainingOfEither:
    given = {"engine": job.engine, "precision": job.precision}
    chosen = {name: value for name, value in given.items() if value is not None}
    kind = AutoencoderTrainingParams if job.network.is_autoencoder else ClassifierTrainingParams
    return kind.model_validate(stated | {"loss": job.network.loss, "epochs": job.epochs} | chosen)


def _fit(
    job: Job,
    sets: tuple[LabelledImages, LabelledImages],
    stated: dict[str, Any],
    training: TrainingOfEither,
    clock: EpochClock,
) -> tuple[keras.Model, pd.DataFrame]:
    network = job.network
    chosen = {"name": network.optimizer, "learning_rate": network.learning_rate}
    optimizer = OptimizerParams.model_validate(stated | chosen)
    if isinstance(training, AutoencoderTrainingParams):
        return fit_autoencoder(network.build, *sets, optimizer, training, job.seed, clock.epoch_ends)
    return fit_classifier(network.build, *sets, N_CLASSES, optimizer, training, job.seed, clock.epoch_ends)
