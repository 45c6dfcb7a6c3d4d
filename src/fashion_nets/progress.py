"""How far the trainings of a run are, and how long the rest of them may take."""

import time
from collections.abc import Callable, Iterator, Mapping
from statistics import median
from threading import Lock

from fashion_nets.formatting import format_duration


class Pace:
    """Lets something be said every few seconds at most, the first time after so many.

    Args:
        seconds: Between two times.
        clock: Gives the seconds since any point in time.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._last = clock()

    def is_due(self) -> bool:
        """Whether it is time; who asks and is told so says something."""
        is_due = self._clock() - self._last >= self._seconds
        if is_due:
            self.begin_anew()
        return is_due

    def begin_anew(self) -> None:
        """Something else has been said."""
        self._last = self._clock()


class Training:
    """The training of one network while it lasts.

    Args:
        epochs: How many it has at most.
        may_stop_early: Whether something may end it before the last of them.
        expected: The seconds that it took the last time it was made in the same way; None where nobody knows.
    """

    def __init__(self, epochs: int, may_stop_early: bool = False, expected: float | None = None) -> None:
        self.epochs = epochs
        self.may_stop_early = may_stop_early
        self._expected = expected
        self._seconds: list[float] = []

    def end_epoch(self, seconds: float) -> None:
        """One more epoch is done, in so many seconds."""
        self._seconds.append(seconds)

    def seconds_in_all(self) -> float | None:
        """How long it may last from its beginning to its last epoch; None where nothing is known yet."""
        return self.epochs * median(self._seconds) if self._seconds else self._expected

    def seconds_left(self) -> float | None:
        """How long it may last, by the epochs that are done; None where nothing is known yet."""
        if not self._seconds:
            return self._expected
        return max(0, self.epochs - len(self._seconds)) * median(self._seconds)


class Trainings:
    """The networks that a run trains: which one this is, and how long the rest may take.

    Nodes may be in threads, and train networks at the same time.

    Args:
        expected: The networks that the run is going to train, each with the seconds that it took the last
            time it was made in the same way; None where nobody knows.
    """

    def __init__(self, expected: Mapping[str, float | None] | None = None) -> None:
        self._expected = dict(expected or {})
        self._begun: list[str] = []
        self._at_work: dict[str, Training] = {}
        self._lock = Lock()

    def begin(self, network: str, epochs: int, may_stop_early: bool = False) -> Training:
        """A network begins to be trained."""
        with self._lock:
            training = Training(epochs, may_stop_early, self._expected.get(network))
            if network not in self._begun:
                self._begun.append(network)
            self._at_work[network] = training
            return training

    def end(self, network: str) -> None:
        """It has been trained."""
        with self._lock:
            self._at_work.pop(network, None)

    def tell(self, network: str) -> str:
        """Say which network of how many it is, and what is left: ``network 1 of 7, about 4 min left``.

        Where it is not known how long the networks take that come later, what is left of this one is told.
        Networks that are trained at the same time share the processor, as their epochs have shown.
        """
        with self._lock:
            parts = []
            if network in self._expected and len(self._expected) > 1:
                parts.append(f"network {self._begun.index(network) + 1} of {len(self._expected)}")
            parts.extend(self._tell_time(network))
            return ", ".join(parts)

    def _tell_time(self, network: str) -> Iterator[str]:
        waiting = {name: self._expected[name] for name in self._expected if name not in self._begun}
        at_work = {name: training.seconds_left() for name, training in self._at_work.items()}
        all_left = [*waiting.values(), *at_work.values()]
        known = [seconds for seconds in all_left if seconds is not None]
        if len(known) == len(all_left) and waiting:
            in_turn = max(len(at_work), 1)
            seconds = max([sum(known) / in_turn, *known])
            bounds = [training.may_stop_early for training in self._at_work.values()]
            yield f"{_about(seconds, any(bounds))} of training left"
        elif (own := at_work.get(network)) is not None:
            which = f" of {network}" if waiting else ""
            yield f"{_about(own, self._at_work[network].may_stop_early)} left{which}"


def _about(seconds: float, is_bound: bool) -> str:
    return f"{'at most ' if is_bound else ''}about {format_duration(max(1, seconds))}"


_followed: list[Trainings] = []


def follow(trainings: Trainings) -> None:
    """Count the networks that this process trains from now on among these."""
    _followed[:] = [trainings]


def follow_no_more() -> None:
    """A run has ended: who trains a network now does so alone."""
    _followed.clear()


def current_trainings() -> Trainings:
    """Those of the run that is at work; where there is none, a training stands alone."""
    return _followed[0] if _followed else Trainings()
