from functools import partial

import keras
import pytest
from tests.parameters import read_params
from tests.training.conftest import BUILD, SGD, TRAINING, KilledError, assert_same_training, killed_in

from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.provenance.changes import changes
from fashion_nets.training.checkpoints import Checkpoints
from fashion_nets.training.fit import DivergedError
from fashion_nets.training.keeping import describe_training
from fashion_nets.training.layer_statistics import LayerStatistics
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import ClassifierTrainingParams
from fashion_nets.training.schedules import TrainingLength

STOPPING = {"monitor": "val_loss", "patience": 2, "restore_best_weights": True}
NORMALIZED = partial(
    build_mlp,
    read_params(MlpParams, hidden_units=(16,), dropout=0.2, batch_normalization="after_activation"),
    (28, 28),
    10,
    "mlp",
)
WAYS = {
    "dropout under XLA": {"engine": "xla", "epochs": 4},
    "Keras's loop, Nadam": {
        "engine": "keras",
        "epochs": 4,
        "optimizer": read_params(OptimizerParams, name="Nadam", learning_rate=0.001),
    },
    "moving averages of activations and weights, bfloat16": {
        "build": NORMALIZED,
        "precision": "mixed_bfloat16",
        "epochs": 4,
        "optimizer": read_params(
            OptimizerParams, name="Adam", learning_rate=0.003, use_ema=True, ema_momentum=0.9
        ),
    },
    # Best after epoch 2 and stopped after 4, with a rate that is halved on the way.
    "early stopping, plateau, norm of the gradient": {
        "epochs": 8,
        "optimizer": read_params(
            OptimizerParams,
            name="SGD",
            learning_rate=1.0,
            momentum=0.9,
            schedule={"name": "plateau", "monitor": "val_loss", "factor": 0.5, "patience": 1},
        ),
        "early_stopping": STOPPING,
        "gradient_norm": {"images": 100, "threshold": None},
    },
}


@pytest.fixture
def checkpoint(tmp_path):
    return Checkpoints(tmp_path, title="mlp").phase()


SLOW = ("Keras's loop, Nadam", "moving averages of activations and weights, bfloat16")
"""Four trainings for each way; the others cover what is kept by default."""


@pytest.fixture(params=[pytest.param(way, marks=[pytest.mark.slow] * (way in SLOW)) for way in WAYS])
def way(request):
    return WAYS[request.param]


def test_an_interrupted_training_goes_on_as_if_it_had_not_been(fit, way, checkpoint, said):
    at_once = fit(**way)
    with pytest.raises(KilledError):
        fit(**way, checkpoint=checkpoint, listener=killed_in(4))
    heard = []
    resumed = fit(**way, checkpoint=checkpoint, listener=lambda *heard_of: heard.append(heard_of))
    assert f"mlp goes on at epoch 4 of {way['epochs']}" in said()
    assert_same_training(resumed, at_once)
    history = at_once[1]
    assert [(number, metrics["val_loss"]) for number, metrics in heard] == list(
        zip(history["epoch"], history["val_loss"], strict=True)
    )
    taken = fit(**way, checkpoint=checkpoint)
    assert said()[-1] == "mlp: trained by the interrupted run, taken as it is"
    assert_same_training(taken, at_once)


def test_the_training_that_stops_early_has_stopped_in_the_tests_above(fit):
    _, history = fit(**WAYS["early stopping, plateau, norm of the gradient"])
    assert len(history) < 8
    assert history["learning_rate"].nunique() > 1


def test_what_layers_did_before_the_interruption_stays_measured(fit, checkpoint, train_set):
    def measured():
        return LayerStatistics(train_set.images[:50], train_set.labels[:50])

    at_once, interrupted, resumed = measured(), measured(), measured()
    fit(epochs=3, callbacks=[at_once])
    with pytest.raises(KilledError):
        fit(epochs=3, callbacks=[interrupted], checkpoint=checkpoint, listener=killed_in(3))
    fit(epochs=3, callbacks=[resumed], checkpoint=checkpoint)
    assert resumed.table().equals(at_once.table())
    assert len(resumed.table()) == 4  # before the training, and after each of three epochs


