import json
import pickle

import keras
import numpy as np
import pandas as pd
import pytest
from tests.trials.small import RECIPE, REUSE, TRIAL, recipe

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.training.checkpoints import Checkpoints
from fashion_nets.training.stages import Stage
from fashion_nets.trials.images import ImageChoice
from fashion_nets.trials.training import fit_trial, score_names, train_trial

TIMES = ["seconds", "elapsed_seconds"]


@pytest.fixture
def train(sets):
    def train_it(trial=TRIAL, bases=None, **options):
        return train_trial(trial, sets, bases or {}, **options)

    return train_it


@pytest.fixture(scope="module")
def base():
    keras.utils.set_random_seed(0)
    return RECIPE.build((28, 28), 10)


def changed(**changes):
    return TRIAL._replace(recipe=recipe(**changes))


def test_a_trial_gives_its_epochs_and_the_numbers_of_its_final_network(train):
    told = []
    result = train(listener=lambda epoch, metrics: told.append((epoch, metrics["val_loss"])))
    assert result.diverged is None
    assert result.history["epoch"].to_list() == [1, 2]
    assert result.history["updates"].to_list() == [25, 50]  # 800 images, 32 an update
    np.testing.assert_allclose(result.history["elapsed_seconds"], result.history["seconds"].cumsum())
    assert told == list(zip(result.history["epoch"], result.history["val_loss"], strict=True))
    numbers = result.numbers
    assert numbers["epochs"] == 2
    assert numbers["training_seconds"] == pytest.approx(result.history["seconds"].sum())
    assert numbers["seconds"] > numbers["training_seconds"] > 0
    assert numbers["val_accuracy"] == pytest.approx(result.history["val_accuracy"].iloc[-1])
    assert numbers["val_loss"] == pytest.approx(result.history["val_loss"].iloc[-1], rel=1e-4)


def test_the_same_trial_gives_the_same_result_whatever_ran_before(train):
    before = train(changed(architecture={"dropout": 0.5}))
    train()
    again = train(pickle.loads(pickle.dumps(changed(architecture={"dropout": 0.5}))))
    pd.testing.assert_frame_equal(
        before.history.drop(columns=TIMES), again.history.drop(columns=TIMES), check_exact=True
    )
    assert before.numbers["val_loss"] == again.numbers["val_loss"]


def test_losses_of_the_final_network_are_without_penalties(train):
    result = train(changed(architecture={"kernel_regularizer": {"name": "l2", "l2": 0.1}}))
    assert result.numbers["val_loss"] < result.history["val_loss"].iloc[-1] - 0.5


def test_a_trial_that_diverges_is_a_result_too(train):
    result = train(changed(optimizer={"learning_rate": 1e30})._replace(costs={"parameters": 7}))
    assert "The loss of mlp became" in result.diverged
    assert set(result.numbers) == {"parameters", "epochs", "seconds_per_epoch", "training_seconds", "seconds"}
    assert not np.isfinite(result.history["loss"].iloc[-1])


def test_a_trial_whose_last_step_makes_its_weights_useless_has_diverged(train):
    """The only step follows the loss that the epoch tells."""
    once = changed(training={"epochs": 1, "batch_size": "full"}, optimizer={"learning_rate": 1e30})
    result = train(once)
    assert np.isfinite(result.history["loss"]).all()
    assert result.diverged.startswith("train_loss of mlp is nan after epoch 1, so its weights are useless.")
    assert set(result.numbers) == {"epochs", "seconds_per_epoch", "training_seconds", "seconds"}
    json.dumps(result.to_record(), allow_nan=False)  # as it is stored


@pytest.mark.parametrize(("batch_size", "updates"), [(1, [800, 1600]), (300, [3, 6]), ("full", [1, 2])])
def test_updates_are_counted_with_the_last_incomplete_batch(batch_size, updates, train):
    assert train(changed(training={"batch_size": batch_size})).history["updates"].to_list() == updates


