"""Trials in processes of their own: the same bits, whatever dies."""

import os
import signal

import pytest
from tests.trials.processes import workers_of
from tests.trials.small import RECIPE, REUSE, TRIAL, Recorder, kept, recipe, unkept, without_times

from fashion_nets.data.image_set import ImageSetError
from fashion_nets.trials.images import ImageChoice
from fashion_nets.trials.pool import WorkerPool
from fashion_nets.trials.runner import LostTrialsError, Request, run_one_by_one
from fashion_nets.trials.work import UnsuitedWorkerError, this_machine

LONG = TRIAL._replace(recipe=recipe(training={"epochs": 30, "checkpoint_seconds": 0}))


class Killer(Recorder):
    """Kills the only worker as soon as the second epoch of ``LONG`` is told, so often.

    The state after the first one has come before that.
    """

    def __init__(self, times):
        super().__init__()
        self.times = times

    def epoch(self, trial, number, metrics):
        super().epoch(trial, number, metrics)
        if trial == LONG and number > 1 and self.times:
            self.times -= 1
            (worker,) = workers_of(os.getpid())
            os.kill(worker, signal.SIGKILL)


@pytest.fixture(scope="module")
def pool():
    pool = WorkerPool(this_machine())
    yield pool
    pool.close()
    assert workers_of(os.getpid()) == []


@pytest.mark.slow  # a worker takes 6 s to start
def test_the_bits_are_those_of_this_process_also_on_a_base_and_are_told_as_there(pool, sets):
    dropping = TRIAL._replace(recipe=recipe(architecture={"dropout": 0.3}), measurements=("mistakes",))
    reusing = TRIAL._replace(seed=43, reuse=REUSE)
    trials, bases = [dropping, reusing], {"my_base": RECIPE.build((28, 28), 10)}
    here, there = Recorder(), Recorder()
    expected = list(run_one_by_one(Request(trials, sets, bases, here, unkept(*trials))))
    found = list(pool.run(1, Request(trials, sets, bases, there, unkept(*trials))))
    assert [trial for trial, _ in found] == trials
    for (_, result), (_, same) in zip(found, expected, strict=True):
        assert without_times(result) == without_times(same)
    assert there.told == here.told


def test_an_error_of_a_trial_ends_all_and_says_where_it_was(pool, sets):
    wrong = TRIAL._replace(images=ImageChoice(n_images=10_000, draw="balanced"))
    with pytest.raises(ImageSetError, match="10,000") as failed:
        list(pool.run(1, Request([wrong, TRIAL], sets, {}, Recorder(), unkept(wrong, TRIAL))))
    assert "train_for" in str(failed.value.__cause__)


def test_what_computes_otherwise_than_planned_refuses(pool, sets, monkeypatch):
    planned = this_machine()
    other = planned._replace(described={**planned.described, "device": "another one"})
    monkeypatch.setattr(pool, "_machine", other)
    with pytest.raises(UnsuitedWorkerError, match="planned for device another one, .* with device CPU, "):
        list(pool.run(1, Request([TRIAL], sets, {}, Recorder(), unkept(TRIAL))))


@pytest.mark.slow  # a worker takes 6 s to start
def test_a_trial_whose_worker_is_killed_goes_on_in_another_one(pool, sets, tmp_path, said):
    killer, undisturbed = Killer(1), Recorder()
    ((_, expected),) = run_one_by_one(Request([LONG], sets, {}, undisturbed, unkept(LONG)))
    ((_, result),) = pool.run(1, Request([LONG], sets, {}, killer, kept(tmp_path, LONG)))
    assert without_times(result) == without_times(expected)
    assert killer.told == undisturbed.told  # nothing twice, nothing left out
    died, goes_on = said()
    assert died.startswith(f"{LONG.name}: what trained it was killed (SIGKILL)")
    assert goes_on.startswith(f"{LONG.name} goes on at epoch ")


@pytest.mark.slow  # two workers
def test_a_worker_that_holds_more_than_its_share_of_the_memory_makes_place_for_a_new_one(
    pool, sets, monkeypatch
):
    trials, workers = [TRIAL, TRIAL._replace(seed=43)], []

    class Watcher(Recorder):
        def begin(self, trial):
            workers.extend(workers_of(os.getpid()))

    list(pool.run(1, Request(trials, sets, {}, Watcher(), unkept(*trials))))
    assert len(workers) == 2
    assert len(set(workers)) == 1
    monkeypatch.setattr("fashion_nets.trials.pool.share_of_memory", lambda n_workers, held: held / 2)
    list(pool.run(1, Request(trials, sets, {}, Watcher(), unkept(*trials))))
    assert pool.n_idle == 0
    assert len(set(workers)) == 2  # what the first one holds counts, so that the first trial still has it


@pytest.mark.slow  # three workers
def test_a_trial_whose_worker_is_killed_twice_is_told_and_the_rest_goes_on(pool, sets, tmp_path):
    killer, other = Killer(2), TRIAL._replace(seed=7)
    done = []
    results = pool.run(1, Request([LONG, other], sets, {}, killer, kept(tmp_path, LONG, other)))
    with pytest.raises(LostTrialsError, match=r"^1 trial failed, .* \(was killed \(SIGKILL\)") as lost:
        done.extend(trial for trial, _ in results)
    assert [trial for trial, _ in lost.value.lost] == [LONG]
    assert [number for seed, number, *_ in killer.told if seed == other.seed] == ["begin", 1, 2]
