import pandas as pd
import pytest
from tests.trials.small import RECIPE, plan

from fashion_nets.trials.progress import Progress
from fashion_nets.trials.result import TrialResult
from fashion_nets.trials.trial import Trial

TRIALS = [Trial({"variant": variant}, seed, RECIPE) for variant in ("slow", "fast") for seed in (1, 2, 3)]


def result(seconds, diverged=None, **scores):
    return TrialResult(diverged, {"seconds": seconds, "epochs": 4, **scores}, pd.DataFrame(), {})


def test_each_trial_is_counted_with_its_result_and_the_time_that_is_left():
    progress = Progress(plan(*TRIALS))
    said = progress.tell(TRIALS[0], result(100.0, val_accuracy=0.87654))
    # The others of its variant take as long, and so may those of which nothing is known.
    assert said == "mine, trial 1 of 6: slow, seed 1, val_accuracy 0.8765, 100 s; about 8 min left"
    progress.tell(TRIALS[3], result(10.0, val_accuracy=0.5))
    assert progress.seconds_left() == pytest.approx(2 * 100 + 2 * 10)
    progress.tell(TRIALS[1], result(200.0, val_accuracy=0.5))
    assert progress.seconds_left() == pytest.approx(150 + 2 * 10)


def test_what_was_finished_earlier_counts_and_tells_of_times():
    progress = Progress(plan(*TRIALS[:2]))
    said = progress.tell(TRIALS[0], result(7.0, val_mse=0.01), finished_earlier=True)
    assert said == "mine, trial 1 of 2: slow, seed 1, finished earlier, val_mse 0.0100, 7 s"
    assert progress.seconds_left() == 7.0


def test_the_last_one_leaves_nothing_and_one_that_diverged_says_so():
    progress = Progress(plan(TRIALS[0]))
    said = progress.tell(TRIALS[0], result(3.0, diverged="The loss became NaN"))
    assert said == "mine, trial 1 of 1: slow, seed 1, diverged in epoch 4, 3 s"


def test_less_than_a_minute_is_told_in_seconds():
    progress = Progress(plan(*TRIALS[:2]))
    assert progress.tell(TRIALS[0], result(59.0)).endswith("; about 59 s left")


def test_epochs_of_a_long_trial_are_told_every_few_seconds_with_what_is_left_of_all(clock):
    progress = Progress(plan(*TRIALS), clock)
    quick, slow = ({"val_accuracy": 0.875, "seconds": seconds} for seconds in (1.0, 20.0))
    clock.now = 4.0
    assert progress.tell_epoch(TRIALS[3], 1, quick) == ""  # four seconds are too few
    progress.tell(TRIALS[3], result(2.0))
    clock.now = 24.0
    said = progress.tell_epoch(TRIALS[0], 1, slow)
    # Of two epochs the second; two more as long as this trial is going to be, 40 s; two fast ones.
    assert progress.seconds_left() == 20 + 2 * 40 + 2 * 2
    assert said == "mine, trial 2 of 6: slow, seed 1, epoch 1 of 2, val_accuracy 0.875; about 2 min left"
    progress.tell(TRIALS[0], result(50.0))
    assert progress.seconds_left() == 2 * 50 + 2 * 2


def test_from_the_first_epoch_on_the_first_trial_says_how_long_all_may_take():
    progress = Progress(plan(*TRIALS))
    progress.tell_epoch(TRIALS[0], 1, {"val_accuracy": 0.875, "seconds": 20.0})
    assert progress.seconds_left() == 20 + 5 * 40


def test_the_last_epoch_of_a_trial_is_told_by_its_result(clock):
    progress = Progress(plan(*TRIALS), clock)
    for number in range(1, RECIPE.training.epochs + 1):
        clock.now += 60
        said = progress.tell_epoch(TRIALS[0], number, {"val_accuracy": 0.5, "seconds": 60.0})
        assert (said == "") == (number == RECIPE.training.epochs)


def test_several_at_a_time_are_told_with_their_epochs_and_share_what_is_left(clock):
    progress = Progress(plan(*TRIALS), clock)
    for trial in (TRIALS[0], TRIALS[3]):
        progress.begin(trial)
    epoch = {"val_accuracy": 0.875, "seconds": 20.0}
    assert progress.tell_epoch(TRIALS[0], 1, epoch) == ""
    clock.now = 30.0
    progress.tell(TRIALS[3], result(10.0))
    progress.begin(TRIALS[4])
    clock.now = 60.0
    said = progress.tell_epoch(TRIALS[4], 1, {"val_accuracy": 0.5, "seconds": 5.0})
    # 20 s of the slow one at work and 2 of 40 s to come, 5 s of the fast one at work and one of 10 s to come.
    assert progress.seconds_left() == (20 + 2 * 40 + 5 + 10) / 2
    at_work = "slow, seed 1, epoch 1 of 2; fast, seed 2, epoch 1 of 2"
    assert said == f"mine, 1 of 6 trials done; at work: {at_work}; about 58 s left"


def test_the_longest_trial_at_work_takes_its_time_however_many_there_are():
    progress = Progress(plan(*TRIALS[:4]))
    for trial in TRIALS[:4]:
        progress.begin(trial)
    progress.tell_epoch(TRIALS[0], 1, {"val_accuracy": 0.5, "seconds": 100.0})
    for trial in TRIALS[1:4]:
        progress.tell(trial, result(1.0))
    assert progress.seconds_left() == 100


def test_of_many_at_work_some_are_named(clock):
    many = [Trial({"variant": "fast"}, seed, RECIPE) for seed in range(6)]
    progress = Progress(plan(*many), clock)
    for trial in many:
        progress.begin(trial)
    clock.now = 60.0
    said = progress.tell_epoch(many[0], 1, {"val_accuracy": 0.5, "seconds": 5.0})
    assert "at work: fast, seed 0, epoch 1 of 2; " in said
    assert "; 2 others; about " in said


def test_a_trial_that_is_given_up_is_not_waited_for():
    progress = Progress(plan(*TRIALS[:2]))
    progress.begin(TRIALS[0])
    progress.lose(TRIALS[0])
    assert progress.tell(TRIALS[1], result(9.0)) == "mine, trial 2 of 2: slow, seed 2, 9 s"
