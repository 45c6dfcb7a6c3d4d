"""What one measurement is asked for, and what it gives."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.networks import Network
from bench.places import SETS
from fashion_nets.training.memory import peak_memory

BATCH_SIZE = 32
N_VALIDATION = 5_000  # the first training images, as in the lecture

Measurement = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """One training, to be measured.

    Attributes:
        sets: The folder with the stored sets, of which this project's way takes ``train_set``.
        with_test: Whether the test accuracy of a classifier is asked for.
        engine: What runs the steps in this project's way; None for what conf/ says.
        precision: What it computes in, likewise.
    """

    network: Network
    epochs: int
    n_images: int
    seed: int = 42
    sets: Path = SETS
    with_test: bool = False
    engine: str | None = None
    precision: str | None = None


class EpochClock:
    """Notes how long epochs take, the validation included.

    The first also builds and compiles the network; imports come before the clock starts.
    """

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self.seconds: list[float] = []

    def epoch_ends(self, *_: Any) -> None:
        """Take the time; a callback of an epoch, whatever it is called with."""
        now = time.perf_counter()
        self.seconds.append(now - self._last)
        self._last = now


def measurement(clock: EpochClock, loss: float, validation_loss: float) -> Measurement:
    """Seconds of each epoch, peak memory of this process up to now in MB, final losses."""
    return {
        "epoch_seconds": clock.seconds,
        "peak_mb": peak_memory() / 2**20,
        "loss": float(loss),
        "validation_loss": float(validation_loss),
    }
