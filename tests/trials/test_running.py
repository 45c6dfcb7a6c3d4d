import json
import logging
import shutil

import mlflow
import numpy as np
import pytest
from tests.training.conftest import KilledError, killed_in
from tests.trials.small import RECIPE, REUSE, plan, recipe
from tests.trials.store import Store, children_of

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.training.checkpoints import Checkpoints
from fashion_nets.trials import running
from fashion_nets.trials.runner import run_one_by_one
from fashion_nets.trials.trial import Trial

ONE, TWO, THREE = (Trial({"variant": name}, 42, RECIPE) for name in ("one", "two", "three"))
PLAN = plan(ONE, TWO, THREE, title="my comparison", tags={"experiment": "mine"})
WILD = Trial({"variant": "wild"}, 42, recipe(optimizer={"learning_rate": 1e30}))


@pytest.fixture
def store(tmp_path, sets):
    """Nothing is trained yet."""
    return Store(tmp_path / "mine", sets)


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory, sets):
    store = Store(tmp_path_factory.mktemp("mine"), sets)
    assert store.train(plan(*PLAN.trials, WILD)) == [
        "one/seed_42",
        "two/seed_42",
        "three/seed_42",
        "wild/seed_42",
    ]
    return store.folder


@pytest.fixture
def trained(store, trained_once):
    """All is trained, for the test to go on from."""
    shutil.copytree(trained_once, store.folder)
    return store


def test_what_was_interrupted_goes_on_where_it_was(store, said):
    assert store.train(PLAN, n_trials=1) == ["one/seed_42"]
    assert store.train(PLAN) == ["two/seed_42", "three/seed_42"]
    finished, second, third = said()
    assert finished == "my comparison: 1 of 3 trials were finished earlier"
    accuracy = store.read("two/seed_42")["numbers"]["val_accuracy"]
    assert second.startswith(f"my comparison, trial 2 of 3: two, seed 42, val_accuracy {accuracy:.4f}, ")
    assert second.endswith(" left")
    assert third.startswith("my comparison, trial 3 of 3: three, seed 42, val_accuracy 0.")
    assert store.train(PLAN) == []


STOPPING = {"monitor": "val_loss", "patience": 3, "restore_best_weights": True}


def run_until(epoch):
    """A way to run trials that ends them in an epoch, counted from 1, before its state is stored."""

    class Observer:
        def begin(self, trial):
            """Nothing is told of it."""

        def epoch(self, trial, number, metrics):
            killed_in(epoch)(number, metrics)

    def run(request):
        yield from run_one_by_one(request._replace(observer=Observer()))

    return run


def test_a_trial_goes_on_from_its_last_epoch_and_leaves_nothing(store, tmp_path, said, sets):
    measured = Trial(
        {"variant": "one"}, 42, recipe(training={"epochs": 3}), measurements=("layer_statistics",)
    )
    checkpoints = Checkpoints(tmp_path / "states")
    with pytest.raises(KilledError):
        store.train(plan(measured), run=run_until(3), checkpoints=checkpoints)
    assert store.train(plan(measured), checkpoints=checkpoints) == ["one/seed_42"]
    assert "mine: one, seed 42 goes on at epoch 3 of 3" in said()
    assert list((tmp_path / "states").rglob("*.npz")) == []
    at_once = Store(tmp_path / "at_once", sets)
    at_once.train(plan(measured))
    resumed, expected = store.read("one/seed_42"), at_once.read("one/seed_42")
    assert without_times(resumed) == without_times(expected)


@pytest.mark.slow  # three trainings in parts, and in one go
def test_a_training_in_parts_ends_with_the_bits_of_one_in_one_go(store, tmp_path, said, sets):
    whole = recipe(
        architecture={"dropout": 0.3},
        optimizer={"name": "Adam", "learning_rate": 0.01, "schedule": "cosine"},
        training={"epochs": 3, "early_stopping": STOPPING},
    )
    first = Trial({"rung": "rung_1"}, 42, whole, pause_after=1, training="mine")
    last = Trial({"rung": "rung_2"}, 42, whole, training="mine")
    checkpoints, state = Checkpoints(tmp_path / "states"), tmp_path / "states" / "mine" / "training.npz"
    store.train(plan(first), checkpoints=checkpoints)
    assert store.read(first.key)["history"]["epoch"] == [1]
    assert state.exists()  # for the part that goes on
    store.train(plan(last), checkpoints=checkpoints)
    assert "mine: rung_2, seed 42 goes on at epoch 2 of 3" in said()
    assert not state.exists()
    at_once = Store(tmp_path / "at_once", sets)
    at_once.train(plan(last))
    in_parts, expected = store.read(last.key), at_once.read(last.key)
    assert without_times(in_parts) == without_times(expected)
    assert len(set(expected["history"]["learning_rate"])) == 3  # the schedule is that of the whole


