"""Trials by Ray: on a cluster that loses a machine, and by a Ray of this machine alone."""

import os
import threading
import time
from contextlib import contextmanager

import pytest
from tests.trials.processes import all_gone, children_of
from tests.trials.rays import needs_ray, variables_of_ray
from tests.trials.small import RECIPE, REUSE, TRIAL, Recorder, kept, recipe, unkept, without_times

from fashion_nets.provenance.machine import describe_machine
from fashion_nets.trials import ray_runner, ray_slots
from fashion_nets.trials.parameters import TrialsParams
from fashion_nets.trials.ray_runner import RayRunner
from fashion_nets.trials.runner import Request, run_one_by_one

LONG = TRIAL._replace(recipe=recipe(training={"epochs": 100, "checkpoint_seconds": 0}))


@contextmanager
def open_ray(address, workers="auto", threads=None, **options):
    params = TrialsParams(workers=workers, threads=threads or describe_machine()["threads"], ray=address)
    runner = RayRunner(params, **options)
    try:
        yield runner
    finally:
        runner.close()


@pytest.fixture
def cluster():
    """A head that trains nothing, and two machines with the cores of one trial; all of them are this one."""
    with variables_of_ray(RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER="0"):  # at 127.0.0.1
        from ray.cluster_utils import Cluster

        store = {"object_store_memory": 100 * 2**20}
        cluster = Cluster(
            initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False, **store}
        )
        try:
            for _ in range(2):
                cluster.add_node(num_cpus=describe_machine()["threads"], **store)
            yield cluster
        finally:
            cluster.shutdown()


class MachineKiller(Recorder):
    """Lets the machine be lost that trains a long trial."""

    def __init__(self, cluster):
        super().__init__()
        self.cluster = cluster
        self.n_lost = 0

    def epoch(self, trial, number, metrics):
        super().epoch(trial, number, metrics)
        if trial == LONG and number == 5:
            (machine,) = (node for node in self.cluster.worker_nodes if trainers_of(node))
            self.cluster.remove_node(machine, allow_graceful=False)
            self.n_lost += 1


def trainers_of(node):
    """The processes that train on a machine of the cluster."""
    (raylet,) = node.all_processes["raylet"]
    return children_of(raylet.process.pid, b"ray::Trainer")


@needs_ray
@pytest.mark.slow  # three machines of Ray
def test_a_machine_that_is_lost_costs_a_retry_and_the_bits_are_those_of_this_process(
    cluster, sets, tmp_path, said
):
    trials = [LONG, TRIAL._replace(seed=43, reuse=REUSE)]
    bases = {"my_base": RECIPE.build((28, 28), 10)}
    undisturbed, killer = Recorder(), MachineKiller(cluster)
    here = Request(trials, sets, bases, undisturbed, unkept(*trials))
    expected = [result for _, result in run_one_by_one(here)]
    with open_ray(cluster.address, workers=1, seconds_between_states=0.0) as run:
        found = list(run(Request(trials, sets, bases, killer, kept(tmp_path, *trials))))
    assert killer.n_lost == 1
    assert [trial for trial, _ in found] == trials
    for (_, result), same in zip(found, expected, strict=True):
        assert without_times(result) == without_times(same)
    assert killer.told == undisturbed.told  # nothing twice, nothing left out
    lost, goes_on = said()
    assert lost.startswith(f"{LONG.name}: what trained it was lost (")
    assert lost.endswith("); it is tried once more")
    assert goes_on.startswith(f"{LONG.name} goes on at epoch ")


@pytest.fixture
def ray_of_somebody():
    """The Ray of a notebook, with the cores of one trial."""
    with variables_of_ray(RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER="0"):
        import ray

        options = {"include_dashboard": False, "object_store_memory": 100 * 2**20}
        ray.init(address="local", num_cpus=describe_machine()["threads"], **options)
        yield ray
        ray.shutdown()


