import math
from collections import Counter

import pytest
from tests.pipelines.study.conf import CLASSES, IMAGES
from tests.pipelines.sweep.conf import read, result

from fashion_nets.errors import UserError
from fashion_nets.pipelines.sweep.halving import Job
from fashion_nets.pipelines.sweep.search import Search, run_search, trial_of
from fashion_nets.training.checkpoints import NOT_KEPT
from fashion_nets.trials.images import TrialSets


def go_through(sweep, score):
    """The jobs of all steps, where a score is a function of what was chosen and of the rung."""
    search, steps = Search(sweep), []
    while parts := search.next_step():
        assert len(steps) < 30
        for part in parts:
            search.tell(part, result(score(part.values, part.job.rung)))
        steps.append(parts)
    return search, steps


def by_rate(values, rung):
    """Best at 0.1, and a little better with each rung."""
    return 0.8 - 0.1 * abs(math.log10(values["optimizer.learning_rate"]) + 1) + 0.01 * rung


def test_steps_hold_no_more_than_is_pending_and_what_goes_on_comes_first():
    search, steps = go_through(read(), by_rate)
    jobs = [[part.job for part in parts] for parts in steps]
    assert jobs[0] == [Job(1, 1), Job(2, 1), Job(3, 1)]
    assert max(map(len, jobs)) == 3
    numbers = Counter(job.rung for step in jobs for job in step)
    assert numbers == {1: 9, 2: 3, 3: 1}  # one in three goes on
    assert jobs[1][0].rung == 2  # one of the first three
    assert [job.number for job in jobs[1][1:]] == [4, 5]
    best = search.find_best()
    assert best.rung == 3
    assert search.tell_progress().startswith(
        "sweep mine: 9 of 9 trials begun, 1 at the end; best so far trial_"
    )


def test_what_is_told_in_another_order_within_a_step_changes_nothing():
    _, expected = go_through(read(), by_rate)
    search, steps = Search(read()), []
    while parts := search.next_step():
        results = {part.job: result(by_rate(part.values, part.job.rung)) for part in reversed(parts)}
        for part in parts:
            search.tell(part, results[part.job])
        steps.append(parts)
    assert steps == expected


def test_another_number_that_is_pending_gives_another_sweep():
    _, three = go_through(read(), by_rate)
    _, one = go_through(read(pending=1), by_rate)
    assert [part.values for parts in one for part in parts] != [
        part.values for parts in three for part in parts
    ]


def test_a_sweep_without_rungs_trains_all_to_the_end():
    sweep = read({"rungs": []})
    _, steps = go_through(sweep, by_rate)
    parts = [part for step in steps for part in step]
    assert [part.job for part in parts] == [Job(number, 1) for number in range(1, 10)]
    assert trial_of(sweep, parts[0]).pause_after is None


def test_a_sweep_whose_trials_all_diverge_ends_without_a_best():
    search, steps = go_through(read(), lambda values, rung: None)
    assert len(steps) == 3
    assert search.find_best() is None
    assert search.tell_progress().endswith("every one diverged so far")


def test_what_diverges_after_the_first_rung_is_not_the_best_of_it():
    search, steps = go_through(read(), lambda values, rung: by_rate(values, rung) if rung == 1 else None)
    jobs = [part.job for parts in steps for part in parts]
    assert sorted(job.number for job in jobs if job.rung == 2) == list(range(1, 10))  # each has its chance
    assert search.find_best() is None
    assert search.tell_progress().endswith("every one diverged so far")


def test_a_loss_is_best_where_it_is_lowest():
    sweep = read({"objective": "val_loss"})
    search, _ = go_through(sweep, by_rate)
    assert search.find_best() == go_through(read(), by_rate)[0].find_best()
    assert sweep.score({"val_loss": 0.3, "val_accuracy": 0.9}) == -0.3


def test_parts_of_a_trial_are_parts_of_one_training_of_full_length():
    sweep = read()
    _, steps = go_through(sweep, by_rate)
    parts = [part for step in steps for part in step]
    (number,) = {part.job.number for part in parts if part.job.rung == 3}
    trials = [trial_of(sweep, part) for part in parts if part.job.number == number]
    assert [trial.pause_after for trial in trials] == [1, 2, None]
    assert [trial.recipe for trial in trials] == [trials[0].recipe] * 3
    assert trials[0].recipe.training.epochs == 4
    assert {trial.training for trial in trials} == {f"trial_{number:03d}"}
    assert [trial.key for trial in trials] == [
        f"trial_{number:03d}/rung_{rung}/seed_42" for rung in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("limits", "rungs"), [({}, (1, 2, 4)), ({"max_epochs": 2}, (1, 2)), ({"max_epochs": 1}, (1,))]
)
def test_rungs_end_with_the_epochs_that_there_are(limits, rungs):
    assert read(**limits).rungs == rungs


def test_more_trials_go_on_from_those_that_there_are():
    def keys(n_trials):
        sweep = read(n_trials=n_trials)
        return [trial_of(sweep, part) for step in go_through(sweep, by_rate)[1] for part in step]

    few, many = keys(9), keys(12)
    assert [trial for trial in few if trial not in many] == []


def test_a_combination_that_cannot_be_trained_is_named_with_its_trial():
    """What clips is possible one by one, as the ends show, and not both at once."""
    clip = {"no": {}, "value": {"optimizer.clipvalue": 0.5}, "off": {"optimizer.clipvalue": None}}
    space = {
        "optimizer.clipnorm": {"choice": [None, 1.0]},
        "clip": {"choice": clip},
        "optimizer.learning_rate": {"low": 0.001, "high": 0.1, "log": True},
    }
    sweep, sets = read({"space": space}, n_trials=30, pending=30), TrialSets(IMAGES, IMAGES, CLASSES)
    named = (
        r"^Sweep mine, trial_0\d\d \(optimizer.clipnorm = 1, clip = value, optimizer.learning_rate = "
        r"0\.\d+\): optimizer: clipvalue and clipnorm exclude each other"
    )
    with pytest.raises(UserError, match=named):
        next(run_search(sweep, {}, sets, pytest.fail, NOT_KEPT, 1))