def test_a_part_needs_a_place_for_its_state(store):
    with pytest.raises(ValueError, match="needs a folder for its state"):
        store.train(plan(ONE._replace(pause_after=1)))


def without_times(value):
    if isinstance(value, dict):
        return {name: without_times(each) for name, each in value.items() if "seconds" not in name}
    return value


def test_all_trials_begin_anew_where_that_is_asked_for(store, tmp_path, said):
    checkpoints = Checkpoints(tmp_path / "states")
    with pytest.raises(KilledError):
        store.train(plan(ONE), run=run_until(2), checkpoints=checkpoints)
    store.train(plan(ONE, reuse=False), checkpoints=checkpoints)
    assert not any("goes on" in line for line in said())


def test_what_is_finished_is_trained_again_where_that_is_asked_for(trained):
    assert trained.train(PLAN._replace(trials=[ONE], reuse=False)) == ["one/seed_42"]


def test_changed_parameters_train_their_trials_again_and_say_what_changed(trained, said):
    changed = TWO._replace(recipe=recipe(optimizer={"learning_rate": 0.2}, training={"epochs": 1}))
    assert trained.train(PLAN._replace(trials=[ONE, changed, THREE])) == ["two/seed_42"]
    assert (
        "my comparison: two, seed 42 is trained again, as parameters.optimizer.learning_rate, "
        "parameters.training.epochs changed" in said()
    )
    assert trained.train(PLAN._replace(trials=[ONE, changed, THREE])) == []


def test_other_images_train_again_and_say_so(trained, sets, said):
    backwards = LabelledImages(sets.validation.images[::-1], sets.validation.labels[::-1])
    other = sets._replace(validation=backwards)
    assert trained.train(plan(ONE, title="mine"), sets=other) == ["one/seed_42"]
    assert said()[0] == "mine: one, seed 42 is trained again, as images.validation changed"


def test_another_number_of_threads_trains_again_and_says_so(trained, said, monkeypatch):
    machine = running.describe_machine()
    other = {**machine, "threads": machine["threads"] + 1}
    monkeypatch.setattr("fashion_nets.trials.running.describe_machine", lambda: other)
    assert trained.train(plan(ONE, title="mine")) == ["one/seed_42"]
    assert said()[0] == "mine: one, seed 42 is trained again, as machine.threads changed"


def test_another_base_trains_again_and_says_so(store, said):
    trial = ONE._replace(reuse=REUSE)
    base, other = RECIPE.build((28, 28), 8), RECIPE.build((28, 28), 8)
    assert store.train(plan(trial), bases={"my_base": base}) == ["one/seed_42"]
    assert store.train(plan(trial), bases={"my_base": base}) == []
    assert store.train(plan(trial), bases={"my_base": other}) == ["one/seed_42"]
    assert "mine: one, seed 42 is trained again, as base.weights changed" in said()


def test_another_base_changes_no_trial_from_scratch_unless_its_layers_may_be_others(store, said):
    scratch = plan(ONE._replace(reuse=REUSE._replace(n_layers=0)))
    base, other = RECIPE.build((28, 28), 8), RECIPE.build((28, 28), 8)
    assert store.train(scratch, bases={"my_base": base}) == ["one/seed_42"]
    assert store.train(scratch, bases={"my_base": other}) == []
    stored = scratch._replace(bases={"my_base": "mlp"})
    assert store.train(stored, bases={"my_base": other}) == ["one/seed_42"]
    assert "mine: one, seed 42 is trained again, as base.weights changed" in said()


def test_a_trial_that_diverges_does_not_end_the_comparison(trained, caplog):
    caplog.set_level(logging.DEBUG, logger="fashion_nets.trials")
    assert trained.train(plan(WILD, ONE)) == []
    begin = "mine, trial 1 of 2: wild, seed 42, finished earlier, diverged in epoch 1, "
    assert caplog.messages[0].startswith(begin)
    assert caplog.messages[-1] == "mine: 2 of 2 trials were finished earlier"


def test_a_record_is_plain_json_with_settings_and_versions(trained):
    record = trained.read("wild/seed_42")
    json.dumps(record, allow_nan=False)
    assert record["settings"]["parameters"]["optimizer"]["learning_rate"] == 1e30
    assert set(record["settings"]["machine"]) == {"device", "threads"}
    assert record["processor"]
    assert set(record["versions"]) == {"keras", "tensorflow", "numpy", "fashion-nets"}


def test_a_record_names_the_processor_that_trained_it(store):
    def run_elsewhere(request):
        for trial, result in run_one_by_one(request):
            yield trial, result._replace(processor="another one")

    store.train(plan(ONE), run=run_elsewhere)
    assert store.read("one/seed_42")["processor"] == "another one"


