import math

import pandas as pd
import pytest

from fashion_nets.training.about import describe_training

HISTORY = pd.DataFrame(
    {
        "epoch": [1, 2, 3, 4],
        "val_loss": [0.5, 0.3, 0.3, 0.4],
        "val_accuracy": [0.8, 0.82, 0.9, 0.85],
    }
)


def stop(monitor, restore=True):
    return {"monitor": monitor, "patience": 3, "restore_best_weights": restore}


def describe(history, architecture, early_stopping, **training):
    return describe_training(history, architecture, "mse", early_stopping, **training)


@pytest.mark.parametrize(
    ("early_stopping", "epoch"),
    [
        (None, 4),
        (stop("val_loss", restore=False), 4),
        (stop("val_loss"), 2),  # the first of equals, as Keras has it
        (stop("val_accuracy"), 3),
    ],
)
def test_the_stored_weights_are_those_of_the_last_epoch_unless_the_best_are_restored(early_stopping, epoch):
    assert describe(HISTORY, "resnet34", early_stopping) == {
        "architecture": "resnet34",
        "loss": "mse",
        "stored_epoch": epoch,
        "label_smoothing": 0.0,
    }


def test_smoothed_labels_are_told():
    assert describe(HISTORY, "mlp", None, label_smoothing=0.1)["label_smoothing"] == 0.1


def test_of_phases_the_last_one_counts():
    phases = HISTORY.assign(phase=["layer_1", "layer_1", "fine_tuning", "fine_tuning"])
    about = describe(phases, "dense", stop("val_loss"))
    assert about["stored_epoch"] == 3
    assert describe(phases, "dense", None)["stored_epoch"] == 4


def test_what_is_not_finite_is_never_the_best():
    history = HISTORY.assign(val_loss=[math.nan, math.inf, 0.9, 0.95])
    assert describe(history, "mlp", stop("val_loss"))["stored_epoch"] == 3
    hopeless = HISTORY.assign(val_loss=math.nan)
    assert describe(hopeless, "mlp", stop("val_loss"))["stored_epoch"] == 1
