"""How many trials the machines of a Ray cluster can train, and what trials wait for there."""

import logging
import time
from collections.abc import Mapping, Sequence

from fashion_nets.errors import UserError
from fashion_nets.formatting import format_bytes
from fashion_nets.trials.parameters import TrialsParams

SECONDS_BETWEEN_LOOKS = 10.0
"""So often it is looked how many machines there are."""
SECONDS_TO_BEGIN = 30.0
"""After which it is told that a trial waits; a trainer takes some to import TensorFlow."""

logger = logging.getLogger(__name__)


class Slots:
    """How many trials may be trained at the same time, as machines come and go.

    Args:
        params: How many at most.
        needs: What a trial takes of the resources of its machine.
    """

    def __init__(self, params: TrialsParams, needs: Mapping[str, float]) -> None:
        self._most = params.workers if params.workers != "auto" else None
        self._needs = needs
        self._n_slots = 0
        self._next = 0.0
        self._has_told = False

    def look_again(self) -> None:
        """A machine may be lost."""
        self._next = 0.0

    def count(self) -> int:
        """The number.

        Raises:
            UserError: If no machine suffices.
        """
        if time.monotonic() >= self._next:
            import ray

            machines = [node["Resources"] for node in ray.nodes() if node["Alive"]]
            self._n_slots = count_slots(machines, self._needs)
            self._next = time.monotonic() + SECONDS_BETWEEN_LOOKS
            if self._n_slots == 0:
                raise UserError(
                    f"trials.ray: no machine of the cluster has what a trial takes: {_words(self._needs)}. "
                    f"There are {len(machines)}: {'; '.join(map(_words, machines))}."
                )
        return self._n_slots if self._most is None else min(self._most, self._n_slots)

    def tell_waiting(self, since: Sequence[float]) -> None:
        """Say what trials wait for, once until they have begun.

        Args:
            since: When each of those that have not begun was given to a trainer, by the monotonic clock.
        """
        late = sum(given < time.monotonic() - SECONDS_TO_BEGIN for given in since)
        if late and not self._has_told:
            import ray

            logger.info(
                "Ray: %s for a trainer, which takes %s; free in the cluster, beside what others use: %s",
                "1 trial waits" if late == 1 else f"{late} trials wait",
                _words(self._needs),
                _words(ray.available_resources()),
            )
        self._has_told = late > 0


def count_slots(machines: Sequence[Mapping[str, float]], needs: Mapping[str, float]) -> int:
    """How many trials machines with these resources can train at the same time."""
    return sum(min(int(machine.get(name, 0) // need) for name, need in needs.items()) for machine in machines)


def _words(resources: Mapping[str, float]) -> str:
    cores, gpus = int(resources.get("CPU", 0)), int(resources.get("GPU", 0))
    parts = [
        f"{cores} {'core' if cores == 1 else 'cores'}",
        f"{format_bytes(resources.get('memory', 0))} of memory",
    ]
    return ", ".join([*parts, *([f"{gpus} GPU"] if gpus else [])])
