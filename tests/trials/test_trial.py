import json
import pickle

import numpy as np
import pandas as pd
import pytest
from tests.pipelines.study.conf import plan

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.trials.trial import TrialResult, changes, digest_sets, run_trial

TIMES = ["seconds", "elapsed_seconds"]


@pytest.fixture
def run(train_set, validation_set, class_names):
    def run_it(trial, **options):
        return run_trial(trial, train_set, validation_set, class_names, **options)

    return run_it


def test_a_trial_gives_its_epochs_and_the_numbers_of_its_final_network(run):
    told = []
    (trial,) = plan({"variants": {"sgd": {}}}, n_seeds=1).trials
    result = run(trial, listener=lambda epoch, metrics: told.append((epoch, metrics["val_loss"])))
    assert result.diverged is None
    assert result.history["epoch"].to_list() == [1, 2]
    assert result.history["updates"].to_list() == [25, 50]  # 800 images, 32 an update
    np.testing.assert_allclose(result.history["elapsed_seconds"], result.history["seconds"].cumsum())
    assert told == list(zip(result.history["epoch"], result.history["val_loss"], strict=True))
    numbers = result.numbers
    weights = 785 * 16 + 17 * 10
    assert numbers["parameters"] == weights
    assert numbers["multiplications"] == 784 * 16 + 16 * 10
    # 32 images with the outputs of 2 layers; weights and gradients, but nothing that SGD remembers.
    assert numbers["training_memory_mb"] == pytest.approx((32 * (784 + 16 + 10) + 2 * weights) * 4 / 1e6)
    assert numbers["epochs"] == 2
    assert numbers["seconds"] > result.history["seconds"].sum() > 0
    assert numbers["val_accuracy"] == pytest.approx(result.history["val_accuracy"].iloc[-1])
    assert numbers["val_loss"] == pytest.approx(result.history["val_loss"].iloc[-1], rel=1e-4)


def test_the_same_trial_gives_the_same_result_whatever_ran_before(run):
    first, other, *_ = plan({"variants": {"dropout": {"architecture.dropout": 0.5}}}).trials
    before = run(first)
    run(other)
    again = run(pickle.loads(pickle.dumps(first)))
    pd.testing.assert_frame_equal(
        before.history.drop(columns=TIMES), again.history.drop(columns=TIMES), check_exact=True
    )
    assert before.numbers["val_loss"] == again.numbers["val_loss"]


def test_losses_of_the_final_network_are_without_penalties(run):
    penalty = {"architecture.kernel_regularizer": {"name": "l2", "l2": 0.1}}
    (trial,) = plan({"variants": {"l2": penalty}}, n_seeds=1).trials
    result = run(trial)
    assert result.numbers["val_loss"] < result.history["val_loss"].iloc[-1] - 0.5


def test_the_best_weights_count_where_they_are_restored(run):
    stop = {"monitor": "val_loss", "patience": 1, "restore_best_weights": True}
    wild = {"optimizer.learning_rate": 1.0, "training.epochs": 20, "training.early_stopping": stop}
    (trial,) = plan({"variants": {"stops": wild}}, n_seeds=1).trials
    result = run(trial)
    assert len(result.history) < 20
    assert result.numbers["val_loss"] == pytest.approx(result.history["val_loss"].min(), rel=1e-4)


def test_a_trial_that_diverges_is_a_result_too(run):
    wild = {"optimizer.learning_rate": 1e30}
    (trial,) = plan({"variants": {"wild": wild}}, n_seeds=1).trials
    result = run(trial)
    assert "The loss of mlp became" in result.diverged
    costs = {"parameters", "multiplications", "training_memory_mb"}
    assert set(result.numbers) == {*costs, "epochs", "seconds_per_epoch", "seconds"}
    assert not np.isfinite(result.history["loss"].iloc[-1])
    assert TrialResult.from_record(result.to_record()).history["loss"].isna().iloc[-1]


@pytest.mark.parametrize(("batch_size", "updates"), [(1, [800, 1600]), (300, [3, 6]), ("full", [1, 2])])
def test_updates_are_counted_with_the_last_incomplete_batch(batch_size, updates, run):
    (trial,) = plan({"variants": {"a": {"training.batch_size": batch_size}}}, n_seeds=1).trials
    assert run(trial).history["updates"].to_list() == updates


def test_measurements_are_taken_within_the_trial(run):
    study = {
        "variants": {"a": {"architecture.hidden_units": [16, 8]}},
        "measurements": ["layer_statistics", "pruning", "sparsity"],
    }
    (trial,) = plan(study, n_seeds=1).trials
    result = run(trial)
    layers, pruning, sparsity = result.measurements.values()
    assert layers["epoch"].to_list() == [0, 0, 1, 1, 2, 2]
    assert pruning["accuracy"].iloc[0] == pytest.approx(result.numbers["val_accuracy"])
    assert sparsity["weights"].to_list() == [784 * 16, 16 * 8, 8 * 10]


@pytest.mark.parametrize(
    "targets", [{"training.loss": "categorical_crossentropy"}, {"training.label_smoothing": 0.1}]
)
def test_layers_are_measured_with_one_hot_targets_too(targets, run):
    study = {"variants": {"a": targets}, "measurements": ["layer_statistics"]}
    (trial,) = plan(study, n_seeds=1).trials
    sparse = plan({"measurements": ["layer_statistics"]}, n_seeds=1).trials[0]
    layers = run(trial).measurements["layer_statistics"]
    expected = run(sparse).measurements["layer_statistics"]
    assert layers["mean_gradient"].iloc[0] == pytest.approx(expected["mean_gradient"].iloc[0], rel=1e-4)


def test_a_result_survives_being_stored_as_json():
    result = TrialResult(
        diverged=None,
        numbers={"val_accuracy": 0.1 + 0.2, "epochs": 2},
        history=pd.DataFrame({"epoch": [1, 2], "loss": [1 / 3, np.inf], "val_loss": [0.5, 0.25]}),
        measurements={"sparsity": pd.DataFrame({"layer": ["a", "b"], "sparsity": [0.5, 2 / 3]})},
    )
    again = TrialResult.from_record(json.loads(json.dumps(result.to_record(), allow_nan=False)))
    assert (again.diverged, again.numbers) == (result.diverged, result.numbers)
    pd.testing.assert_frame_equal(again.history, result.history.replace(np.inf, np.nan), check_exact=True)
    pd.testing.assert_frame_equal(
        again.measurements["sparsity"], result.measurements["sparsity"], check_exact=True
    )


def test_settings_survive_json_and_tell_what_changed():
    sgd, momentum = (trial.settings("digest") for trial in plan(n_seeds=1).trials)
    assert changes(json.loads(json.dumps(sgd)), sgd) == []
    assert changes(sgd, momentum) == ["parameters.optimizer.momentum"]
    assert changes(sgd, {**sgd, "data": "other", "seed": 43}) == ["seed", "data"]


def test_sets_are_told_apart_by_images_labels_and_number():
    images, labels = np.zeros((3, 2, 2), np.float32), np.array([0, 1, 2], np.uint8)
    a_set = LabelledImages(images, labels)
    other_image, other_label = images.copy(), labels.copy()
    other_image[2, 1, 1], other_label[2] = 0.5, 1
    sets = [
        a_set,
        LabelledImages(other_image, labels),
        LabelledImages(images, other_label),
        LabelledImages(images[:2], labels[:2]),
    ]
    assert len({digest_sets(each, a_set) for each in sets}) == len(sets)
    assert digest_sets(a_set) == digest_sets(LabelledImages(images.copy(), labels.copy()))
