import pandas as pd
import pytest
from tests.conftest import QUICK_FIT
from tests.parameters import read_params

from fashion_nets.errors import UserError
from fashion_nets.training.parameters import (
    AutoencoderTrainingParams,
    ClassifierTrainingParams,
    kept_epoch,
)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "'epochs' should be greater than 0, got 0"),
        ({"epochs": "ten"}, "'epochs' should be a whole number.*got 'ten'"),
        (
            {"loss": "mse"},
            "'loss' should be 'sparse_categorical_crossentropy', 'categorical_crossentropy' or",
        ),
        ({"engine": "fast"}, "'engine' should be 'auto', 'xla', 'graph' or 'keras', got 'fast'"),
        ({"precision": "float8"}, "'precision' should be 'float32', 'mixed_bfloat16' or 'auto'"),
        ({"early_stopping": {"monitor": "val_loss"}}, "'early_stopping.patience' is missing"),
        ({"batch_size": 0}, "'batch_size': expected a number of images, 1 or more, or 'full' .*, got 0"),
        ({"batch_size": "all"}, "'batch_size': expected .* got 'all'"),
        ({"resume": "yes"}, "'resume' should be true or false, got 'yes'"),
        ({"checkpoint_seconds": -1}, "'checkpoint_seconds' should be greater than or equal to 0, got -1"),
        ({"label_smoothing": 1}, "'label_smoothing' should be less than 1, got 1"),
        (
            {"gradient_norm": {"images": 9, "threshold": 0}},
            "'gradient_norm.threshold' should be greater than 0",
        ),
        (
            {"gradient_norm": {"images": 9, "limit": 1}},
            "'gradient_norm.limit' is not a parameter here; there are images, threshold$",
        ),
    ],
)
def test_wrong_training_parameters_are_refused(change, message):
    with pytest.raises(UserError, match=message):
        read_params(ClassifierTrainingParams, **change)


def test_a_batch_may_hold_all_images():
    assert read_params(ClassifierTrainingParams, batch_size="full").batch_size == "full"


@pytest.mark.parametrize(
    ("loss", "n_classes", "n_outputs"),
    [
        ("sparse_categorical_crossentropy", 10, 10),
        ("categorical_crossentropy", 2, 2),
        ("binary_crossentropy", 2, 1),
    ],
)
def test_a_classifier_has_an_output_per_class_or_one_unit_for_two(loss, n_classes, n_outputs):
    training = read_params(ClassifierTrainingParams, loss=loss)
    assert training.count_outputs(n_classes) == n_outputs


def test_an_autoencoder_is_not_trained_on_classes():
    with pytest.raises(UserError, match="'loss' should be 'mse' or 'binary_crossentropy'"):
        read_params(AutoencoderTrainingParams, loss="sparse_categorical_crossentropy")


HISTORY = pd.DataFrame(
    {"epoch": [1, 2, 3, 4], "val_loss": [0.6, 0.5, 0.5, 0.7], "val_accuracy": [0.7, 0.8, 0.9, 0.6]}
)


@pytest.mark.parametrize(
    ("early_stopping", "epoch"),
    [
        (None, 4),
        ({"monitor": "val_loss", "patience": 1, "restore_best_weights": False}, 4),
        ({"monitor": "val_loss", "patience": 1, "restore_best_weights": True}, 2),
        ({"monitor": "val_accuracy", "patience": 1, "restore_best_weights": True}, 3),
    ],
)
def test_the_weights_are_those_of_the_last_epoch_unless_the_best_ones_are_restored(early_stopping, epoch):
    training = read_params(
        ClassifierTrainingParams, **QUICK_FIT | {"epochs": 9, "early_stopping": early_stopping}
    )
    assert kept_epoch(HISTORY, training.early_stopping) == epoch


def test_of_a_training_in_phases_the_last_phase_has_left_the_weights():
    stopping = {"monitor": "val_loss", "patience": 1, "restore_best_weights": True}
    training = read_params(ClassifierTrainingParams, **QUICK_FIT | {"epochs": 9, "early_stopping": stopping})
    phases = HISTORY.assign(phase=["layer_1", "layer_1", "fine_tuning", "fine_tuning"])
    assert kept_epoch(phases, training.early_stopping) == 3
