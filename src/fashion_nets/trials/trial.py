"""One training of many: from a variant and a seed to a small result that can be stored."""

import hashlib
import math
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.evaluation.classification import classification_metrics, predictions_table
from fashion_nets.evaluation.studies import COSTS
from fashion_nets.inspection.prediction import predict
from fashion_nets.networks.types import KerasModel
from fashion_nets.training.costs import check_memory, free_memory, limit_batch, training_costs
from fashion_nets.training.fit import DivergedError, EpochListener
from fashion_nets.training.precision import resolve_precision
from fashion_nets.training.quiet import quiet_training
from fashion_nets.training.recipe import Recipe
from fashion_nets.training.schedules import TrainingLength
from fashion_nets.trials.measurements import MEASUREMENTS


class Trial(NamedTuple):
    """One training of a study or another comparison, which depends on no other.

    Attributes:
        variant: Name of the variant.
        seed: Seed of the weights and of the order of the images.
        classifier: The network with its optimizer and its training.
        measurements: Names of ``MEASUREMENTS``.
    """

    variant: str
    seed: int
    classifier: Recipe
    measurements: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.variant}, seed {self.seed}"

    @property
    def key(self) -> str:
        """What its result is stored as."""
        return f"{self.variant}/seed_{self.seed}"

    def settings(self, data: str) -> dict[str, Any]:
        """All that its result depends on, as JSON holds it.

        Args:
            data: Digest of the images, as by :func:`digest_sets`.
        """
        return {
            "network": self.classifier.network,
            "parameters": self.classifier.parameters(),
            "seed": self.seed,
            "measurements": list(self.measurements),
            "data": data,
        }


class TrialResult(NamedTuple):
    """What a trial gave.

    Attributes:
        diverged: What happened if the loss became no number, else None.
        numbers: What the network costs, as by :func:`measure_costs`, ``epochs``, ``seconds_per_epoch`` (the
            median), ``seconds`` (of the whole trial) and, unless it diverged, the ``loss`` and ``accuracy``
            of the final network, with ``val_`` on the validation set, with ``train_`` on as many training
            images, the first ones, with ``test_`` on the test set where there is one. Loss is the
            cross-entropy alone, without penalties, dropout or smoothed labels, so that variants compare.
        history: A row an epoch: ``epoch``, ``updates`` (steps of the optimizer) and ``elapsed_seconds`` up
            to its end, and what :func:`fashion_nets.training.fit.fit_network` records.
        measurements: A table for each measurement.
    """

    diverged: str | None
    numbers: dict[str, float]
    history: pd.DataFrame
    measurements: dict[str, pd.DataFrame]

    def to_record(self) -> dict[str, Any]:
        """Plain values that JSON holds; what is not finite becomes None."""
        tables = {name: _to_columns(table) for name, table in self.measurements.items()}
        return {**self._asdict(), "history": _to_columns(self.history), "measurements": tables}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "TrialResult":
        """The inverse of :meth:`to_record`; numbers that were not finite come back missing."""
        return cls(
            record["diverged"],
            record["numbers"],
            _from_columns(record["history"]),
            {name: _from_columns(table) for name, table in record["measurements"].items()},
        )


def run_trial(
    trial: Trial,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    class_names: Sequence[str],
    listener: EpochListener | None = None,
    test_set: LabelledImages | None = None,
) -> TrialResult:
    """Train and measure a network; the same trial on the same sets gives the same result, but for times.

    Args:
        trial: What to train.
        train_set: Images to fit.
        validation_set: Images to watch and to measure on.
        class_names: One for each class.
        listener: Called after each epoch with its number, from 1, and its metrics.
        test_set: Images to measure the final network on; None leaves that out.

    Returns:
        Its result, also if the loss became no number.
    """
    import keras

    classifier = trial.classifier
    start = time.perf_counter()
    epochs = []

    def listen(epoch: int, metrics: Mapping[str, float]) -> None:
        epochs.append({"epoch": epoch, **metrics})
        if listener is not None:
            listener(epoch, metrics)

    measurements = {
        name: MEASUREMENTS[name](classifier, train_set, validation_set, class_names)
        for name in trial.measurements
    }
    callbacks = [callback for measurement in measurements.values() for callback in measurement.callbacks]
    try:
        costs = measure_costs(classifier, train_set, len(class_names))
        with quiet_training():
            model, history = classifier.fit(
                train_set, validation_set, len(class_names), trial.seed, listen, callbacks
            )
            numbers = _measure_network(model, train_set, validation_set, test_set, class_names)
        diverged = None
        tables = {name: measurement.table(model) for name, measurement in measurements.items()}
    except DivergedError as error:
        diverged, history, numbers, tables = str(error), pd.DataFrame(epochs), {}, {}
    finally:
        keras.utils.clear_session()  # what Keras and TensorFlow keep of each network adds up
    numbers |= costs
    numbers["epochs"] = len(history)
    numbers["seconds_per_epoch"] = float(history["seconds"].median())
    numbers["seconds"] = time.perf_counter() - start
    updates = _count_updates(classifier.training.batch_size, len(train_set.labels))
    history = history.assign(updates=history["epoch"] * updates, elapsed_seconds=history["seconds"].cumsum())
    return TrialResult(diverged, numbers, history, tables)


