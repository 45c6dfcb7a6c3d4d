"""What an order of its own gives each epoch: the MLP with one order in all epochs, or a new one in each.

The two take turns in one process; all else is alike, and weights begin alike.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from bench.measurement import Measurement
from bench.networks import N_CLASSES, NETWORKS
from bench.places import ALL_PARTS, check_stored, load_parameters, load_sets
from bench.report import report
from fashion_nets.data.image_set import LabelledImages
from fashion_nets.data.order import epoch_order
from fashion_nets.inspection.prediction import accuracy_of
from fashion_nets.training import samples
from fashion_nets.training.fit import fit_classifier
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import ClassifierTrainingParams

OPTIMIZERS = {"SGD": 0.1, "Adam": 0.001}  # by name, with the learning rate
SAME, NEW = "same in each epoch", "new in each epoch"


@contextmanager
def one_order() -> Iterator[None]:
    """Give every epoch the order of the first one, as Keras does after a global seed."""
    samples.epoch_order = lambda n_images, seed, epoch: epoch_order(n_images, seed, 0)
    try:
        yield
    finally:
        samples.epoch_order = epoch_order


def train(optimizer: str, order: str, epochs: int, seed: int, sets: list[LabelledImages]) -> Measurement:
    """Train the MLP; return its test accuracy and its last validation loss."""
    train_set, validation_set, test_set = sets
    settings = load_parameters()["mlp"]
    chosen = {"name": optimizer, "learning_rate": OPTIMIZERS[optimizer]}
    model, history = fit_classifier(
        NETWORKS["mlp"].build,
        train_set,
        validation_set,
        N_CLASSES,
        OptimizerParams.model_validate(settings["optimizer"] | chosen),
        ClassifierTrainingParams.model_validate(settings["training"] | {"epochs": epochs}),
        seed,
    )
    return {
        "optimizer": f"{optimizer} {OPTIMIZERS[optimizer]}",
        "order": order,
        "seed": seed,
        "test_accuracy": accuracy_of(model, test_set),
        "validation_loss": float(history["val_loss"].iloc[-1]),
    }


def measure(epochs: int, n_seeds: int, sets: list[LabelledImages]) -> list[Measurement]:
    """Train with each optimizer and each seed, with one order and with an order for each epoch in turns."""
    measurements = []
    for optimizer in OPTIMIZERS:
        for seed in range(1, n_seeds + 1):
            with one_order():
                measurements.append(train(optimizer, SAME, epochs, seed, sets))
            measurements.append(train(optimizer, NEW, epochs, seed, sets))
            for measured in measurements[-2:]:
                print(
                    f"{optimizer}, seed {seed}, {measured['order']}: {measured['test_accuracy']:.4f}",
                    flush=True,
                )
    return measurements


def summarize(measurements: list[Measurement]) -> pd.DataFrame:
    """A row for each optimizer and order: means over the seeds, and the deviation of the accuracy."""
    groups = pd.DataFrame(measurements).groupby(["optimizer", "order"], sort=False)
    return groups.agg(
        seeds=("seed", "count"),
        test_accuracy=("test_accuracy", "mean"),
        deviation=("test_accuracy", "std"),
        validation_loss=("validation_loss", "mean"),
    ).reset_index()


def main() -> None:
    """Measure; print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=4, help="how many; at least 2")
    parser.add_argument("--epochs", type=int, default=10, help="of each training")
    arguments = parser.parse_args()
    check_stored()
    measurements = measure(arguments.epochs, arguments.seeds, load_sets(*ALL_PARTS))
    report("order", summarize(measurements), [], measurements)


if __name__ == "__main__":
    main()
