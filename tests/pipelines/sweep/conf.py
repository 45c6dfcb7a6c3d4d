"""A small sweep as conf/ would describe it, for the tests of the pipeline ``sweep``."""

import copy

from tests.parameters import stated
from tests.pipelines.study.conf import MLP

from fashion_nets.pipelines.sweep.definition import SweepParams, read_sweep
from fashion_nets.trials.result import TrialResult

SWEEP = {
    "network": "mlp",
    "overrides": {"architecture.hidden_units": [8]},
    "space": {
        "architecture.hidden_units.0": {"low": 4, "high": 16, "integer": True},
        "optimizer.learning_rate": {"low": 1e-3, "high": 1.0, "log": True},
        "optimizer.schedule": {"choice": [None, "cosine"]},
    },
    "n_trials": 9,
    "epochs": 4,
    "rungs": [1, 2],
    "n_seeds": 2,
}


def params(**changes):
    limits = dict.fromkeys(("n_trials", "max_epochs", "n_train_images", "n_seeds"))
    return SweepParams.model_validate({"name": "mine", **limits, "pending": 3, "reuse": True, **changes})


def read(sweep=None, seed=42, n_images=800, **changes):
    """``SWEEP`` with changes to the block of YAML (``sweep``) and to how much runs."""
    sweeps = {"mine": {**copy.deepcopy(SWEEP), **(sweep or {})}}
    settings, networks = stated("architecture_settings"), {"mlp": MLP, "cnn": stated("cnn")}
    return read_sweep(params(**changes), sweeps, settings, seed, n_images, **networks)


def result(score, epochs=1):
    """What a trial might have given: a validation accuracy; None of one that diverged."""
    numbers = {"epochs": epochs, "parameters": 10, "seconds": 1.0}
    if score is None:
        return TrialResult("the loss became NaN", numbers, None, {})
    return TrialResult(None, {**numbers, "val_accuracy": score, "val_loss": 1 - score}, None, {})
