"""The way in which ``trials`` of conf/ says that trials are to be run."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from fashion_nets.provenance.machine import count_free_cores
from fashion_nets.trials.parameters import TrialsParams
from fashion_nets.trials.pool import WorkerPool
from fashion_nets.trials.ray_runner import RayRunner
from fashion_nets.trials.runner import Request, Results, Runner, run_one_by_one
from fashion_nets.trials.work import this_machine
from fashion_nets.trials.workload import (
    Place,
    Workload,
    check_memory_of,
    choose_workers,
    most_workers,
)

logger = logging.getLogger(__name__)


@contextmanager
def open_runner(params: TrialsParams) -> Iterator[Runner]:
    """Give a way to run trials, which may be called several times, and end what it has started afterwards.

    Args:
        params: Where and with what trials are trained.
    """
    runner = LocalRunner(params) if params.ray is None else RayRunner(params)
    try:
        yield runner
    finally:
        runner.close()


class LocalRunner:
    """Trains trials on this machine: in workers that live as long as it does, or in this very process.

    Args:
        params: How many workers, and with how many threads each of them computes.
    """

    def __init__(self, params: TrialsParams) -> None:
        self._params = params
        self._pool: WorkerPool | None = None
        self._missed = 0.0

    def __call__(self, request: Request) -> Results:
        """Train trials; see :class:`fashion_nets.trials.runner.Runner`."""
        if not request.trials:
            return
        workload = Workload.of(request.trials, request.sets.train.labels)
        n_workers = self._choose_workers(workload)
        if n_workers == 0:
            yield from run_one_by_one(request)
            return
        if self._pool is None:
            self._pool = WorkerPool(this_machine(self._params.threads))
        logger.debug("%d workers train %d trials", n_workers, len(request.trials))
        yield from self._pool.run(n_workers, request._replace(trials=workload.trials))

    def close(self) -> None:
        """End all workers."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def _choose_workers(self, workload: Workload) -> int:
        """How many workers train; 0 for this process, which has to have the right number of threads.

        Where this process trains call after call, as in a sweep, workers are started once they would have
        been worth it from the beginning.
        """
        here, n_started = this_machine().described, self._pool.n_idle if self._pool else 0
        place = Place(count_free_cores(), here["device"] != "CPU", n_started, self._missed)
        n_workers, most = choose_workers(self._params, workload, place), 1
        if n_workers == 0 and self._params.workers == "auto":
            most = max(1, most_workers(self._params, workload, place))
        if n_workers == 0 and here["threads"] != self._params.threads:
            check_memory_of(most, workload, n_started)
            return most
        self._missed += workload.saved_by(most)
        return n_workers
