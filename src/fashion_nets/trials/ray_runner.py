"""Trials on the machines of a Ray cluster."""

import time
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.trials.desk import Desk
from fashion_nets.trials.images import TrialSets
from fashion_nets.trials.parameters import TrialsParams
from fashion_nets.trials.pool import MAY_BE_SET, are_same, variables_of
from fashion_nets.trials.ray_connection import ON_THIS_MACHINE, connect, disconnect
from fashion_nets.trials.ray_slots import SECONDS_BETWEEN_LOOKS, Slots
from fashion_nets.trials.ray_trainer import Shipment, Trainer, write_network
from fashion_nets.trials.runner import Request, Results
from fashion_nets.trials.training import Bases
from fashion_nets.trials.trial import Trial
from fashion_nets.trials.work import Begun, Done, Failed, Machine, Message, this_machine
from fashion_nets.trials.workload import Workload

SECONDS_BETWEEN_STATES = 60.0
"""So often, at most, the state of a training travels."""


class Assignment(NamedTuple):
    """A trial that a trainer trains.

    Attributes:
        trainer: The actor.
        trial: What it was given.
        given: When, by the monotonic clock.
    """

    trainer: Any
    trial: Trial
    given: float


class RayRunner:
    """Trains trials on a cluster, or by a Ray that it starts on this machine; see :class:`Runner`.

    Args:
        params: Which cluster, how many trials at a time at most, and with how many threads each.
        seconds_between_states: So often, at most, the state of a training comes here.
        most_held: What a trainer may hold before another one takes its place, in parts of the memory that it
            has asked for; a new one has two thirds of that.
    """

    def __init__(
        self,
        params: TrialsParams,
        seconds_between_states: float = SECONDS_BETWEEN_STATES,
        most_held: float = 1.0,
    ) -> None:
        assert params.ray is not None
        self._params = params
        self._address = params.ray
        self._seconds_between_states = seconds_between_states
        self._most_held = most_held
        self._is_connected = self._is_ours = False
        self._idle: list[Any] = []
        self._needs: dict[str, float] = {}
        self._shipped: tuple[TrialSets, Bases, Any] | None = None
        self._n_shipped = 0

    def __call__(self, request: Request) -> Results:
        """Train trials; see :class:`fashion_nets.trials.runner.Runner`."""
        if not request.trials:
            return
        machine = this_machine(self._params.threads)
        if not self._is_connected:
            self._is_ours = connect(self._address, _bytes_of(request.sets))
            self._is_connected = True
        workload = Workload.of(request.trials, request.sets.train.labels)
        self._need(workload, machine)
        desk = Desk(machine, request._replace(trials=workload.trials))
        yield from self._run(desk, self._ship(request.sets, request.bases), machine)

    def close(self) -> None:
        """End all trainers, and a Ray that was started here."""
        if self._is_connected:
            self._retire()
            self._shipped = None
            if self._is_ours:
                disconnect()
            self._is_connected = False

    def _run(self, desk: Desk, shipment: Any, machine: Machine) -> Results:
        import ray

        busy: dict[Any, Assignment] = {}
        placed: set[str] = set()  # keys of trials whose trainers have what they take
        slots = Slots(self._params, self._needs)
        try:
            while desk.is_open:
                while desk.has_waiting and len(busy) < slots.count():
                    job = desk.next_job()
                    if (trainer := self._take_idle()) is not None:
                        placed.add(job.trial.key)
                    else:
                        trainer = self._start_trainer(machine)
                    stream = trainer.train.remote(job, shipment)
                    busy[stream] = Assignment(trainer, job.trial, time.monotonic())
                pending = [each.given for each in busy.values() if each.trial.key not in placed]
                slots.tell_waiting(pending)
                if pending:
                    self._retire()  # what has no place may wait for theirs
                yield from desk.results()
                for stream in take_ready(list(busy)):
                    trainer, trial, _ = busy[stream]
                    try:
                        message: Message = ray.get(next(stream))
                    except (StopIteration, ray.exceptions.RayError) as error:
                        del busy[stream]
                        placed.discard(trial.key)
                        ray.kill(trainer)
                        slots.look_again()
                        desk.lose(trial, _reason(error))
                        continue
                    if isinstance(message, Begun):
                        placed.add(trial.key)
                    if isinstance(message, Done | Failed):  # it waits for the next trial
                        del busy[stream]
                        self._idle.append(trainer)
                    desk.take(trial, message)
            desk.close()
        except Exception:  # of one trial; what others have given counts
            yield from desk.results()
            raise
        finally:
            for trainer, *_ in busy.values():
                ray.kill(trainer)

    def _need(self, workload: Workload, machine: Machine) -> None:
        """Let trainers have what the largest of the trials needs, of those up to now."""
        memory = max(int(workload.memory), self._needs.get("memory", 0))
        needs: dict[str, float] = {"CPU": self._params.threads, "memory": memory}
        if machine.described["device"] != "CPU":
            needs["GPU"] = 1
        if needs != self._needs:
            self._retire()
        self._needs = needs

    def _take_idle(self) -> Any | None:
        """A trainer that has nothing to do, if there is one.

        TensorFlow keeps what XLA has compiled as long as the process lives: one that holds too much is ended.
        """
        import ray

        while self._idle:
            trainer = self._idle.pop()
            with suppress(ray.exceptions.RayError):  # its machine was lost since
                held = ray.get(trainer.memory.remote(), timeout=SECONDS_BETWEEN_LOOKS)
                if held <= self._most_held * self._needs["memory"]:
                    return trainer
            ray.kill(trainer)
        return None

    def _start_trainer(self, machine: Machine) -> Any:
        """A new trainer, which waits for a place."""
        import ray

        options = {
            "num_cpus": self._needs["CPU"],
            "num_gpus": self._needs.get("GPU", 0),
            "memory": self._needs["memory"],
            "max_restarts": 0,  # a trial is tried again by whoever has its state
            "runtime_env": self._environment(machine),
        }
        return ray.remote(**options)(Trainer).remote(self._seconds_between_states)

    def _environment(self, machine: Machine) -> dict[str, Any]:
        """What a trainer finds around it."""
        variables = {**MAY_BE_SET, **variables_of(machine)}
        if self._address != ON_THIS_MACHINE:  # where the code comes by the runtime environment of the job
            del variables["PYTHONPATH"]
        return {"env_vars": variables}

    def _retire(self) -> None:
        """End trainers that have nothing to do."""
        if self._idle:
            import ray

            while self._idle:
                ray.kill(self._idle.pop())

    def _ship(self, sets: TrialSets, bases: Bases) -> Any:
        """Put sets and bases into the object store, once for all trials that take the same."""
        if self._shipped is None or not are_same(*self._shipped[:2], sets, bases):
            import ray

            self._n_shipped += 1
            networks = {name: write_network(base) for name, base in bases.items()}
            shipment = Shipment(self._n_shipped, _in_memory(sets), networks)
            self._shipped = sets, bases, ray.put(shipment)
        return self._shipped[2]


def take_ready(streams: list[Any]) -> list[Any]:
    """All streams that have something to tell, once there is one; none after a while."""
    import ray

    if not streams or not ray.wait(streams, timeout=SECONDS_BETWEEN_LOOKS)[0]:
        return []
    ready: list[Any] = ray.wait(streams, num_returns=len(streams), timeout=0)[0]
    return ready


def _reason(error: BaseException) -> str:
    """How a trainer has ended, in a line."""
    if isinstance(error, StopIteration):
        return "ended without a result"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"was lost ({type(error).__name__}: {lines[-1][:200].rstrip('.')})" if lines else "was lost"


def _in_memory(sets: TrialSets) -> TrialSets:
    """The same, of plain arrays in place of files that are mapped: what workers map is the object store."""

    def plain(part: LabelledImages) -> LabelledImages:
        return LabelledImages(*(np.ascontiguousarray(np.asarray(array)) for array in part))

    test = None if sets.test is None else plain(sets.test)
    return TrialSets(plain(sets.train), plain(sets.validation), list(sets.class_names), test)


def _bytes_of(sets: TrialSets) -> int:
    parts = [part for part in (sets.train, sets.validation, sets.test) if part is not None]
    return sum(array.nbytes for part in parts for array in part)
