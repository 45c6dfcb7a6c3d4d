"""Trials by Ray: on a cluster that loses a machine, and by a Ray of this machine alone."""

from contextlib import contextmanager
from importlib.util import find_spec

import pytest
from tests.trials.processes import children_of
from tests.trials.small import RECIPE, REUSE, TRIAL, Recorder, kept, recipe, unkept, without_times

from fashion_nets.provenance.machine import describe_machine
from fashion_nets.trials.parameters import TrialsParams
from fashion_nets.trials.ray_runner import RayRunner, count_slots
from fashion_nets.trials.runner import Request, run_one_by_one

GIGABYTE = 2**30
LONG = TRIAL._replace(recipe=recipe(training={"epochs": 100, "checkpoint_seconds": 0}))
needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: tools/setup.sh ray")


@contextmanager
def open_ray(address, workers="auto", seconds_between_states=60.0):
    params = TrialsParams(workers=workers, threads=describe_machine()["threads"], ray=address)
    runner = RayRunner(params, seconds_between_states)
    try:
        yield runner
    finally:
        runner.close()


def test_trials_fit_where_all_that_they_need_is():
    machines = [
        {"CPU": 8, "memory": 16 * GIGABYTE},
        {"CPU": 64, "memory": 5 * GIGABYTE, "GPU": 1},
        {"memory": GIGABYTE},
    ]
    assert count_slots(machines, {"CPU": 2, "memory": 2 * GIGABYTE}) == 4 + 2
    assert count_slots(machines, {"CPU": 1, "memory": GIGABYTE, "GPU": 1}) == 1
    assert count_slots(machines, {"CPU": 65, "memory": GIGABYTE}) == 0


@pytest.fixture
def cluster(monkeypatch):
    """A head that trains nothing, and two machines with the cores of one trial; all of them are this one."""
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", "0" * 64)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")  # at 127.0.0.1
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