@pytest.mark.slow  # three trainings
def test_another_way_to_run_trials_changes_nothing_else(store, said, run_of_mlflow):
    """Backwards, and without a word of what happens before a result is there."""

    def run_backwards(request):
        silent = type("Silent", (), {"begin": lambda *_: None, "epoch": lambda *_: None})()
        yield from run_one_by_one(request._replace(trials=request.trials[::-1], observer=silent))

    with run_of_mlflow() as parent:
        trained = store.train(PLAN, run=run_backwards)
    assert trained == ["three/seed_42", "two/seed_42", "one/seed_42"]
    assert said()[0].startswith("my comparison, trial 1 of 3: three, seed 42, val_accuracy ")
    one = children_of(parent)["one, seed 42"]
    assert one.info.status == "FINISHED"
    assert points(one) == points_of(store.read("one/seed_42"))


def points(run):
    history = mlflow.MlflowClient().get_metric_history(run.info.run_id, "val_loss")
    return [(point.step, point.value) for point in history]


def points_of(record):
    """The curve of a trial, and at its end what the final network has."""
    losses = record["history"]["val_loss"]
    return [*enumerate(losses, start=1), (len(losses), record["numbers"]["val_loss"])]


def test_each_trial_is_a_run_below_the_active_one(store, run_of_mlflow):
    with run_of_mlflow() as parent:
        store.train(PLAN)
        assert mlflow.active_run().info.run_id == parent.info.run_id
    children = children_of(parent)
    assert list(children) == ["one, seed 42", "two, seed 42", "three, seed 42"]
    child, record = children["two, seed 42"], store.read("two/seed_42")
    assert child.info.status == "FINISHED"
    assert child.data.params["optimizer.learning_rate"] == "0.1"
    assert child.data.params["training.epochs"] == "2"
    tags = {name: child.data.tags[name] for name in ("experiment", "variant", "seed")}
    assert tags == {"experiment": "mine", "variant": "two", "seed": "42"}
    assert child.data.metrics["val_accuracy"] == record["numbers"]["val_accuracy"]
    assert points(child) == points_of(record)
    assert child.data.metrics["val_loss"] == record["numbers"]["val_loss"]
    assert child.data.tags["network"] == "mlp"


def test_finished_trials_that_mlflow_does_not_know_are_told_of_once(trained, run_of_mlflow):
    parents = []
    for _ in range(2):
        with run_of_mlflow() as parent:
            assert trained.train(plan(ONE, WILD)) == []
        parents.append(parent)
    children = children_of(parents[0])
    assert set(children) == {"one, seed 42", "wild, seed 42"}
    one = children["one, seed 42"]
    assert one.data.tags["finished_earlier"] == "true"
    assert points(one) == points_of(trained.read("one/seed_42"))
    assert children_of(parents[1]) == {}


def test_a_trial_of_an_earlier_run_is_found_and_not_told_of_again(store, run_of_mlflow):
    with run_of_mlflow() as first:
        store.train(plan(ONE))
    with run_of_mlflow() as second:
        store.train(plan(ONE))
    one = children_of(first)["one, seed 42"]
    assert points(one) == points_of(store.read("one/seed_42"))
    assert children_of(second) == {}


def test_a_trial_that_fails_is_a_failed_run_and_leaves_the_parent_open(store, sets, run_of_mlflow):
    small = LabelledImages(np.zeros((5, 14, 14), np.float32), np.zeros(5, np.uint8))
    with run_of_mlflow() as parent:
        with pytest.raises(ValueError, match="shape"):
            store.train(PLAN, sets=sets._replace(validation=small))
        assert mlflow.active_run().info.run_id == parent.info.run_id
    assert [run.info.status for run in children_of(parent).values()] == ["FAILED"]
    assert store.records.load() == {}


def test_a_trial_that_is_interrupted_is_a_killed_run(store, monkeypatch, run_of_mlflow):
    def interrupt(request):
        request.observer.begin(request.trials[0])
        raise KeyboardInterrupt
        yield

    with run_of_mlflow() as parent, pytest.raises(KeyboardInterrupt):
        store.train(PLAN, run=interrupt)
    assert [run.info.status for run in children_of(parent).values()] == ["KILLED"]


def test_without_a_run_nothing_is_tracked(trained, empty_store):
    trained.train(plan(ONE, reuse=False))
    trained.train(plan(ONE))
    assert mlflow.search_runs(search_all_experiments=True).empty


@pytest.mark.parametrize(
    "content", ['{"ok": 1}', "[1, 2]", "3", '{"settings": 1, "diverged": null, "numbers": {}}']
)
def test_json_that_is_no_record_is_named_and_the_trial_trained_again(content, trained, said):
    (trained.folder / "two" / "seed_42.json").write_text(content)
    assert trained.train(PLAN) == ["two/seed_42"]
    assert (
        "my comparison: what is stored of two, seed 42 is no record of a trial, which is trained again"
        in said()
    )
    assert "settings" in trained.read("two/seed_42")
