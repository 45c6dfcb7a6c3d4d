import logging

import pandas as pd
import pytest

from fashion_nets.progress import Trainings, follow, follow_no_more
from fashion_nets.training.lines import EpochLines, tell_watched


@pytest.fixture
def train(clock):
    """Tell of epochs that take so many seconds each, of the given length by the clock too."""

    def tell(lines, *seconds, first=1):
        for epoch, each in enumerate(seconds, start=first):
            clock.now += each
            lines(epoch, {"loss": 1.0, "val_loss": 0.5, "val_accuracy": 0.9 + epoch / 1000, "seconds": each})

    return tell


def history(*seconds):
    epochs = range(1, len(seconds) + 1)
    accuracies = [0.9 + epoch / 1000 for epoch in epochs]
    return pd.DataFrame({"epoch": epochs, "val_accuracy": accuracies, "seconds": seconds})


def test_slow_epochs_are_told_one_by_one_and_the_last_one_by_the_result(clock, train, said):
    lines = EpochLines("cnn", 3, clock=clock)
    train(lines, 36.0, 36.0, 36.0)
    lines.end(history(36.0, 36.0, 36.0), kept=3)
    assert said() == [
        "cnn, epoch 1 of 3, val_accuracy 0.901; about 1 min left",
        "cnn, epoch 2 of 3, val_accuracy 0.902; about 36 s left",
        "cnn is trained: 3 epochs in 2 min, val_accuracy 0.903",
    ]


def test_quick_epochs_are_told_every_few_seconds(clock, train, said):
    lines = EpochLines("mlp", 10, clock=clock)
    train(lines, *[2.0] * 10)
    lines.end(history(*[2.0] * 10), kept=10)
    assert said() == [
        "mlp, epoch 3 of 10, val_accuracy 0.903; about 14 s left",
        "mlp, epoch 6 of 10, val_accuracy 0.906; about 8 s left",
        "mlp, epoch 9 of 10, val_accuracy 0.909; about 2 s left",
        "mlp is trained: 10 epochs in 20 s, val_accuracy 0.910",
    ]


def test_who_wants_to_know_all_is_told_each_epoch(clock, train, caplog):
    caplog.set_level(logging.DEBUG, logger="fashion_nets")
    train(EpochLines("mlp", 3, clock=clock), 1.0, 1.0, 1.0)
    assert [message.partition(",")[2][:15] for message in caplog.messages] == [
        " epoch 1 of 3, ",
        " epoch 2 of 3, ",
        " epoch 3 of 3, ",
    ]


def test_a_training_that_may_stop_early_says_at_most_and_which_weights_are_kept(clock, train, said):
    lines = EpochLines("mlp", 100, may_stop_early=True, clock=clock)
    train(lines, 6.0, 6.0, 6.0)
    lines.end(history(6.0, 6.0, 6.0), kept=2)
    assert said()[0] == "mlp, epoch 1 of at most 100, val_accuracy 0.901; at most about 10 min left"
    assert said()[-1] == (
        "mlp is trained: 3 epochs in 18 s, val_accuracy 0.902 of epoch 2, whose weights are kept"
    )


def test_epochs_of_an_interrupted_run_count_and_are_not_told_again(clock, said):
    told = []
    lines = EpochLines("mlp", 4, listener=lambda epoch, metrics: told.append(epoch), clock=clock)
    for epoch in (1, 2):  # all at once, as they were 20 s long in the run that was interrupted
        lines(epoch, {"val_loss": 0.5, "seconds": 20.0})
    clock.now += 20
    lines(3, {"val_loss": 0.25, "seconds": 20.0})
    assert said() == ["mlp, epoch 3 of 4, val_loss 0.2500; about 20 s left"]
    assert told == [1, 2, 3]


def test_in_a_run_of_several_networks_each_line_says_how_far_all_of_them_are(clock, train, said):
    follow(Trainings({"cnn": 30.0, "mlp": 20.0}))
    try:
        lines = EpochLines("cnn", 2, clock=clock)
        train(lines, 10.0, 10.0)
        lines.end(history(10.0, 10.0), kept=2)
    finally:
        follow_no_more()
    assert said() == [
        "cnn, epoch 1 of 2, val_accuracy 0.901; network 1 of 2, about 30 s of training left",
        "cnn is trained: 2 epochs in 20 s, val_accuracy 0.902; network 1 of 2, about 20 s of training left",
    ]


def test_phases_have_their_name_and_the_last_ones_loss_is_the_result(clock, said):
    lines = EpochLines("greedy", 3, clock=clock)
    for epoch, phase in ((1, "layer_1/"), (2, "layer_2/"), (3, "")):
        clock.now += 5
        lines(epoch, {f"{phase}loss": 1.0, f"{phase}val_loss": 0.25, f"{phase}seconds": 5.0})
    frame = pd.DataFrame({"phase": ["layer_1", "fine_tuning"], "epoch": [1, 2], "val_loss": [0.5, 0.25]})
    lines.end(frame.assign(seconds=5.0), kept=2)
    assert said() == [
        "greedy, epoch 1 of 3, layer_1/val_loss 0.2500; about 10 s left",
        "greedy, epoch 2 of 3, layer_2/val_loss 0.2500; about 5 s left",
        "greedy is trained: 2 epochs in 10 s, val_loss 0.2500",
    ]


def test_a_classifier_is_followed_by_its_accuracy():
    assert tell_watched({"val_loss": 0.25, "accuracy": 1.0, "val_accuracy": 0.9}) == "val_accuracy 0.900"
    assert tell_watched({"loss": 0.5, "val_loss": 0.25}) == "val_loss 0.2500"