def measure_costs(classifier: Recipe, train_set: LabelledImages, n_classes: int) -> dict[str, float]:
    """What the network of a trial costs, which is known without training it.

    Returns:
        ``parameters``, ``multiplications`` (of one image, forward) and ``training_memory_mb`` (of a batch,
        estimated).
    """
    training = classifier.training
    with quiet_training():
        model = classifier.build(train_set.images.shape[1:], n_classes)
        model.compile(classifier.optimizer.build(TrainingLength(training.epochs, steps_per_epoch=1)))
        costs = training_costs(model, len(train_set.labels), training.batch_size, training.precision)
    return {name: costs[name] for name in COSTS}


def check_training(model: KerasModel, classifier: Recipe, n_images: int) -> None:
    """Do what may fail for wrong parameters once the training has begun.

    Args:
        model: The network of the classifier, which is compiled.
        classifier: Its optimizer and its training.
        n_images: Number of training images.

    Raises:
        UserError: If there is no such optimizer or precision, or not enough memory.
    """
    training = classifier.training
    model.compile(classifier.optimizer.build(TrainingLength(training.epochs, steps_per_epoch=1)))
    with quiet_training():
        policy = resolve_precision(training.precision)
    check_memory(model, limit_batch(training.batch_size, n_images), policy, free_memory())


def digest_sets(*sets: LabelledImages) -> str:
    """Identify sets by their content: SHA-256, in hexadecimal digits, of types, shapes and values."""
    digest = hashlib.sha256()
    for part in sets:
        for array in part:
            digest.update(f"{array.dtype} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()


def changes(before: Mapping[str, Any], after: Mapping[str, Any], group: str = "") -> list[str]:
    """The paths of the values that differ between two nested mappings, such as ``optimizer.momentum``."""
    paths = []
    for name in {**before, **after}:
        one, other = before.get(name), after.get(name)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            paths += changes(one, other, f"{group}{name}.")
        elif one != other:
            paths.append(f"{group}{name}")
    return paths


def _count_updates(batch_size: int | str, n_images: int) -> int:
    """Steps of the optimizer in an epoch."""
    return 1 if batch_size == "full" else math.ceil(n_images / batch_size)


def _measure_network(
    model: KerasModel,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    test_set: LabelledImages | None,
    class_names: Sequence[str],
) -> dict[str, float]:
    n_images = len(validation_set.labels)
    first = LabelledImages(train_set.images[:n_images], train_set.labels[:n_images])
    return {
        **_score("train", model, first, class_names),
        **_score("val", model, validation_set, class_names),
        **(_score("test", model, test_set, class_names) if test_set is not None else {}),
    }


def _score(
    prefix: str, model: KerasModel, part: LabelledImages, class_names: Sequence[str]
) -> dict[str, float]:
    predictions = predictions_table(predict(model, part.images), part.labels, class_names)
    metrics = classification_metrics(predictions)
    return {f"{prefix}_{name}": metrics[name] for name in ("loss", "accuracy")}


def _to_columns(table: pd.DataFrame) -> dict[str, list]:
    return {
        name: [None if isinstance(value, float) and not math.isfinite(value) else value for value in column]
        for name, column in table.to_dict("list").items()
    }


def _from_columns(columns: Mapping[str, list]) -> pd.DataFrame:
    return pd.DataFrame(
        {name: [math.nan if value is None else value for value in column] for name, column in columns.items()}
    )
