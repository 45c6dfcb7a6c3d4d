import pytest
from tests.networks.architectures.small import CLASSICAL, settings
from tests.trials.small import in_this_process
from tests.trials.store import Store

from fashion_nets.datasets.records_dataset import RecordsDataset
from fashion_nets.errors import UserError
from fashion_nets.pipelines.architectures.nodes import (
    CompareArchitecturesParams,
    compare_architectures,
    plan_architectures,
    plot_accuracies,
    plot_diagrams,
)
from fashion_nets.pipelines.trials_template import train_trials
from fashion_nets.plotting.architectures import plot_parameters
from fashion_nets.training.checkpoints import NOT_KEPT
from fashion_nets.trials.collecting import collect_trials

BUDGET = {
    "names": ["lenet5", "alexnet"],
    "n_train_images": 300,
    "epochs": 1,
    "n_seeds": 1,
    "cannot_tell": None,
    "reuse": True,
}


def budget(**changes):
    return CompareArchitecturesParams.model_validate({**BUDGET, **changes})


@pytest.fixture(scope="module")
def make(train_set, class_names):
    def make_it(architectures=None, **changes):
        return plan_architectures(budget(**changes), architectures or settings(), 42, train_set, class_names)

    return make_it


@pytest.fixture(scope="module")
def made(make):
    return make()


@pytest.fixture(scope="module")
def plan(made):
    return made[0]


@pytest.fixture(scope="module")
def train(train_set, validation_set, test_set, class_names):
    """Train a plan into a folder; return the keys of what was trained."""

    def train_into(folder, plan):
        records = RecordsDataset(str(folder))
        trained = []
        sets = (train_set, validation_set, class_names, test_set)
        for record in train_trials(plan, records.load(), NOT_KEPT, *sets[:3], in_this_process(), sets[3]):
            records.save(record)
            trained += record
        return trained

    return train_into


@pytest.fixture(scope="module")
def folder(tmp_path_factory, plan, train):
    """Where both architectures are trained."""
    folder = tmp_path_factory.mktemp("architectures")
    assert train(folder, plan) == ["lenet5/seed_42", "alexnet/seed_42"]
    return folder


@pytest.fixture(scope="module")
def compared(made, folder):
    plan, names_and_facts = made
    return compare_architectures(names_and_facts, collect_trials(plan, RecordsDataset(str(folder)).load()))


def test_each_has_the_budget_and_settings_of_its_own(made):
    plan, compared = made
    lenet5, alexnet = (trial.recipe for trial in plan.trials)
    for classifier in (lenet5, alexnet):
        assert (classifier.training.epochs, classifier.training.early_stopping) == (1, None)
    assert (lenet5.training.batch_size, alexnet.training.batch_size) == (32, 64)
    assert lenet5.architecture.name == "lenet5"
    assert {trial.images.n_images for trial in plan.trials} == {300}
    assert compared.facts == "300 training images, 1 epoch, one seed"


def test_seeds_follow_each_other_and_no_more_images_are_taken_than_there_are(make):
    plan, compared = make(names=["lenet5"], n_seeds=2, n_train_images=None, epochs=3)
    assert [trial.key for trial in plan.trials] == ["lenet5/seed_42", "lenet5/seed_43"]
    assert {trial.images.n_images for trial in plan.trials} == {800}
    assert compared.facts == "800 training images, 3 epochs, mean and standard deviation of 2 seeds"
    assert make(names=["lenet5"], n_train_images=10_000)[0].trials[0].images.n_images == 800


def test_what_cannot_tell_says_why(make):
    _, compared = make(names=["lenet5"], cannot_tell="that is little")
    assert compared.doubt == "that is little"


def test_what_is_finished_is_not_trained_again_unless_asked_for(folder, plan, train, sets):
    assert train(folder, plan) == []
    store = Store(folder, sets)
    assert store.missing(plan._replace(reuse=False)) == ["lenet5/seed_42", "alexnet/seed_42"]