def test_more_epochs_go_on_from_a_run_that_ended(fit, tmp_path, said):
    checkpoints = Checkpoints(tmp_path / "mlp", title="mlp")
    fit(epochs=2, checkpoint=checkpoints.phase())
    checkpoints.end()
    fit(epochs=2, checkpoint=checkpoints.phase())
    assert not any("goes on" in line or "as it is" in line for line in said())
    checkpoints.end()
    more = fit(epochs=4, checkpoint=checkpoints.phase())
    assert_same_training(more, fit(epochs=4))


def describe(train_set, optimizer=SGD, seed=1, n_epochs=2, details=None, **training):
    keras.utils.set_random_seed(0)
    model = BUILD()

    model.compile(optimizer.build(TrainingLength(n_epochs, steps_per_epoch=25)))
    params = read_params(ClassifierTrainingParams, **TRAINING | {"epochs": n_epochs} | training)
    data = train_set.images, train_set.labels
    return describe_training(details or {"architecture": {}}, model, data, data, optimizer, params, seed, [])


@pytest.mark.parametrize(
    ("changed", "paths"),
    [
        ({"seed": 2}, ["seed"]),
        ({"details": {"architecture": {"dropout": 0.1}}}, ["architecture.dropout"]),
        ({"optimizer": read_params(OptimizerParams, learning_rate=0.1)}, ["optimizer.learning_rate"]),
        ({"batch_size": 16, "engine": "keras"}, ["training.batch_size", "training.engine"]),
        ({"n_epochs": 3, "resume": False, "checkpoint_seconds": 60}, []),
    ],
)
def test_a_training_is_told_by_what_it_is_a_function_of(train_set, changed, paths):
    assert changes(describe(train_set), describe(train_set, **changed)) == paths


def test_a_schedule_over_the_whole_training_is_another_with_more_epochs(train_set):
    cosine = read_params(OptimizerParams, schedule="cosine")
    two, three = (describe(train_set, cosine, n_epochs=n_epochs) for n_epochs in (2, 3))
    assert changes(two, three) == ["the length of its schedule"]


def test_other_images_are_another_training(train_set):
    fewer = type(train_set)(train_set.images[:-1], train_set.labels[:-1])
    assert changes(describe(train_set), describe(fewer)) == ["training data", "validation data"]


def test_what_changed_is_named_and_the_training_starts_anew(fit, checkpoint, said):
    with pytest.raises(KilledError):
        fit(checkpoint=checkpoint, listener=killed_in(2))
    fit(checkpoint=checkpoint, epochs=1, seed=2)
    assert "mlp starts anew: seed changed since its checkpoint" in said()


def test_with_something_else_to_measure_the_training_starts_anew(fit, checkpoint, train_set, said):
    with pytest.raises(KilledError):
        fit(checkpoint=checkpoint, listener=killed_in(2))
    measured = LayerStatistics(train_set.images[:50], train_set.labels[:50])
    fit(checkpoint=checkpoint, callbacks=[measured])
    assert "mlp starts anew: callbacks changed since its checkpoint" in said()
    assert measured.table()["epoch"].to_list() == [0, 1, 2]


def test_resume_false_starts_anew(fit, checkpoint, said):
    with pytest.raises(KilledError):
        fit(checkpoint=checkpoint, listener=killed_in(2))
    _, history = fit(checkpoint=checkpoint, resume=False, epochs=1)
    assert len(history) == 1
    assert not any("goes on" in line for line in said())


def test_fewer_epochs_than_there_were_start_anew(fit, checkpoint, said):
    fit(checkpoint=checkpoint)
    fit(checkpoint=checkpoint, epochs=1)
    assert "mlp starts anew: it is to have 1 epochs, and its checkpoint is of epoch 2" in said()


def test_a_state_is_stored_once_the_seconds_have_passed_and_at_the_end(fit, checkpoint, monkeypatch):
    stored = []
    monkeypatch.setattr(checkpoint, "save", lambda state: stored.append(len(state.history)))
    fit(checkpoint=checkpoint, checkpoint_seconds=1000, epochs=3)
    assert stored == [3]
    fit(checkpoint=checkpoint, checkpoint_seconds=0, epochs=3)
    assert stored == [3, 1, 2, 3]


def test_an_epoch_without_a_finite_loss_is_not_stored(fit, checkpoint, tmp_path):
    wild = read_params(OptimizerParams, name="SGD", learning_rate=1e30)
    with pytest.raises(DivergedError):
        fit(checkpoint=checkpoint, optimizer=wild)
    assert list(tmp_path.rglob("*.npz")) == []