@needs_ray
@pytest.mark.slow  # a Ray, and three trainers that import TensorFlow
def test_a_trainer_waits_for_its_core_is_kept_for_less_and_replaced_where_it_holds_too_much(
    ray_of_somebody, sets, monkeypatch, caplog
):
    ray = ray_of_somebody
    monkeypatch.setattr(ray_slots, "SECONDS_TO_BEGIN", 1.0)
    monkeypatch.setattr(ray_runner, "SECONDS_BETWEEN_LOOKS", 2.0)
    caplog.set_level("INFO", logger="fashion_nets.trials")

    @ray.remote(num_cpus=describe_machine()["threads"])
    class Other:
        def is_there(self):
            return True

    other = Other.remote()
    assert ray.get(other.is_there.remote())
    assert_all_that_are_ready_are_taken(ray)
    told = threading.Event()
    monkeypatch.setattr(ray_slots.logger, "info", note(told, ray_slots.logger.info))
    threading.Thread(target=lambda: told.wait(60) and ray.kill(other), daemon=True).start()
    large = TRIAL._replace(seed=7, costs={"training_memory_mb": 50.0})
    with open_ray("auto") as run:
        assert train(run, large, sets) == [large]
        assert "Ray: 1 trial waits for a trainer, which takes " in caplog.messages[0]
        (first,) = trainers_here()
        assert train(run, TRIAL, sets) == [TRIAL]
        assert trainers_here() == [first]
    with open_ray("auto", most_held=0.0) as run:
        assert train(run, TRIAL, sets) == [TRIAL]
        (second,) = (each for each in trainers_here() if each != first)
        assert train(run, TRIAL, sets) == [TRIAL]
        assert all_gone([second])
        assert len(trainers_here()) == 1
    assert ray.is_initialized()


@needs_ray
@pytest.mark.slow  # a Ray, and two trainers that import TensorFlow
def test_trainers_that_fewer_trials_do_not_need_are_kept_for_more(ray_of_somebody, sets):
    trials = [LONG, LONG._replace(seed=43)]  # so long that both trainers have begun before one ends
    with open_ray("auto", workers=2, threads=1) as run:
        list(run(Request(trials, sets, {}, Recorder(), unkept(*trials))))
        both = trainers_here()
        assert len(both) == 2
        assert train(run, TRIAL, sets) == [TRIAL]
        assert sorted(trainers_here()) == sorted(both)


@needs_ray
@pytest.mark.slow  # a Ray, and two trainers that import TensorFlow
def test_a_trainer_that_has_no_place_any_more_leaves_its_core_to_a_trial_that_waits_for_one(
    ray_of_somebody, sets, monkeypatch
):
    """As where one of two machines is lost, so that a trial waits for the other, and a third one for both."""
    counts, deadline = iter([2, 2]), time.monotonic() + 120

    def count_slots(machines, needs):
        assert time.monotonic() < deadline  # else it would wait for ever
        return next(counts, 1)

    monkeypatch.setattr(ray_slots, "SECONDS_BETWEEN_LOOKS", 0.0)
    monkeypatch.setattr(ray_slots, "count_slots", count_slots)
    trials = [TRIAL._replace(seed=seed) for seed in (42, 43, 44)]
    with open_ray("auto") as run:
        found = list(run(Request(trials, sets, {}, Recorder(), unkept(*trials))))
    assert [trial for trial, _ in found] == trials


def assert_all_that_are_ready_are_taken(ray):
    @ray.remote(num_cpus=0)
    def count():
        yield 1
        yield 2

    streams = [count.remote(), count.remote()]
    ray.wait(streams, num_returns=2, timeout=60)
    assert ray_runner.take_ready(streams) == streams
    assert ray_runner.take_ready([]) == []


def note(event, log):
    """Log, and say so."""

    def noting(*arguments):
        log(*arguments)
        event.set()

    return noting


def train(run, trial, sets):
    return [done for done, _ in run(Request([trial], sets, {}, Recorder(), unkept(trial)))]


def trainers_here():
    """The processes that train by a Ray that this process has started."""
    return [
        each
        for raylet in children_of(os.getpid(), b"raylet")
        for each in children_of(raylet, b"ray::Trainer")
    ]
