"""How long trials may take, how much memory, and so how many of them are worth being trained at once."""

import heapq
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fashion_nets.errors import UserError
from fashion_nets.formatting import MEGABYTE, format_bytes
from fashion_nets.training.memory import free_memory
from fashion_nets.trials.parameters import TrialsParams
from fashion_nets.trials.trial import Trial

MULTIPLICATIONS_A_SECOND = 5e10
"""Of one core in float32, in a training."""
PASSES = 3
"""Products of an update, in those of going forward."""
SECONDS_A_TRIAL = 2.0
"""To build, compile and score a network."""
SECONDS_TO_START = 10.0
"""Until workers have imported TensorFlow, all at once, each on a core that has nothing else to do."""
WORKER_MB = 700
"""What a worker takes with all of Fashion-MNIST, beside the network and the files that all of them share."""
SPARE = 0.1
"""The share of free memory that is left to others."""


class Workload(NamedTuple):
    """What is known of trials before they are trained.

    Attributes:
        trials: The longest first.
        seconds: What each of them may take on one core.
        memory: The bytes that a worker needs that trains the largest of them.
    """

    trials: list[Trial]
    seconds: list[float]
    memory: float

    @classmethod
    def of(cls, trials: Sequence[Trial], train_labels: np.ndarray) -> "Workload":
        """Estimate what trials take.

        Args:
            trials: With their costs; without, they count as small.
            train_labels: What training images are chosen from has these labels.
        """
        estimated = [(seconds_of(trial, train_labels), trial) for trial in trials]
        estimated.sort(key=lambda pair: -pair[0])
        largest = max((trial.costs.get("training_memory_mb", 0.0) for trial in trials), default=0.0)
        return cls(
            [trial for _, trial in estimated],
            [seconds for seconds, _ in estimated],
            (WORKER_MB + largest) * MEGABYTE,
        )

    def seconds_with(self, n_workers: int) -> float:
        """How long it takes until the last of them is trained, so many at a time."""
        ends = [0.0] * n_workers
        for seconds in self.seconds:
            heapq.heapreplace(ends, ends[0] + seconds)
        return max(ends)

    def saved_by(self, n_workers: int) -> float:
        """The seconds that workers save, once they are there."""
        return sum(self.seconds) - self.seconds_with(n_workers)


def seconds_of(trial: Trial, train_labels: np.ndarray) -> float:
    """What a trial may take on one core, roughly: what counts is whether it is seconds or minutes."""
    images = trial.images.count_fitted(train_labels, trial.seed) * trial.most_epochs
    return (
        SECONDS_A_TRIAL + PASSES * images * trial.costs.get("multiplications", 0.0) / MULTIPLICATIONS_A_SECOND
    )


class Place(NamedTuple):
    """Where workers would train.

    Attributes:
        n_cores: How many cores this process may use.
        is_gpu: Whether a GPU computes, which they would have to share.
        n_started: How many workers are there already.
        missed: The seconds that workers would have saved up to now beside their start, had they been there.
    """

    n_cores: int
    is_gpu: bool = False
    n_started: int = 0
    missed: float = 0.0


def choose_workers(params: TrialsParams, workload: Workload, place: Place) -> int:
    """How many workers train trials; 0 where they are as soon done without any.

    Args:
        params: What was asked for.
        workload: The trials.
        place: Where.

    Raises:
        UserError: If there is no memory for so many.
    """
    if params.workers != "auto":
        n_workers = min(params.workers, len(workload.trials))
        if n_workers > 1:
            check_memory_of(n_workers, workload, place.n_started)
        return n_workers if n_workers > 1 else 0
    n_workers = most_workers(params, workload, place)
    if n_workers < 2:
        return 0
    start = 0.0 if place.n_started >= n_workers else SECONDS_TO_START
    return n_workers if place.missed + workload.saved_by(n_workers) > start else 0


def most_workers(params: TrialsParams, workload: Workload, place: Place) -> int:
    """How many workers could train at the same time."""
    most = 1 if place.is_gpu else max(1, place.n_cores // params.threads)
    return min(most, len(workload.trials), _fitting(workload, place.n_started))


def check_memory_of(n_workers: int, workload: Workload, n_started: int = 0) -> None:
    """Refuse workers for which there is no memory.

    Raises:
        UserError: Says what they need, what is free, and how many would fit.
    """
    free, fitting = free_memory(), _fitting(workload, n_started)
    if free is not None and fitting < n_workers:
        advice = f'at most {fitting} fit, --params "trials.workers={fitting}"' if fitting else "not one fits"
        raise UserError(
            f"trials.workers: {n_workers} need about {format_bytes(n_workers * workload.memory)} of memory, "
            f"and {format_bytes(free)} are free; {advice}."
        )


def share_of_memory(n_workers: int, held: float = 0.0) -> float:
    """The bytes that each of some workers may hold for itself; infinite where free memory is unknown.

    Args:
        n_workers: How many there are going to be.
        held: What those that are there already hold.
    """
    free = free_memory()
    return math.inf if free is None else (held + free * (1 - SPARE)) / n_workers


def _fitting(workload: Workload, n_started: int) -> int:
    """How many workers fit into free memory, beside those that are there."""
    free = free_memory()
    if free is None:
        return len(workload.trials) + n_started
    return n_started + int(free * (1 - SPARE) / workload.memory)
