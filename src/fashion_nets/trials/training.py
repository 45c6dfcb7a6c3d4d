"""The training of one trial, from its choice of images to its scores."""

import math
import time
from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.evaluation.classification import classification_metrics, predict_classes
from fashion_nets.evaluation.reconstruction import reconstruction_metrics
from fashion_nets.inspection.prediction import predict
from fashion_nets.networks.autoencoders.parts import encoder_of
from fashion_nets.networks.reuse import classify_outputs, reuse_layers
from fashion_nets.networks.types import Callback, KerasModel
from fashion_nets.provenance.machine import describe_processor
from fashion_nets.training.checkpoints import NOT_KEPT, Checkpoints
from fashion_nets.training.costs import count_updates
from fashion_nets.training.fit import DivergedError, EpochListener
from fashion_nets.training.quiet import quiet_training
from fashion_nets.training.stages import fit_in_stages
from fashion_nets.trials.images import ChosenImages, TrialSets
from fashion_nets.trials.measurements import MEASUREMENTS
from fashion_nets.trials.result import TrialResult
from fashion_nets.trials.trial import Reuse, Trial

CLASSIFIER_SCORES = ("loss", "accuracy")
AUTOENCODER_SCORES = ("mse", "binary_crossentropy", "psnr")

Bases = Mapping[str, KerasModel]
"""The trained networks that trials reuse, by name."""


def train_trial(
    trial: Trial,
    sets: TrialSets,
    bases: Bases,
    listener: EpochListener | None = None,
    checkpoints: Checkpoints = NOT_KEPT,
) -> TrialResult:
    """Train and measure a network; the same trial on the same sets gives the same result, but for times.

    Args:
        trial: What to train.
        sets: What its images are chosen from.
        bases: What it may reuse; left as it is.
        listener: Called after each epoch with its number, from 1, and its metrics.
        checkpoints: Where its state is while it lasts.

    Returns:
        Its result, also if it diverged.
    """
    import keras

    start = time.perf_counter()
    epochs = []

    def listen(epoch: int, metrics: Mapping[str, float]) -> None:
        epochs.append({"epoch": epoch, **metrics})
        if listener is not None:
            listener(epoch, metrics)

    images = trial.images.choose(sets, trial.seed)
    measurements = {name: MEASUREMENTS[name](trial.recipe, images) for name in trial.measurements}
    callbacks = [callback for measurement in measurements.values() for callback in measurement.callbacks]
    try:
        with quiet_training():
            model, history = fit_trial(trial, images, bases, listen, callbacks, checkpoints)
            numbers = _score_network(model, trial, images)
            _check_scores(numbers, trial, len(history))
        diverged = None
        tables = {name: measurement.table(model) for name, measurement in measurements.items()}
    except DivergedError as error:
        diverged, history, numbers, tables = str(error), pd.DataFrame(epochs), {}, {}
    finally:
        keras.utils.clear_session()  # what Keras and TensorFlow keep of each network adds up
    numbers |= trial.costs
    numbers["epochs"] = len(history)
    numbers["seconds_per_epoch"] = float(history["seconds"].median())
    numbers["training_seconds"] = float(history["seconds"].sum())
    numbers["seconds"] = time.perf_counter() - start
    updates = count_updates(trial.recipe.training.batch_size, len(images.fitted.labels))
    history = history.assign(updates=history["epoch"] * updates, elapsed_seconds=history["seconds"].cumsum())
    return TrialResult(diverged, numbers, history, tables, describe_processor())


def fit_trial(
    trial: Trial,
    images: ChosenImages,
    bases: Bases,
    listener: EpochListener | None = None,
    callbacks: Sequence[Callback] = (),
    checkpoints: Checkpoints = NOT_KEPT,
) -> tuple[KerasModel, pd.DataFrame]:
    """Fit the network of a trial; see :func:`fashion_nets.training.fit.fit_network`."""
    recipe, n_classes = trial.recipe, len(images.class_names)
    if trial.pause_after is not None:
        checkpoints = checkpoints.pausing_after(trial.pause_after)
    if trial.reuse is None:
        return recipe.fit(
            images.fitted, images.watched, n_classes, trial.seed, listener, callbacks, checkpoints
        )
    base = bases[trial.reuse.base]
    _, part, n_layers, _ = trial.reuse
    return fit_in_stages(
        partial(build_on_base, base, trial.reuse, recipe.count_outputs(n_classes), recipe.network),
        trial.reuse.stages,
        images.fitted,
        images.watched,
        n_classes,
        recipe.optimizer,
        recipe.classifier_training,
        trial.seed,
        listener,
        callbacks,
        checkpoints.about(part_of_base=part, n_layers_of_base=n_layers),
    )


def build_on_base(base: KerasModel, reuse: Reuse, n_outputs: int, name: str) -> KerasModel:
    """Build a classifier with layers of a base, which is left as it is.

    Raises:
        UserError: If the base does not have these layers.
    """
    if reuse.part == "encoder":
        return classify_outputs(encoder_of(base), reuse.n_layers, n_outputs, name)
    return reuse_layers(base, reuse.n_layers, n_outputs, name)


def score_names(trial: Trial) -> list[str]:
    """The names of the numbers that the final network of a trial is measured by."""
    scores = CLASSIFIER_SCORES if trial.is_classifier else AUTOENCODER_SCORES
    return [f"{part}_{score}" for part in trial.scored_on for score in scores]


def _score_network(model: KerasModel, trial: Trial, images: ChosenImages) -> dict[str, float]:
    n_validation = len(images.validation.labels)
    parts = {
        "train": LabelledImages(*(part[:n_validation] for part in images.drawn)),
        "all_train": images.drawn,
        "val": images.validation,
    }
    if images.test is not None:
        parts["test"] = images.test
    scores: dict[str, float] = {}
    for name in trial.scored_on:
        part = parts[name]
        assert part is not None, f"{trial.name} is scored on {name}, which is not there"
        if trial.is_classifier:
            metrics = classification_metrics(predict_classes(model, part, images.class_names))
        else:
            metrics = reconstruction_metrics(part.images, predict(model, part.images))
        scores |= {f"{name}_{score}": value for score, value in metrics.items()}
    return {name: scores[name] for name in score_names(trial)}


def _check_scores(scores: Mapping[str, float], trial: Trial, n_epochs: int) -> None:
    """Refuse a network with a score that is not finite, though the loss of its training was.

    That loss is measured before each step, so that it tells nothing of the last one.

    Raises:
        DivergedError: Names the score.
    """
    recipe = trial.recipe
    for name, value in scores.items():
        if not math.isfinite(value):
            raise DivergedError(
                f"{name} of {recipe.network} is {value} after epoch {n_epochs}, so its weights are useless. "
                f"Usual cause: a learning rate too high, here {recipe.optimizer.learning_rate:g}."
            )
