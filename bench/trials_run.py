"""The process that measures the trials of one study: seconds and memory as JSON on the last line.

``python -m bench.trials_run mlp --workers=2 --threads=1``; ``bench.trials`` starts one for each measurement.
"""

import argparse
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.networks import N_CLASSES
from bench.places import SAMPLE_SETS, SETS, load_parameters, load_sets
from fashion_nets.formatting import MEGABYTE
from fashion_nets.provenance.machine import limit_threads
from fashion_nets.training.checkpoints import NOT_KEPT
from fashion_nets.training.memory import peak_memory
from fashion_nets.training.recipe import choose_recipe
from fashion_nets.trials.images import ImageChoice, TrialSets
from fashion_nets.trials.parameters import TrialsParams
from fashion_nets.trials.planning import plan_seeds
from fashion_nets.trials.runner import Request
from fashion_nets.trials.runners import open_runner
from fashion_nets.trials.trial import Trial


def descendants(process: int) -> Iterator[int]:
    """The processes that a process has started, and those that they have: Ray's trainers are not its own."""
    with suppress(OSError):
        for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
            yield int(child)
            yield from descendants(int(child))


class Witness:
    """Is told of trials, notes when the first one begins, and looks how much memory workers have."""

    def __init__(self) -> None:
        self.begun_at: float | None = None
        self.own_mb = self.mapped_mb = 0.0

    def begin(self, trial: Trial) -> None:  # noqa: ARG002
        """A trial has begun."""
        self.begun_at = self.begun_at or time.perf_counter()

    def epoch(self, trial: Trial, number: int, metrics: Any) -> None:  # noqa: ARG002
        """An epoch has ended: what is a worker's own, and what it maps of files that all share?"""
        for child in descendants(os.getpid()):
            with suppress(OSError):  # else it has ended
                status = Path(f"/proc/{child}/status").read_text().splitlines()
                lines = (line.split() for line in status if line.startswith("Rss"))
                sizes = {name: int(kilobytes) * 1024 / MEGABYTE for name, kilobytes, _ in lines}
                self.own_mb = max(self.own_mb, sizes.get("RssAnon:", 0.0))
                self.mapped_mb = max(self.mapped_mb, sizes.get("RssFile:", 0.0) + sizes.get("RssShmem:", 0.0))

    def lose(self, trial: Trial, reason: str) -> None:
        """A trial is given up."""
        raise RuntimeError(f"{trial.name}: {reason}")


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Train the trials, once all is imported and planned."""
    limit_threads(arguments.threads)
    folder = SETS if arguments.env == "base" else SAMPLE_SETS
    train, validation = load_sets("train", "validation", folder=folder)
    sets = TrialSets(train, validation, [str(label) for label in range(N_CLASSES)])
    parameters = load_parameters(arguments.env)
    recipe = choose_recipe(arguments.network, **{arguments.network: parameters[arguments.network]})
    training = recipe.training.model_copy(update={"epochs": arguments.epochs})
    variant = Trial(
        {"network": arguments.network},
        parameters["seed"],
        recipe._replace(training=training),
        ImageChoice(n_images=arguments.images),
    )
    trials = plan_seeds(variant, arguments.trials, train, sets.class_names)
    unkept, witness = {trial.key: NOT_KEPT for trial in trials}, Witness()
    start = time.perf_counter()
    params = TrialsParams(workers=arguments.workers, threads=arguments.threads, ray=arguments.ray)
    with open_runner(params) as run:
        done = [
            (trial.seed, result.numbers["val_loss"])
            for trial, result in run(Request(trials, sets, {}, witness, unkept))
        ]
    seconds = time.perf_counter() - start
    assert witness.begun_at is not None
    return {
        "seconds": seconds,
        "seconds_to_start": witness.begun_at - start,
        "trials_an_hour": 3600 * len(done) / seconds,
        "worker_mb": witness.own_mb,
        "mapped_mb": witness.mapped_mb,
        "parent_mb": peak_memory() / MEGABYTE,
        "losses": dict(sorted(done)),
    }


def main() -> None:
    """Measure, and print what came out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("network", choices=("mlp", "cnn"))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--ray", help="auto: by a Ray of this machine")
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--images", type=int, help="to train with; the default is all")
    parser.add_argument("--env", choices=("base", "sample"), default="base", help="whose sets")
    print(json.dumps(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
