import logging

import mlflow
import pytest
from tests.trials.small import RECIPE, TRIAL, plan, recipe

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.provenance.digests import digest_weights
from fashion_nets.trials import bases
from fashion_nets.trials.bases import ORIGIN, prepare_base, take_base
from fashion_nets.trials.images import ImageChoice

BASE = TRIAL._replace(labels={}, images=ImageChoice(classes=(0, 1, 2)), scored_on=())
PLAN = plan(bases={"my_base": BASE})


class Folder:
    """Where a base and its origin are stored, and what they are made by."""

    def __init__(self, sets):
        self.sets = sets
        self.stored, self.origins = None, {}

    def prepare(self, plan=PLAN, sets=None):
        network, origins = prepare_base("my_base", plan, self.stored, self.origins, sets or self.sets)
        self.stored = lambda: network
        self.origins = {name: lambda origin=origin: origin for name, origin in origins.items()}
        return network


@pytest.fixture
def folder(sets):
    return Folder(sets)


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.INFO, logger="fashion_nets")
    return lambda: [record.getMessage() for record in caplog.records if "base" in record.getMessage()]


def test_a_base_is_trained_on_its_images_and_told_of(folder, said):
    assert folder.prepare().output_shape == (None, 3)
    n_images = int((folder.sets.train.labels < 3).sum())
    assert said()[-1].startswith(f"mine: trained the base my_base on {n_images} images: validation loss ")
    assert folder.origins[ORIGIN]()["settings"]["images"]["classes"] == [0, 1, 2]


def test_epochs_of_a_base_are_tracked_under_its_own_name(folder, run_of_mlflow):
    with run_of_mlflow() as active:
        folder.prepare()
    (run,) = mlflow.MlflowClient().search_runs(
        ["0"], f"tags.`mlflow.parentRunId` = '{active.info.run_id}' and tags.network = 'my_base'"
    )
    assert run.info.run_name == "my_base"
    assert {"loss", "val_accuracy", "best_epoch"} <= set(run.data.metrics)


def test_a_stored_base_is_taken_as_it_is(folder, said):
    first = folder.prepare()
    assert folder.prepare() is first
    assert said()[-1] == "mine: the base my_base was trained earlier and is taken as it is"


def test_a_base_is_trained_again_where_that_is_asked_for(folder):
    first = folder.prepare()
    again = folder.prepare(PLAN._replace(reuse=False))
    assert again is not first
    assert digest_weights(again) == digest_weights(first)  # the same seed


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"recipe": recipe(training={"epochs": 1})}, "settings.parameters.training.epochs"),
        ({"images": ImageChoice(classes=(0, 1, 3))}, "settings.images.classes"),
        ({"seed": 43}, "settings.seed"),
    ],
)
def test_a_base_of_other_settings_is_trained_again_and_the_log_says_why(changes, path, folder, said):
    first = folder.prepare()
    assert folder.prepare(plan(bases={"my_base": BASE._replace(**changes)})) is not first
    assert f"mine: the base my_base is trained again, as {path} changed" in said()


def test_other_images_and_other_versions_train_a_base_again(folder, said, monkeypatch):
    first = folder.prepare()
    train = folder.sets.train
    backwards = folder.sets._replace(train=LabelledImages(train.images[::-1], train.labels[::-1]))
    second = folder.prepare(sets=backwards)
    assert second is not first
    assert "mine: the base my_base is trained again, as settings.images.train changed" in said()
    monkeypatch.setattr(bases, "library_versions", lambda: {"keras": "4"})
    assert folder.prepare(sets=backwards) is not second
    assert "versions.keras" in said()[-2]


def test_what_was_stored_in_its_place_is_not_taken_for_the_base(folder, said):
    folder.prepare()
    folder.stored = lambda: RECIPE.build((28, 28), 3)
    folder.prepare()
    assert "mine: the base my_base is trained again, as weights changed" in said()


def test_a_network_of_the_project_may_be_the_base(folder):
    network = RECIPE.build((28, 28), 10)
    taken, origins = take_base(network, "theirs")
    assert taken is network
    assert origins == {ORIGIN: {"stored_network": "theirs", "weights": digest_weights(network)}}
    # It is no base of the parameters' making.
    folder.stored, folder.origins = lambda: network, {ORIGIN: lambda: origins[ORIGIN]}
    assert folder.prepare() is not network
