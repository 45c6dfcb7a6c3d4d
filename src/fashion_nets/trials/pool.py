"""Processes of this machine that train trials, each one after the other."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import Pipe
from multiprocessing.connection import wait
from pathlib import Path
from typing import IO, Any, NamedTuple

from fashion_nets.provenance.machine import THREADS
from fashion_nets.temporary import TemporaryFolder
from fashion_nets.training.memory import own_memory
from fashion_nets.trials.desk import Desk
from fashion_nets.trials.images import TrialSets
from fashion_nets.trials.runner import Request, Results
from fashion_nets.trials.supplies import Supplies
from fashion_nets.trials.training import Bases
from fashion_nets.trials.trial import Trial
from fashion_nets.trials.work import Done, Failed, Job, Machine, Message
from fashion_nets.trials.workload import share_of_memory

SECONDS_TO_DIE = 5.0
"""So long a process may take to be gone that has closed its pipe or was killed."""

MAY_BE_SET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # else the first process takes all memory of a GPU
}
"""Variables that a worker finds unless they say otherwise already."""


class Order(NamedTuple):
    """What a worker gets.

    Attributes:
        job: The trial.
        supplies: What it takes; None where the worker has it from an earlier order.
    """

    job: Job
    supplies: Supplies | None


class Worker:
    """A process that trains trials, which is told what to do and tells what happens through a pipe.

    Args:
        machine: What it is to compute with.
        folder: Where files for workers are.
    """

    def __init__(self, machine: Machine, folder: Path) -> None:
        self.connection, theirs = Pipe()
        self._supplies: Supplies | None = None
        self._errors: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # as long as the process
        arguments = [str(theirs.fileno()), str(os.getpid())]
        with theirs, _interrupts_held_back():
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "fashion_nets.trials.worker", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                env={
                    **MAY_BE_SET,
                    **os.environ,
                    **variables_of(machine),
                    "TMPDIR": str(folder),  # for what TensorFlow writes, and leaves where it is killed
                },
                pass_fds=[theirs.fileno()],
            )

    def give(self, job: Job, supplies: Supplies) -> None:
        """Let it train a trial.

        Raises:
            OSError: If it is not there any more.
        """
        self.connection.send(Order(job, None if supplies is self._supplies else supplies))
        self._supplies = supplies

    def take(self) -> Message:
        """Take the next thing that it tells.

        Raises:
            EOFError, OSError: If it is not there any more.
        """
        message: Message = self.connection.recv()
        return message

    def end(self) -> str:
        """Wait until it is gone, which it is about to be; say how it has ended."""
        self.connection.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(SECONDS_TO_DIE)
        self._process.kill()
        reason = _how_it_ended(self._process.wait(), self._last_words())
        self._errors.close()
        return reason

    def kill(self) -> None:
        """Let it end, without waiting for that."""
        self._process.kill()

    @property
    def memory(self) -> int:
        """The bytes of memory that it holds for itself; 0 where that is unknown."""
        return own_memory(self._process.pid) or 0

    def _last_words(self) -> str:
        """The last line that it has written to standard error, as what aborts a process does."""
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


class WorkerPool:
    """Workers that live as long as the pool, so that each imports TensorFlow once.

    Args:
        machine: What they compute with.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._folder = TemporaryFolder()
        self._workers: list[Worker] = []
        self._idle: list[Worker] = []
        self._supplied: tuple[TrialSets, Bases, Supplies] | None = None
        self._n_supplied = 0

    @property
    def n_idle(self) -> int:
        """How many workers are there already."""
        return len(self._idle)

    def run(self, n_workers: int, request: Request) -> Results:
        """Train trials, so many at a time; see :class:`fashion_nets.trials.runner.Runner`."""
        desk = Desk(self._machine, request)
        supplies = self._supply(request.sets, request.bases)
        share = share_of_memory(n_workers, sum(worker.memory for worker in self._idle))
        busy: dict[Any, tuple[Worker, Trial]] = {}
        try:
            while desk.is_open:
                while desk.has_waiting and len(busy) < n_workers:
                    job = desk.next_job()
                    worker = self._give(job, supplies)
                    busy[worker.connection] = worker, job.trial
                yield from desk.results()
                for connection in wait(list(busy)) if busy else ():
                    worker, trial = busy[connection]
                    try:
                        message = worker.take()
                    except (EOFError, OSError):
                        del busy[connection]
                        self._workers.remove(worker)
                        desk.lose(trial, worker.end())
                        continue
                    if isinstance(message, Done | Failed):  # it waits for the next trial
                        del busy[connection]
                        self._keep(worker, share)
                    desk.take(trial, message)
            desk.close()
        except Exception:  # of one trial; what others have given counts
            yield from desk.results()
            raise
        finally:
            self._end([worker for worker, _ in busy.values()])

    def close(self) -> None:
        """End all workers, and remove their files."""
        self._idle.clear()
        self._end(self._workers[:])
        self._folder.close()

    def _give(self, job: Job, supplies: Supplies) -> Worker:
        """Give a job to a worker that has nothing to do, or to a new one."""
        while self._idle:
            worker = self._idle.pop()
            try:
                worker.give(job, supplies)
            except OSError:  # it has died since
                self._end([worker])
            else:
                return worker
        worker = Worker(self._machine, self._folder.path)
        self._workers.append(worker)
        with suppress(OSError):  # else whoever waits for what it tells learns how it has ended
            worker.give(job, supplies)
        return worker

    def _keep(self, worker: Worker, share: float) -> None:
        """Keep a worker for the next trial, unless it holds more than its share of the memory.

        TensorFlow keeps what XLA has compiled as long as the process lives.
        """
        if worker.memory > share:
            self._end([worker])
        else:
            self._idle.append(worker)

    def _end(self, workers: Sequence[Worker]) -> None:
        for worker in workers:  # all of them at once
            worker.kill()
        for worker in workers:
            worker.end()
            self._workers.remove(worker)

    def _supply(self, sets: TrialSets, bases: Bases) -> Supplies:
        """Put sets and bases into files, once for all trials that take the same."""
        if self._supplied is None or not are_same(*self._supplied[:2], sets, bases):
            self._n_supplied += 1
            folder = self._folder.path / str(self._n_supplied)
            folder.mkdir()
            self._supplied = sets, bases, Supplies.put_down(sets, bases, folder)
        return self._supplied[2]


def are_same(sets_before: TrialSets, bases_before: Bases, sets: TrialSets, bases: Bases) -> bool:
    """Whether trials take the very sets and networks that others took before."""
    same = bases_before.keys() == bases.keys() and all(bases_before[name] is bases[name] for name in bases)
    return sets_before is sets and same


def variables_of(machine: Machine) -> dict[str, str]:
    """The variables that a worker finds around it: where its modules are, and what it computes with."""
    return {
        "KERAS_BACKEND": "tensorflow",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        THREADS: str(machine.described["threads"]),
    }


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Let a process that is started here be deaf to Ctrl+C until it has said itself that it is."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _how_it_ended(code: int, last_words: str) -> str:
    if code == -signal.SIGKILL:
        return "was killed (SIGKILL), as the system does where memory runs out"
    words = f" ({last_words})" if last_words else ""
    return f"was ended by {signal.Signals(-code).name}{words}" if code < 0 else f"ended with {code}{words}"
