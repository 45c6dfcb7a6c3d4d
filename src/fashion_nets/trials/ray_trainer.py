"""What trains trials on a machine of a Ray cluster: an actor that is given a trial and tells what happens."""

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from fashion_nets.networks.types import KerasModel
from fashion_nets.temporary import TemporaryFolder
from fashion_nets.training.memory import own_memory
from fashion_nets.trials.images import TrialSets
from fashion_nets.trials.training import Bases
from fashion_nets.trials.work import Done, Failed, Job, Message, Send, StateLeft, failure, train_for


class Shipment(NamedTuple):
    """What trials take beside themselves, as it lies in the object store of each machine.

    Attributes:
        number: Tells it from others of the same run.
        sets: The images and labels, which a trainer maps without a copy.
        networks: The bases by name, each the content of its file.
    """

    number: int
    sets: TrialSets
    networks: Mapping[str, bytes]


class Trainer:
    """Trains one trial after the other.

    Args:
        seconds_between_states: So often, at most, it sends the state of a training.
    """

    def __init__(self, seconds_between_states: float) -> None:
        import keras  # noqa: F401  # takes seconds, while the parent prepares the first trial

        self._seconds_between_states = seconds_between_states
        self._unpacked: tuple[int, TrialSets, Bases] | None = None

    def memory(self) -> int:
        """The bytes of memory that it holds for itself; 0 where that is unknown."""
        return own_memory(os.getpid()) or 0

    def train(self, job: Job, shipment: Shipment) -> Iterator[Message]:
        """Train a trial, and tell all that happens.

        Args:
            job: The trial.
            shipment: What it takes; taken over from the trial before where it is the same.

        Yields:
            What :func:`fashion_nets.trials.work.train_for` sends, with states now and then.
        """
        messages: queue.SimpleQueue[Message | None] = queue.SimpleQueue()

        def train() -> None:
            try:
                send = StatesNowAndThen(
                    messages.put, self._seconds_between_states, job.trial.pause_after is not None
                )
                self._train(job, shipment, send)
            finally:
                messages.put(None)

        threading.Thread(target=train, name="training", daemon=True).start()
        while (message := messages.get()) is not None:
            yield message

    def _train(self, job: Job, shipment: Shipment, send: Send) -> None:
        try:
            _, sets, bases = self._unpack(shipment)
        except Exception as error:  # noqa: BLE001  # of the trial, as whoever has asked for it sees it
            send(failure(error))
            return
        train_for(job, sets, bases, send)

    def _unpack(self, shipment: Shipment) -> tuple[int, TrialSets, Bases]:
        if self._unpacked is None or self._unpacked[0] != shipment.number:
            bases = {name: read_network(content) for name, content in shipment.networks.items()}
            self._unpacked = shipment.number, shipment.sets, bases
        return self._unpacked


class StatesNowAndThen:
    """Sends messages, but of the states of a training only one in so many seconds.

    Args:
        send: Sends a message.
        seconds: Between two states, and before the first one.
        with_last: Whether the last state is sent in any case, as something goes on from there.
        clock: Gives the seconds since any point in time.
    """

    def __init__(
        self, send: Send, seconds: float, with_last: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._send = send
        self._seconds = seconds
        self._with_last = with_last
        self._clock = clock
        self._next = clock() + seconds
        self._left: StateLeft | None = None

    def __call__(self, message: Message) -> None:
        """Send a message, unless it is a state that comes too early."""
        if isinstance(message, StateLeft):
            self._left = message
            if self._clock() < self._next:
                return
            self._next = self._clock() + self._seconds
            self._left = None
        elif isinstance(message, Done | Failed) and self._with_last and self._left is not None:
            self._send(self._left)
        self._send(message)


def write_network(network: KerasModel) -> bytes:
    """The content of the file of a network."""
    with TemporaryFolder() as folder:
        path = folder / "network.keras"
        network.save(path)
        return path.read_bytes()


def read_network(content: bytes) -> KerasModel:
    """The inverse of :func:`write_network`."""
    from fashion_nets.training.stored import load_network

    with TemporaryFolder() as folder:
        path = folder / "network.keras"
        path.write_bytes(content)
        return load_network(path)
