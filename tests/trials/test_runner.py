import pandas as pd
from tests.trials.small import TRIAL

from fashion_nets.training.checkpoints import NOT_KEPT
from fashion_nets.trials.runner import run_one_by_one

TRIALS = [TRIAL, TRIAL._replace(seed=43)]
UNKEPT = {trial.key: NOT_KEPT for trial in TRIALS}


class Recorder:
    def __init__(self):
        self.told = []

    def begin(self, trial):
        self.told.append((trial.seed, "begin"))

    def epoch(self, trial, number, metrics):
        self.told.append((trial.seed, number, metrics["val_loss"]))


def test_each_trial_comes_with_its_result_and_begins_when_that_is_asked_for(sets):
    recorder = Recorder()
    results = run_one_by_one(TRIALS, sets, {}, recorder, UNKEPT)
    assert recorder.told == []
    trial, result = next(results)
    assert trial == TRIAL
    losses = result.history["val_loss"].to_list()
    assert recorder.told == [(42, "begin"), (42, 1, losses[0]), (42, 2, losses[1])]
    assert [trial.seed for trial, _ in results] == [43]


def test_nothing_is_tracked_or_stored(sets, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.iterdir())
    ((_, result),) = run_one_by_one(TRIALS[:1], sets, {}, Recorder(), UNKEPT)
    assert isinstance(result.history, pd.DataFrame)
    assert set(tmp_path.iterdir()) == before
