import logging
import math

import numpy as np
import pytest
from tests.trials.small import RECIPE, plan

from fashion_nets.trials.collecting import collect_trials
from fashion_nets.trials.trial import Trial

TRIALS = [Trial({"n_images": n}, seed, RECIPE, scored_on=("val",)) for n in (10, 20) for seed in (1, 2)]
VERSIONS = {"keras": "3.1", "tensorflow": "2.21", "numpy": "2.0", "fashion-nets": "0.1"}
NUMBERS = {
    "parameters": 7,
    "multiplications": 5,
    "training_memory_mb": 0.5,
    "epochs": 2,
    "seconds_per_epoch": 1.0,
    "training_seconds": 2.0,
    "seconds": 3.0,
}


def record(accuracy=None, versions=VERSIONS, **measurements):
    scores = {} if accuracy is None else {"val_loss": 0.5, "val_accuracy": accuracy}
    return {
        "settings": {},
        "versions": versions,
        "diverged": "The loss became NaN" if accuracy is None else None,
        "numbers": {**NUMBERS, **scores},
        "history": {"epoch": [1, 2], "val_loss": [0.75, None if accuracy is None else 0.5]},
        "measurements": measurements,
    }


def collect(*records, trials=TRIALS):
    stored = dict(zip((trial.key for trial in trials), records, strict=True))
    stored["another/seed_1"] = record(0.0)
    return collect_trials(plan(*trials), {key: lambda key=key: stored[key] for key in stored})


def test_trials_come_in_the_order_of_the_plan_with_their_labels_and_numbers():
    tables = collect(record(0.5), record(0.6), record(0.7), record(0.8))
    assert tables.trials[["n_images", "seed", "val_accuracy"]].to_numpy().tolist() == [
        *([10, 1, 0.5], [10, 2, 0.6]),
        *([20, 1, 0.7], [20, 2, 0.8]),
    ]
    assert list(tables.trials)[:3] == ["n_images", "seed", "diverged"]
    assert tables.trials.loc[0, list(NUMBERS)].to_dict() == NUMBERS
    assert tables.histories[["n_images", "seed", "epoch"]].to_numpy()[-1].tolist() == [20, 2, 2]
    assert len(tables.histories) == 4 * 2
    assert tables.measurements == {}


def test_what_diverged_has_no_scores_even_if_nothing_else_is_there():
    tables = collect(record(), record(), trials=TRIALS[:2])
    assert tables.trials["diverged"].to_list() == [True, True]
    assert tables.trials[["val_loss", "val_accuracy"]].isna().all(axis=None)
    assert math.isnan(tables.histories["val_loss"].iloc[-1])


def test_measurements_are_put_together_with_labels_and_seed():
    parts = [{"layer": ["a", "b"], "sparsity": [0.1, 0.2]}, {"layer": ["a", "b"], "sparsity": [0.3, 0.4]}]
    tables = collect(*(record(0.5, sparsity=part) for part in parts), trials=TRIALS[:2])
    sparsity = tables.measurements["sparsity"]
    assert sparsity["seed"].to_list() == [1, 1, 2, 2]
    np.testing.assert_array_equal(sparsity["sparsity"], [0.1, 0.2, 0.3, 0.4])


def test_different_versions_are_named_with_their_numbers_of_trials(caplog):
    collect(record(0.5), record(0.5), record(0.5, {**VERSIONS, "keras": "3.2"}), record(0.5))
    (warning,) = caplog.records
    assert warning.levelno == logging.WARNING
    assert "different versions, of so many trials each: keras 3.1 (3) and 3.2 (1)." in warning.getMessage()


def test_the_same_versions_are_not_worth_a_word(caplog):
    collect(record(0.5), record(0.5), trials=TRIALS[:2])
    assert not caplog.records


def test_a_trial_that_is_not_there_is_an_error():
    with pytest.raises(KeyError):
        collect_trials(plan(*TRIALS), {})