def test_what_is_measured_on_is_what_the_trial_says(train, sets):
    few = ImageChoice(n_images=400, min_images_per_epoch=1000)
    trial = TRIAL._replace(images=few, scored_on=("train", "all_train", "val", "test"))
    result = train(trial)
    accuracies = {
        name.removesuffix("_accuracy"): value
        for name, value in result.numbers.items()
        if name.endswith("_accuracy")
    }
    counts = {"train": 200, "all_train": 400, "val": 200, "test": 300}
    assert list(accuracies) == list(counts)
    for name, count in counts.items():  # of so many images, the accuracy is a whole number of parts
        assert accuracies[name] * count == pytest.approx(round(accuracies[name] * count))
    assert set(score_names(trial)) <= set(result.numbers)
    assert result.history["updates"].to_list() == [32, 64]  # of the 1,000 that an epoch repeats


def test_measurements_are_taken_within_the_trial(train):
    trial = changed(architecture={"hidden_units": (16, 8)})
    result = train(trial._replace(measurements=("layer_statistics", "pruning", "sparsity")))
    layers, pruning, sparsity = result.measurements.values()
    assert layers["epoch"].to_list() == [0, 0, 1, 1, 2, 2]
    assert pruning["accuracy"].iloc[0] == pytest.approx(result.numbers["val_accuracy"])
    assert sparsity["weights"].to_list() == [784 * 16, 16 * 8, 8 * 10]


def test_an_interrupted_trial_that_is_to_measure_more_is_trained_anew(train, tmp_path, said):
    def interrupt(epoch, metrics):
        if epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(listener=interrupt, checkpoints=Checkpoints(tmp_path, title="sgd"))
    more = TRIAL._replace(measurements=("layer_statistics",))
    result = train(more, checkpoints=Checkpoints(tmp_path, title="sgd"))
    assert "sgd starts anew: callbacks changed since its checkpoint" in said()
    assert result.measurements["layer_statistics"]["epoch"].to_list() == [0, 1, 2]


def test_a_trial_may_tell_two_classes_apart(train):
    result = train(TRIAL._replace(images=ImageChoice(classes=(0, 9))))
    assert result.numbers["val_accuracy"] > 0.9  # chance is 0.5


def test_one_unit_on_reused_layers_is_scored_by_the_probabilities_of_both_classes(train, base, sets):
    trial = changed(training={"loss": "binary_crossentropy"})._replace(
        reuse=REUSE, images=ImageChoice(classes=(0, 9))
    )
    result = train(trial, {"my_base": base})
    images = trial.images.choose(sets, 42)
    model, _ = fit_trial(trial, images, {"my_base": base})
    assert model.output_shape == (None, 1)
    second = model.predict(scale_pixels(images.validation.images), verbose=0)[:, 0]
    is_second = images.validation.labels == 1
    assert result.numbers["val_accuracy"] == np.mean((second > 0.5) == is_second)
    losses = -np.log(np.where(is_second, second, 1 - second))
    assert result.numbers["val_loss"] == pytest.approx(losses.mean(), rel=1e-4)
    assert result.numbers["val_loss"] == pytest.approx(result.history["val_loss"].iloc[-1], rel=1e-4)
    assert result.numbers["val_accuracy"] == pytest.approx(result.history["val_accuracy"].iloc[-1])


def test_reused_layers_come_from_the_base_and_stages_count_on(train, base, sets):
    stages = (Stage(1, 1), Stage(2, 0, rate_factor=0.5))
    trial = TRIAL._replace(reuse=REUSE._replace(stages=stages), images=ImageChoice(classes=(0, 9)))
    told = []
    result = train(trial, {"my_base": base}, listener=lambda epoch, _: told.append(epoch))
    assert told == result.history["epoch"].to_list() == [1, 2, 3]
    assert result.history["learning_rate"].to_list() == pytest.approx([0.1, 0.05, 0.05])
    frozen = trial._replace(reuse=REUSE)
    model, _ = fit_trial(frozen, frozen.images.choose(sets, 42), {"my_base": base})
    assert model.output_shape == (None, 2)
    np.testing.assert_array_equal(model.get_layer("hidden_1").kernel, base.get_layer("hidden_1").kernel)


def test_a_base_that_the_session_was_cleared_of_still_serves(train, base):
    trial = TRIAL._replace(reuse=REUSE)
    first, second = (train(trial, {"my_base": base}).numbers["val_loss"] for _ in range(2))
    assert first == second
