"""Small trials, plans and sets for the tests of ``trials``."""

import numpy as np
from tests.conftest import QUICK_FIT
from tests.parameters import read_params

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.networks.mlp import MlpParams
from fashion_nets.provenance.machine import describe_machine
from fashion_nets.training.checkpoints import NOT_KEPT, Checkpoints
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import ClassifierTrainingParams
from fashion_nets.training.recipe import Recipe
from fashion_nets.training.stages import Stage
from fashion_nets.trials.parameters import TrialsParams
from fashion_nets.trials.planning import Plan
from fashion_nets.trials.trial import Reuse, Trial

RECIPE = Recipe(
    "mlp",
    read_params(MlpParams, hidden_units=(16,), dropout=0.0),
    read_params(OptimizerParams, name="SGD", learning_rate=0.1),
    read_params(ClassifierTrainingParams, epochs=2, **QUICK_FIT),
)
TRIAL = Trial({"variant": "sgd"}, 42, RECIPE)
REUSE = Reuse("my_base", "hidden", 1, (Stage(2, 1),))


def recipe(**changes):
    """``RECIPE`` with other values, such as ``training={"epochs": 3}``."""
    groups = {name: getattr(RECIPE, name) for name in changes}
    return RECIPE._replace(
        **{
            name: type(group).model_validate({**group.model_dump(), **changes[name]})
            for name, group in groups.items()
        }
    )


def plan(*trials, **fields):
    """A plan of trials; of one without any."""
    return Plan(trials=list(trials or [TRIAL]), **{"title": "mine", "reuse": True, **fields})


def in_this_process():
    """Parameters with which trials are trained without other processes, whatever this one computes with."""
    return TrialsParams(workers=1, threads=describe_machine()["threads"], ray=None)


def labels_alone(n_images=800):
    """A training set of which only labels and the size of the images matter."""
    labels = (np.arange(n_images) % 10).astype(np.uint8)
    return LabelledImages(np.broadcast_to(np.float32(0), (n_images, 28, 28)), labels)


class Recorder:
    """Notes what is told of trials."""

    def __init__(self):
        self.told = []

    def begin(self, trial):
        self.told.append((trial.seed, "begin"))

    def epoch(self, trial, number, metrics):
        self.told.append((trial.seed, number, metrics["val_loss"]))

    def lose(self, trial, reason):
        self.told.append((trial.seed, reason))


class Account:
    """Notes from which run a training goes on.

    Args:
        run: The one of this process.
    """

    def __init__(self, run=None):
        self.run = run
        self.resumed = []

    def resumes(self, run):
        self.resumed.append(run)


def unkept(*trials):
    """Checkpoints of trials that leave no state, by key."""
    return {trial.key: NOT_KEPT for trial in trials}


def kept(folder, *trials):
    """Checkpoints of trials that leave their state in a folder, by key."""
    return {trial.key: Checkpoints(folder / trial.key, trial.name) for trial in trials}


def without_times(result):
    """What a result is stored as, but for its seconds."""
    record = result.to_record()
    for values in (record["numbers"], record["history"]):
        for name in [name for name in values if "seconds" in name]:
            del values[name]
    return record


def slow_plan(n_trials=4):
    """Trials that last long enough for whoever trains them to be interrupted."""
    long = recipe(training={"epochs": 60, "checkpoint_seconds": 0})
    return plan(*(TRIAL._replace(seed=seed, recipe=long) for seed in range(n_trials)), title="slow")
