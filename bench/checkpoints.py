"""What it costs that a training leaves its state: seconds a checkpoint, and their share of a training.

The CNN of conf/, and the MLP for 400 epochs, trained as a run trains them, on the stored sets. In minutes,
on the sample: ``kedro run --env=sample --pipelines=data_ingestion,preprocessing``, then
``python -m bench.checkpoints --env=sample``.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pandas as pd

from bench.networks import N_CLASSES
from bench.places import RESULTS, SAMPLE_SETS, SETS, check_stored, load_parameters, load_sets
from bench.report import Target, report
from fashion_nets.formatting import MEGABYTE
from fashion_nets.training import keeping
from fashion_nets.training.checkpoints import Checkpoints
from fashion_nets.training.recipe import choose_recipe

EPOCHS = {"cnn": None, "mlp": 400}
SHARE = 0.02


class Clock:
    """Adds up the seconds that calls of functions take."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, timed."""

        @wraps(function)
        def timed(*arguments: Any, **options: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                self.seconds.append(time.perf_counter() - start)

        return timed


def measure(network: str, env: str, epochs: int | None) -> dict[str, Any]:
    """Train a network, and tell what its checkpoints take of the time."""
    parameters = load_parameters(env)
    sets = load_sets("train", "validation", folder=SETS if env == "base" else SAMPLE_SETS)
    recipe = choose_recipe(network, **{network: parameters[network]})
    if epochs is not None:
        recipe = recipe._replace(training=recipe.training.model_copy(update={"epochs": epochs}))
    storing, preparing, epoch_ends = Clock(), Clock(), Clock()
    originals = (keeping.Checkpoint.save, keeping.StateKeeper.on_epoch_end, keeping.describe_training)
    keeping.Checkpoint.save = storing.around(originals[0])
    keeping.StateKeeper.on_epoch_end = epoch_ends.around(originals[1])
    keeping.describe_training = preparing.around(originals[2])
    try:
        with tempfile.TemporaryDirectory(dir=RESULTS) as kept:
            start = time.perf_counter()
            recipe.fit(*sets, N_CLASSES, parameters["seed"], checkpoints=Checkpoints(Path(kept), network))
            seconds = time.perf_counter() - start
            (file,) = Path(kept).glob("*.npz")
            megabytes = file.stat().st_size / MEGABYTE
    finally:
        keeping.Checkpoint.save, keeping.StateKeeper.on_epoch_end, keeping.describe_training = originals
    spent = sum(epoch_ends.seconds) + sum(preparing.seconds)
    return {
        "network": network,
        "images": len(sets[0].labels),
        "epochs": recipe.training.epochs,
        "training_seconds": seconds,
        "checkpoints": len(storing.seconds),
        "seconds_each": sum(storing.seconds) / len(storing.seconds),
        "longest_seconds": max(storing.seconds),
        "identity_seconds": sum(preparing.seconds),
        "mb": megabytes,
        "share": spent / seconds,
    }


def main() -> None:
    """Measure both; print a table and write JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--env", choices=("base", "sample"), default="base", help="sample: in minutes")
    parser.add_argument("--networks", nargs="+", choices=EPOCHS, default=list(EPOCHS))
    parser.add_argument("--epochs", type=int, help="of each network, for a trial")
    arguments = parser.parse_args()
    check_stored(arguments.env)
    RESULTS.mkdir(exist_ok=True)
    measured = [
        measure(network, arguments.env, arguments.epochs or EPOCHS[network]) for network in arguments.networks
    ]
    targets = [
        Target(f"{each['network']}, share of its training", each["share"], "at most", SHARE)
        for each in measured
    ]
    report("checkpoints", pd.DataFrame(measured), targets, measured)


if __name__ == "__main__":
    main()
