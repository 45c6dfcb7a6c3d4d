import pandas as pd
from tests.trials.small import TRIAL, Recorder, unkept

from fashion_nets.trials.runner import Request, run_one_by_one

TRIALS = [TRIAL, TRIAL._replace(seed=43)]


def test_each_trial_comes_with_its_result_and_begins_when_that_is_asked_for(sets):
    recorder = Recorder()
    results = run_one_by_one(Request(TRIALS, sets, {}, recorder, unkept(*TRIALS)))
    assert recorder.told == []
    trial, result = next(results)
    assert trial == TRIAL
    losses = result.history["val_loss"].to_list()
    assert recorder.told == [(42, "begin"), (42, 1, losses[0]), (42, 2, losses[1])]
    assert [trial.seed for trial, _ in results] == [43]


def test_nothing_is_tracked_or_stored(sets, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.iterdir())
    ((_, result),) = run_one_by_one(Request([TRIAL], sets, {}, Recorder(), unkept(TRIAL)))
    assert isinstance(result.history, pd.DataFrame)
    assert set(tmp_path.iterdir()) == before
