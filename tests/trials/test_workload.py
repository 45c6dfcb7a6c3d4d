import pytest
from tests.trials.small import TRIAL, labels_alone, recipe

from fashion_nets.errors import UserError
from fashion_nets.formatting import MEGABYTE
from fashion_nets.trials import workload
from fashion_nets.trials.images import ImageChoice
from fashion_nets.trials.parameters import TrialsParams
from fashion_nets.trials.workload import Place, Workload, choose_workers, seconds_of

AUTO = TrialsParams(workers="auto", threads=1, ray=None)
LABELS = labels_alone(1000).labels
SECOND = workload.MULTIPLICATIONS_A_SECOND / workload.PASSES
"""Multiplications in a forward pass of what takes a second."""


def trial(seconds, memory=0.0, seed=1):
    """A trial of 10 epochs that takes so long beside what each takes to be built and scored."""
    costs = {"multiplications": seconds * SECOND / 10_000, "training_memory_mb": memory}
    return TRIAL._replace(seed=seed, recipe=recipe(training={"epochs": 10}), costs=costs)


def work(*seconds):
    return Workload.of([trial(each - workload.SECONDS_A_TRIAL) for each in seconds], LABELS)


@pytest.fixture(autouse=True)
def free(monkeypatch):
    """Set how many MB of memory are free; at first all that one can think of."""

    def set_free(megabytes):
        monkeypatch.setattr(
            workload, "free_memory", lambda: None if megabytes is None else megabytes * MEGABYTE
        )

    set_free(1e9)
    return set_free


def test_seconds_grow_with_images_epochs_and_multiplications():
    assert seconds_of(trial(40.0), LABELS) == pytest.approx(workload.SECONDS_A_TRIAL + 40)
    half = trial(40.0)._replace(images=ImageChoice(n_images=500))
    assert seconds_of(half, LABELS) == pytest.approx(workload.SECONDS_A_TRIAL + 20)


def test_the_longest_trial_comes_first_and_the_largest_says_what_a_worker_needs():
    made = Workload.of([trial(1.0, 70.0, seed=1), trial(3.0, seed=2), trial(2.0, seed=3)], LABELS)
    assert [each.seed for each in made.trials] == [2, 3, 1]
    assert made.memory == (workload.WORKER_MB + 70) * MEGABYTE


def test_the_last_one_to_be_trained_says_how_long_all_take():
    assert work(30, 20, 20).seconds_with(2) == pytest.approx(40)
    assert work(30, 20, 20).seconds_with(1) == pytest.approx(70)


@pytest.mark.parametrize(
    ("seconds", "cores", "expected"),
    [
        ([60, 60, 60, 60], 2, 2),
        ([60, 60, 60, 60], 64, 4),  # no more than trials
        ([60, 60, 60, 60], 1, 0),
        ([3, 3], 2, 0),  # done before a worker has begun
        ([300], 2, 0),
        ([100, 5], 2, 0),  # as long as the longer of them
    ],
)
def test_auto_takes_as_many_as_are_worth_it(seconds, cores, expected):
    assert choose_workers(AUTO, work(*seconds), Place(cores)) == expected


def test_workers_that_are_there_already_are_worth_it_sooner():
    small = work(5, 5)
    assert choose_workers(AUTO, small, Place(2)) == 0
    assert choose_workers(AUTO, small, Place(2, n_started=2)) == 2


def test_what_workers_would_have_saved_before_counts():
    assert choose_workers(AUTO, work(5, 5), Place(2, missed=4)) == 0
    assert choose_workers(AUTO, work(5, 5), Place(2, missed=6)) == 2


def test_cores_are_shared_by_the_threads_of_a_trial():
    assert choose_workers(TrialsParams(workers="auto", threads=2, ray=None), work(60, 60), Place(4)) == 2
    assert choose_workers(TrialsParams(workers="auto", threads=4, ray=None), work(60, 60), Place(4)) == 0


def test_a_gpu_has_one_trial_at_a_time(free):
    free(None)
    assert choose_workers(AUTO, work(60, 60, 60), Place(8, is_gpu=True)) == 0


def test_auto_takes_no_more_than_fit_into_memory(free):
    free(2.3 * workload.WORKER_MB)
    assert choose_workers(AUTO, work(*[60] * 8), Place(8)) == 2
    free(0.5 * workload.WORKER_MB)
    assert choose_workers(AUTO, work(*[60] * 8), Place(8)) == 0


def test_more_than_fit_are_refused_with_the_number_that_does(free):
    free(2.3 * workload.WORKER_MB)
    refused = (
        r'^trials.workers: 4 need about 2,800 MB .*, and 1,610 MB are free; at most 2 fit, --params "trials'
    )
    with pytest.raises(UserError, match=refused):
        choose_workers(TrialsParams(workers=4, threads=1, ray=None), work(*[60] * 8), Place(8))
    free(100)
    with pytest.raises(UserError, match="; not one fits"):
        choose_workers(TrialsParams(workers=4, threads=1, ray=None), work(*[60] * 8), Place(8))


def test_workers_share_what_is_free_and_what_they_hold_but_for_a_tenth(free):
    free(1000)
    assert workload.share_of_memory(3) == pytest.approx(300 * MEGABYTE)
    assert workload.share_of_memory(3, held=600 * MEGABYTE) == pytest.approx(500 * MEGABYTE)
    free(None)
    assert workload.share_of_memory(3) == float("inf")


def test_a_number_is_taken_as_it_is_but_for_want_of_trials():
    assert choose_workers(TrialsParams(workers=3, threads=1, ray=None), work(1, 1, 1, 1), Place(2)) == 3
    assert choose_workers(TrialsParams(workers=3, threads=1, ray=None), work(1, 1), Place(2)) == 2
    assert choose_workers(TrialsParams(workers=1, threads=1, ray=None), work(1, 1), Place(2)) == 0
