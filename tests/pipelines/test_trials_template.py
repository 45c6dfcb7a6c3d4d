import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import node
from kedro.runner import SequentialRunner
from tests.trials.small import REUSE, TRIAL, in_this_process, plan

from fashion_nets.datasets import (
    CheckpointsDataset,
    KerasModelDataset,
    RecordsDataset,
    StoredNetworkDataset,
)
from fashion_nets.pipelines.trials_template import create_trials_pipeline
from fashion_nets.trials.images import ImageChoice

BASE = TRIAL._replace(labels={}, images=ImageChoice(classes=(0, 1, 2)), scored_on=())


def plan_mine(seed, train_set, class_names, n_trials):
    """Plan trials on a base, and say how many."""
    trials = [TRIAL._replace(seed=seed + number, reuse=REUSE) for number in range(n_trials)]
    return plan(*trials, bases={"my_base": BASE}), n_trials


def tell_accuracies(tables, n_trials):
    """The accuracies of all trials, and how many they should be."""
    return tables.trials["val_accuracy"].to_list(), n_trials


@pytest.fixture
def run(tmp_path, sets):
    pipeline = create_trials_pipeline(
        "mine",
        plan_mine,
        {"n_trials": "params:n_trials"},
        [node(tell_accuracies, inputs=["tables", "number"], outputs="told")],
        planned=["number"],
        bases=["my_base"],
        with_test_set=False,
    )
    trials, networks = tmp_path / "trials", tmp_path / "networks"

    def run_with(n_trials):
        catalog = DataCatalog(
            {
                "params:seed": MemoryDataset(42),
                "params:n_trials": MemoryDataset(n_trials),
                "params:trials": MemoryDataset(in_this_process()),
                "train_set": MemoryDataset(sets.train, copy_mode="assign"),
                "validation_set": MemoryDataset(sets.validation, copy_mode="assign"),
                "class_names": MemoryDataset(sets.class_names),
                "my_base.stored_model": StoredNetworkDataset(
                    filepath=str(networks / "my_base" / "model.keras")
                ),
                "my_base.model": KerasModelDataset(filepath=str(networks / "my_base" / "model.keras")),
                "my_base.origin": RecordsDataset(filepath=str(networks / "my_base")),
                "my_base.stored_origin": RecordsDataset(filepath=str(networks / "my_base")),
                "mine.trials": RecordsDataset(filepath=str(trials)),
                "mine.finished_trials": RecordsDataset(filepath=str(trials)),
                "mine.checkpoints": CheckpointsDataset(filepath=str(tmp_path / "checkpoints" / "mine")),
                "my_base.checkpoints": CheckpointsDataset(filepath=str(tmp_path / "checkpoints" / "base")),
            }
        )
        return SequentialRunner().run(pipeline, catalog)["mine.told"].load()

    return run_with


def test_base_and_trials_are_trained_stored_and_taken_as_they_are_in_the_next_run(run, said):
    accuracies, n_trials = run(1)
    assert (len(accuracies), n_trials) == (1, 1)
    (again, _), _ = run(2)
    assert again == accuracies[0]
    lines = [line for line in said() if line.startswith("mine")]
    begins = [
        "mine: trained the base my_base on ",
        "mine, trial 1 of 1: ",
        "mine: the base my_base was trained earlier and is taken as it is",
        "mine: 1 of 2 trials were finished earlier",
        "mine, trial 2 of 2: ",
    ]
    assert len(lines) == len(begins)
    for line, begin in zip(lines, begins, strict=True):
        assert line.startswith(begin)


def test_the_namespace_keeps_what_is_shared_and_hands_out_the_base():
    pipeline = create_trials_pipeline("mine", plan_mine, {"n_trials": "params:n_trials"}, [], ["number"])
    assert pipeline.inputs() == {
        *("params:seed", "params:n_trials", "params:trials"),
        *("train_set", "validation_set", "test_set", "class_names"),
        "mine.finished_trials",
        "mine.checkpoints",
    }
    with_base = create_trials_pipeline(
        "mine", plan_mine, {"n_trials": "params:n_trials"}, [], ["number"], ["my_base"]
    )
    assert with_base.inputs() - pipeline.inputs() == {
        *("my_base.stored_model", "my_base.stored_origin", "my_base.checkpoints"),
    }
    assert {"my_base.model", "my_base.origin"} <= with_base.all_outputs()
    assert {each.name for each in with_base.nodes} == {
        *("mine.plan_mine", "mine.prepare_my_base", "mine.train_trials", "mine.collect_trials"),
    }


def test_a_base_may_be_a_network_of_the_project():
    pipeline = create_trials_pipeline(
        "mine", plan_mine, {"n_trials": "params:n_trials"}, [], ["number"], ["my_base"], {"my_base": "mlp"}
    )
    assert "mlp.model" in pipeline.inputs()
    assert not {name for name in pipeline.inputs() if name.startswith("my_base.")}
    assert {"my_base.model", "my_base.origin"} <= pipeline.all_outputs()
    assert "mine.take_my_base" in {each.name for each in pipeline.nodes}
