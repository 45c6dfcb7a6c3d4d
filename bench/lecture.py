"""The lecture's way: plain Keras on float64 arrays, batches of 32, Keras's defaults.

Nothing is set but the seed, and the progress bar is left out.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from bench.measurement import BATCH_SIZE, N_VALIDATION, EpochClock, Job, Measurement, measurement
from bench.networks import Network
from bench.places import RAW
from fashion_nets.data.idx import read_idx


class Part(NamedTuple):
    """Images on [0, 1], float64, and their labels."""

    images: np.ndarray
    labels: np.ndarray

    def for_network(self, network: Network) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets."""
        return self.images, self.images if network.is_autoencoder else self.labels


class Parts(NamedTuple):
    """Training, validation and test images as the lecture holds them."""

    train: Part
    validation: Part
    test: Part


def load_parts(folder: Path = RAW, n_validation: int = N_VALIDATION, n_images: int | None = None) -> Parts:
    """Read and scale the images as the lecture does; ``n_images`` limits those to train with."""

    def read(name: str) -> list[np.ndarray]:
        return [read_idx(folder / f"{name}-{kind}-ubyte.gz") for kind in ("images-idx3", "labels-idx1")]

    images, labels = read("train")
    test_images, test_labels = read("t10k")
    end = None if n_images is None else n_validation + n_images
    return Parts(
        Part(images[n_validation:end] / 255.0, labels[n_validation:end]),
        Part(images[:n_validation] / 255.0, labels[:n_validation]),
        Part(test_images / 255.0, test_labels),
    )


def fit(
    network: Network, parts: Parts, epochs: int, seed: int, at_epoch_end: Callable[..., None] | None = None
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Build, compile and fit a network; return it with its history."""
    keras.utils.set_random_seed(seed)
    model = network.build()
    model.compile(loss=network.loss, optimizer=network.build_optimizer(), metrics=network.metrics)
    fitted = model.fit(
        *parts.train.for_network(network),
        epochs=epochs,
        batch_size=BATCH_SIZE,
        validation_data=parts.validation.for_network(network),
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=at_epoch_end)],
        verbose=0,
    )
    return model, fitted.history


def evaluate(model: keras.Model, network: Network, parts: Parts) -> dict[str, Any]:
    """Loss and metrics on the test images."""
    return model.evaluate(*parts.test.for_network(network), verbose=0, return_dict=True)


def measure(job: Job) -> Measurement:
    """Train, and measure it."""
    parts = load_parts(n_images=job.n_images)
    clock = EpochClock()
    model, history = fit(job.network, parts, job.epochs, job.seed, clock.epoch_ends)
    result = measurement(clock, history["loss"][-1], history["val_loss"][-1])
    if job.with_test:
        result["test_accuracy"] = evaluate(model, job.network, parts)["accuracy"]
    return result
