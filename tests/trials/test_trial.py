import copy
import json

import pytest
from tests.trials.small import RECIPE, REUSE, TRIAL, recipe

from fashion_nets.provenance.changes import changes
from fashion_nets.training.stages import Stage
from fashion_nets.trials.images import ImageChoice
from fashion_nets.trials.trial import Trial

SETS = {"train": "digest 1", "validation": "digest 2", "test": "digest 3"}
BASES = {"my_base": "digest 4", "another": "digest 5"}
MACHINE = {"device": "CPU", "threads": 2}


def settings(trial=TRIAL, sets=SETS, bases=BASES, n_classes=10, machine=MACHINE):
    return trial.settings(sets, bases, n_classes, machine)


def changed(**changes):
    return TRIAL._replace(recipe=recipe(**changes))


def reuse(**changes):
    return TRIAL._replace(reuse=REUSE._replace(**changes))


@pytest.mark.parametrize(
    ("labels", "name", "key"),
    [
        ({"variant": "sgd"}, "sgd, seed 42", "sgd/seed_42"),
        ({"n_images": 20, "way": "frozen"}, "20 images, frozen, seed 42", "20_images/frozen/seed_42"),
        ({"network": "mine", "codings": 8}, "mine, 8 codings, seed 42", "mine/8_codings/seed_42"),
    ],
)
def test_a_trial_is_named_and_stored_by_its_labels_and_its_seed(labels, name, key):
    trial = Trial(labels, 42, RECIPE)
    assert (trial.name, trial.key) == (name, key)


def test_settings_survive_json():
    trial = reuse()._replace(images=ImageChoice(classes=(5, 6)), measurements=("sparsity",))
    assert changes(json.loads(json.dumps(settings(trial))), settings(trial)) == []


@pytest.mark.parametrize(
    ("trial", "path"),
    [
        (TRIAL._replace(seed=43), "seed"),
        (TRIAL._replace(recipe=RECIPE._replace(network="cnn")), "network"),
        (
            TRIAL._replace(recipe=recipe(architecture={"hidden_units": (8,)})),
            "parameters.architecture.hidden_units",
        ),
        (
            TRIAL._replace(recipe=recipe(optimizer={"learning_rate": 0.2})),
            "parameters.optimizer.learning_rate",
        ),
        (changed(training={"epochs": 3}), "parameters.training.epochs"),
        (
            TRIAL._replace(recipe=recipe(training={"precision": "mixed_bfloat16"})),
            "parameters.training.precision",
        ),
        (changed(training={"engine": "xla"}), "parameters.training.engine"),
        (TRIAL._replace(images=ImageChoice(classes=(5, 6))), "images.classes"),
        (TRIAL._replace(images=ImageChoice(n_images=20)), "images.n_images"),
        (TRIAL._replace(images=ImageChoice(draw="balanced")), "images.draw"),
        (TRIAL._replace(images=ImageChoice(min_images_per_epoch=20)), "images.min_images_per_epoch"),
        (TRIAL._replace(images=ImageChoice(n_watched=20)), "images.n_watched"),
        (TRIAL._replace(measurements=("sparsity",)), "measurements"),
        (TRIAL._replace(scored_on=("val",)), "scored_on"),
        (reuse(), "base"),
    ],
)
def test_a_trial_is_known_by_all_that_its_result_depends_on(trial, path):
    assert changes(settings(), settings(trial)) == [path]


@pytest.mark.parametrize(
    ("trial", "bases", "path"),
    [
        (reuse(base="another"), BASES, "base.weights"),
        (reuse(), {"my_base": "another digest"}, "base.weights"),
        (reuse(part="encoder"), BASES, "base.part"),
        (reuse(n_layers=0), BASES, "base.n_layers"),
        (reuse(stages=(Stage(2, 1, rate_factor=0.5),)), BASES, "base.stages"),
    ],
)
def test_a_trial_that_reuses_layers_is_known_by_these_as_well(trial, bases, path):
    assert changes(settings(reuse()), settings(trial, bases=bases)) == [path]


@pytest.mark.parametrize(
    ("around", "path"),
    [
        ({"sets": {**SETS, "train": "other"}}, "images.train"),
        ({"sets": {**SETS, "validation": "other"}}, "images.validation"),
        ({"n_classes": 9}, "images.n_classes"),
        ({"machine": {**MACHINE, "threads": 4}}, "machine.threads"),
        ({"machine": {**MACHINE, "device": "a GPU"}}, "machine.device"),
    ],
)
def test_a_trial_is_known_by_the_sets_and_the_machine(around, path):
    assert changes(settings(), settings(**around)) == [path]


def test_how_a_state_is_kept_changes_no_result():
    keeping = changed(training={"resume": False, "checkpoint_seconds": 60})
    assert settings(keeping) == settings()
    assert not {"resume", "checkpoint_seconds"} & set(settings()["parameters"]["training"])


def test_test_images_count_where_they_are_measured_on():
    other = {**SETS, "test": "other"}
    assert settings(sets=other) == settings()
    tested = TRIAL._replace(scored_on=("val", "test"))
    assert changes(settings(tested), settings(tested, sets=other)) == ["images.test"]


def test_what_a_trial_is_called_and_costs_changes_nothing():
    other = TRIAL._replace(labels={"variant": "another name"}, costs={"parameters": 7})
    assert settings(other) == settings()


def test_changes_are_paths_into_what_differs():
    before = {"a": {"b": 1, "c": [1, 2]}, "d": None}
    after = copy.deepcopy(before)
    assert changes(before, after) == []
    after["a"]["c"] = [1]
    after["e"] = 1
    del after["d"]
    assert changes(before, after) == ["a.c", "e"]  # what is missing is as good as None
