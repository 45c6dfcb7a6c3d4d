from functools import partial

import pytest
from tests.conftest import QUICK_FIT
from tests.parameters import read_params
from tests.training.conftest import KilledError, assert_same_training, changed, killed_in

from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.training.checkpoints import Checkpoints
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import ClassifierTrainingParams
from fashion_nets.training.stages import Stage, fit_in_stages

ARCHITECTURE = read_params(MlpParams, hidden_units=(12, 8), dropout=0.0)
TRAINING = read_params(ClassifierTrainingParams, epochs=30, **QUICK_FIT)
STOP = {"monitor": "val_accuracy", "patience": 0, "restore_best_weights": True}


@pytest.fixture
def fit_stages(train_set, validation_set):
    def run(*stages, training=TRAINING, **options):
        build = partial(build_mlp, ARCHITECTURE, (28, 28), 10, "mlp")
        optimizer = read_params(OptimizerParams, name="SGD", learning_rate=0.1)
        sets = (train_set, validation_set)
        return fit_in_stages(build, stages, *sets, 10, optimizer, training, seed=1, **options)

    return run


def test_epochs_count_through_the_stages_and_each_has_its_rate(fit_stages):
    _, history = fit_stages(Stage(2, n_frozen=2), Stage(1, n_frozen=1, rate_factor=0.5), Stage(1, 0, 0.01))
    assert history["epoch"].tolist() == [1, 2, 3, 4]
    assert history["learning_rate"].tolist() == pytest.approx([0.1, 0.1, 0.05, 0.001])


def test_each_stage_goes_on_with_the_weights_of_the_one_before(fit_stages):
    before, first = fit_stages(Stage(2, n_frozen=2))
    after, both = fit_stages(Stage(2, n_frozen=2), Stage(1, n_frozen=1))
    assert both["loss"][:2].tolist() == first["loss"].tolist()
    assert not changed(after, before, "hidden_1")  # frozen in both
    assert changed(after, before, "hidden_2")
    assert changed(after, before, "probabilities")


def test_nothing_stops_a_stage(fit_stages):
    training = TRAINING.model_copy(update={"early_stopping": STOP})
    _, history = fit_stages(Stage(6, n_frozen=2), training=training)
    assert len(history) == 6


def test_an_interrupted_stage_goes_on_after_those_that_had_ended(fit_stages, tmp_path, said):
    stages = (Stage(1, n_frozen=2), Stage(3, n_frozen=0, rate_factor=0.5))
    checkpoints = Checkpoints(tmp_path, title="frozen, seed 1")
    with pytest.raises(KilledError):
        fit_stages(*stages, checkpoints=checkpoints, listener=killed_in(3))
    resumed = fit_stages(*stages, checkpoints=checkpoints)
    assert "frozen, seed 1, stage_1: trained by the interrupted run, taken as it is" in said()
    assert "frozen, seed 1, stage_2 goes on at epoch 2 of 3" in said()
    assert_same_training(resumed, fit_stages(*stages))
    other = (stages[0]._replace(n_frozen=1), *stages[1:])
    with pytest.raises(KilledError):
        fit_stages(*other, checkpoints=checkpoints, listener=killed_in(1))
    assert "frozen, seed 1, stage_1 starts anew: n_frozen changed since its checkpoint" in said()