def test_another_budget_is_another_training(folder, make, sets):
    store = Store(folder, sets)
    assert store.missing(make(names=["lenet5"])[0]) == []
    assert store.missing(make(names=["lenet5"], n_train_images=200)[0]) == ["lenet5/seed_42"]


def test_the_comparison_has_costs_and_results_of_each(compared):
    comparison, _ = compared
    rows = comparison.set_index("architecture")
    assert rows["parameters"].to_dict() == {"alexnet": 2_514_026, "lenet5": 61_706}
    assert rows.loc["lenet5", "multiplications"] < rows.loc["alexnet", "multiplications"]
    assert rows["test_accuracy"].between(0.1, 1).all()
    assert comparison["val_accuracy"].is_monotonic_decreasing


def test_metrics_are_the_accuracies_by_name(compared):
    comparison, metrics = compared
    assert set(metrics) == {
        f"{name}_{part}_accuracy" for name in ("lenet5", "alexnet") for part in ("val", "test")
    }
    rows = comparison.set_index("architecture")
    assert metrics["alexnet_test_accuracy"] == rows.loc["alexnet", "test_accuracy"]


def test_test_images_are_those_of_the_test_set(folder):
    """Of 300 images, the accuracy is a whole number of three hundredths."""
    numbers = RecordsDataset(str(folder)).load()["alexnet/seed_42"]()["numbers"]
    assert numbers["test_accuracy"] * 300 == pytest.approx(round(numbers["test_accuracy"] * 300))
    assert numbers["test_accuracy"] != numbers["val_accuracy"]


def test_figures_and_diagrams_show_each(made, compared, test_set):
    _, facts = made
    comparison, _ = compared
    assert {text.get_text() for text in plot_accuracies(facts, comparison, test_set).axes[0].texts} == {
        "LeNet-5",
        "AlexNet",
    }
    assert "300 training images" in plot_accuracies(facts, comparison, test_set)._supxlabel.get_text()
    assert len(plot_parameters(comparison).axes[0].get_yticks()) == 2
    diagrams = plot_diagrams(facts)
    assert list(diagrams) == ["lenet5.png", "alexnet.png"]
    assert diagrams["lenet5.png"].get_suptitle().startswith("LeNet-5: 61,706 parameters")


def test_names_may_be_one_text():
    assert budget(names="lenet5 resnet18").names == ("lenet5", "resnet18")
    assert budget(names=["lecture", *CLASSICAL]).names == ("lecture", *CLASSICAL)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"names": ["resnet43"]},
            r"there is no architecture 'resnet43'; did you mean 'resnet34'\? There are",
        ),
        ({"names": "lenet"}, r"there is no architecture 'lenet'; did you mean 'lenet5'\?"),
        ({"names": ["lenet5", "lenet5"]}, "expected each name once, got lenet5, lenet5"),
        ({"names": []}, "'names' "),
        ({"epochs": 0}, "'epochs' should be greater than 0, got 0"),
        ({"batch_size": 32}, "'batch_size' is not a parameter here"),
    ],
)
def test_what_cannot_be_is_refused(changes, message):
    with pytest.raises(UserError, match=message):
        budget(**changes)


def test_wrong_settings_name_the_architecture_before_anything_is_trained(make):
    own = settings()["alexnet"]
    wrong = {**settings(), "alexnet": {**own, "optimizer": {**own["optimizer"], "name": "Adamm"}}}
    with pytest.raises(UserError, match=r"Architecture alexnet: optimizer: .*Adamm.* Change it in conf/base"):
        make(wrong)


def test_what_memory_cannot_hold_is_refused_with_the_parameter_to_change(make, monkeypatch):
    monkeypatch.setattr("fashion_nets.training.feasibility.free_memory", lambda: 10**6)
    with pytest.raises(
        UserError,
        match=r"Architecture lenet5: .*architecture_settings\.lenet5\.training\.precision=.*\. Change it",
    ):
        make(names=["lenet5"])
