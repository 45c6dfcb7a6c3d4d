import os

import pytest
from tests.trials.processes import workers_of
from tests.trials.small import TRIAL, in_this_process, plan
from tests.trials.store import Store

from fashion_nets.parameters import ParametersError
from fashion_nets.provenance.machine import describe_machine
from fashion_nets.trials.parameters import TrialsParams
from fashion_nets.trials.runner import Request
from fashion_nets.trials.runners import open_runner


class Watcher:
    """Notes how many workers there are while trials are trained."""

    def __init__(self, run):
        self.run = run
        self.seen = []

    def __call__(self, request):
        for done in self.run(request):
            self.seen.append(len(workers_of(os.getpid())))
            yield done


@pytest.mark.parametrize("workers", [1, "auto"])
def test_what_is_done_at_once_needs_no_process(workers, sets, tmp_path):
    params = in_this_process().model_copy(update={"workers": workers})
    with open_runner(params) as run:
        watcher = Watcher(run)
        assert Store(tmp_path, sets).train(plan(), run=watcher, threads=params.threads) == ["sgd/seed_42"]
        assert watcher.seen == [0]
        assert list(run(Request([], sets, {}, None, {}))) == []


@pytest.mark.slow  # a worker takes 6 s to start
def test_other_threads_than_those_of_this_process_are_those_of_a_worker(sets, tmp_path):
    store, threads = Store(tmp_path, sets), describe_machine()["threads"] + 1
    with open_runner(TrialsParams(workers="auto", threads=threads, ray=None)) as run:
        watcher = Watcher(run)
        store.train(plan(), run=watcher, threads=threads)
        store.train(plan(TRIAL._replace(seed=43)), run=watcher, threads=threads)
        assert watcher.seen == [1, 1]
    assert workers_of(os.getpid()) == []
    for seed in (42, 43):
        assert store.read(f"sgd/seed_{seed}")["settings"]["machine"]["threads"] == threads


@pytest.mark.parametrize("workers", [0, "all", 1.5, True])
def test_a_number_of_workers_that_cannot_be_is_refused(workers):
    told = rf"^'workers': should be 'auto' or a whole number from 1 to 1,024, got {workers!r}$"
    with pytest.raises(ParametersError, match=told):
        TrialsParams.model_validate({"workers": workers, "threads": 1, "ray": None})
