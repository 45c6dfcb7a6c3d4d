import itertools
import json
import logging
import math
import shutil

import mlflow
import numpy as np
import pytest
from tests.pipelines.study.conf import MLP, STUDY, make, params, plan

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.datasets.records_dataset import RecordsDataset
from fashion_nets.errors import UserError
from fashion_nets.pipelines.study.nodes import (
    compare_variants,
    plan_study,
    plot_answer,
    plot_curves,
    plot_further_figures,
)
from fashion_nets.pipelines.trials_template import train_trials
from fashion_nets.trials.collecting import collect_trials

DIVERGING = {"variants": {"wild": {"optimizer.learning_rate": 1e30}, "sgd": {}}}


ONE = {"variants": {"sgd": {}}}


class Store:
    """The folder of a study, and the node that fills it, with Kedro's part in between."""

    def __init__(self, folder, sets):
        self.folder = folder
        self.records = RecordsDataset(str(folder))
        self.sets = sets

    def train(self, study=None, n_trials=None, sets=None, **changes):
        """Train the study, or stop after some trials as Ctrl+C would; return the keys of what was trained."""
        trained = []
        trials = train_trials(plan(study, **changes), self.records.load(), *(sets or self.sets))
        for record in itertools.islice(trials, n_trials):
            self.records.save(record)
            trained += record
        return trained

    def results(self, study=None, **changes):
        made, definition = make(study, **changes)
        return definition, collect_trials(made, self.records.load())


@pytest.fixture(scope="module")
def sets(train_set, validation_set, class_names):
    return train_set, validation_set, class_names


@pytest.fixture
def store(tmp_path, sets):
    """Nothing is trained yet."""
    return Store(tmp_path / "mine", sets)


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory, sets):
    """The study, trained; and besides it the same with a trial that diverges."""
    store = Store(tmp_path_factory.mktemp("studies"), sets)
    store.train()
    store.train(DIVERGING, n_seeds=1)
    return store.folder


@pytest.fixture
def trained(store, trained_once):
    """All is trained, for the test to go on from."""
    shutil.copytree(trained_once, store.folder)
    return store


@pytest.fixture
def said(caplog):
    """The lines that the test has led to so far."""
    caplog.set_level(logging.INFO, logger="fashion_nets")
    return lambda: [record.getMessage() for record in caplog.records]


def test_an_interrupted_study_goes_on_where_it_was(store, said):
    assert store.train(n_trials=1, n_seeds=1) == ["sgd/seed_42"]
    accuracy = store.records.load()["sgd/seed_42"]()["numbers"]["val_accuracy"]
    assert store.train(n_seeds=1) == ["momentum/seed_42"]
    finished, trained = said()
    assert finished.startswith(
        f"study mine: trial 1 of 2, sgd, seed 42: finished earlier, val_accuracy {accuracy:.4f}, "
    )
    assert trained.startswith("study mine: trial 2 of 2, momentum, seed 42: val_accuracy ")


def test_what_is_finished_is_not_trained_again(trained):
    assert trained.train() == []


def test_more_seeds_train_what_is_new(trained):
    assert trained.train(ONE, n_seeds=3) == ["sgd/seed_44"]


def test_changed_parameters_train_their_variant_again_and_say_what_changed(trained, said):
    changed = {"variants": {**STUDY["variants"], "momentum": {"optimizer.momentum": 0.8}}}
    assert trained.train(changed, n_seeds=1) == ["momentum/seed_42"]
    assert (
        "study mine: momentum, seed 42 is trained again, as parameters.optimizer.momentum changed" in said()
    )
    assert trained.train(changed, n_seeds=1) == []


def test_other_images_train_again(trained, sets, said):
    train_set, validation_set, class_names = sets
    backwards = LabelledImages(validation_set.images[::-1], validation_set.labels[::-1])
    assert trained.train(ONE, n_seeds=1, sets=(train_set, backwards, class_names)) == ["sgd/seed_42"]
    assert said()[0] == "study mine: sgd, seed 42 is trained again, as images.validation changed"


def test_a_part_of_the_images_are_other_images(trained):
    assert trained.train(ONE, n_seeds=1, n_train_images=100) == ["sgd/seed_42"]
    assert trained.records.load()["sgd/seed_42"]()["history"]["updates"] == [4, 8]


def test_further_measurements_train_again_since_the_networks_are_gone(trained):
    assert trained.train({**ONE, "measurements": ["sparsity"]}, n_seeds=1) == ["sgd/seed_42"]


def test_finished_trials_can_be_left_out_of_account(trained):
    assert trained.train(ONE, n_seeds=1, reuse=False) == ["sgd/seed_42"]


def test_a_trial_that_diverges_does_not_end_the_study(trained, said):
    assert trained.train(DIVERGING, n_seeds=1) == []
    assert said()[0].startswith(
        "study mine: trial 1 of 2, wild, seed 42: finished earlier, diverged in epoch 1, "
    )
    assert said()[1].startswith("study mine: trial 2 of 2, sgd, seed 42: finished earlier, val_accuracy ")
    made, results = trained.results(DIVERGING, n_seeds=1)
    assert results.trials["diverged"].to_list() == [True, False]
    comparison = compare_variants(made, results)
    assert comparison["variant"].to_list() == ["sgd", "wild"]
    assert comparison["n_diverged"].to_list() == [0, 1]
    (answer,) = plot_answer(made, results, comparison).axes
    assert answer.texts[0].get_text() == "diverged"
    legend = plot_curves(made, results, comparison).axes[1].get_legend().get_texts()
    assert legend[0].get_text() == "wild (diverged)"


def test_a_study_that_diverges_as_a_whole_ends_with_its_table_and_figures(store):
    wild = {
        "variants": {"wild": {"optimizer.learning_rate": 1e30}},
        "measurements": ["pruning"],
        "answer": {"kind": "pruning"},
    }
    store.train(wild)
    made, results = store.results(wild)
    comparison = compare_variants(made, results)
    assert math.isnan(comparison.loc[0, "val_accuracy_mean"])
    figure = plot_answer(made, results, comparison)
    assert figure.get_suptitle() == "Does momentum help? Every trial diverged."
    assert plot_curves(made, results, comparison).axes[1].get_legend().get_texts()[0].get_text() == (
        "wild (diverged)"
    )


def test_results_are_those_of_the_plan_in_its_order(trained):
    _, results = trained.results()
    assert list(zip(results.trials["variant"], results.trials["seed"], strict=True)) == [
        *(("sgd", 42), ("sgd", 43)),
        *(("momentum", 42), ("momentum", 43)),
    ]
    assert results.histories.groupby(["variant", "seed"], sort=False).size().to_list() == [2] * 4
    stored = trained.records.load()["momentum/seed_43"]()
    np.testing.assert_array_equal(results.histories["val_loss"].iloc[-2:], stored["history"]["val_loss"])
    assert results.measurements == {}


def test_the_study_ends_with_a_table_and_its_question_on_the_figures(trained, said):
    made, results = trained.results()
    comparison = compare_variants(made, results)
    assert "Study mine: Does momentum help?" in said()[-1]
    best = comparison.iloc[0]
    assert f"{best['val_accuracy_mean']:.4f}" in said()[-1]
    title = plot_answer(made, results, comparison).get_suptitle()
    assert " ".join(title.split()) == (  # with spaces that do not break, so that a number stays in one line
        f"Does momentum help? Best: {best['variant']}, validation accuracy {best['val_accuracy_mean']:.4f} "
        f"± {best['val_accuracy_std']:.4f}"
    )
    facts = plot_curves(made, results, comparison)._supxlabel.get_text()
    assert facts == "MLP, 800 training images, mean and standard deviation of 2 seeds"
    assert plot_further_figures(made, results, comparison) == {}


def test_every_kind_of_figure_draws_what_was_trained(store):
    study = {
        "overrides": {"training.gradient_norm": {"images": 100}, "architecture.hidden_units": [16, 8]},
        "measurements": ["layer_statistics", "pruning", "sparsity"],
        "answer": {"kind": "gap"},
        "further_figures": {
            "rates": {"kind": "by_epoch", "quantity": "learning_rate"},
            "norms": {"kind": "by_epoch", "quantity": "gradient_norm", "log_scale": True},
            "sizes": {"kind": "against", "quantity": "parameters"},
            "work": {"kind": "against", "quantity": "multiplications", "log_scale": True},
            "memory": {"kind": "against", "quantity": "training_memory_mb"},
            "cost": {"kind": "cost"},
            "gradients": {"kind": "layer_statistics", "quantity": "mean_gradient"},
            "pruning": {"kind": "pruning"},
            "sparsity": {"kind": "sparsity"},
        },
    }
    store.train(study, n_seeds=1)
    made, results = store.results(study, n_seeds=1)
    figures = plot_further_figures(made, results, compare_variants(made, results))
    assert list(figures) == [f"{name}.png" for name in study["further_figures"]]
    axes = {name.removesuffix(".png"): figure.axes[0] for name, figure in figures.items()}
    norms = results.histories.query("variant == 'sgd'")["gradient_norm"]
    np.testing.assert_allclose(axes["norms"].lines[0].get_ydata(), norms)
    layers = results.measurements["sparsity"].query("variant == 'sgd'")
    sparsity = (layers["sparsity"] * layers["weights"]).sum() / layers["weights"].sum()
    assert axes["sparsity"].containers[0].lines[0].get_xdata() == pytest.approx([sparsity])
    assert axes["work"].containers[0].lines[0].get_xdata() == [784 * 16 + 16 * 8 + 8 * 10]
    assert axes["work"].get_xlabel() == "multiplications of one image, forward"


def test_a_bad_variant_is_refused_before_the_first_is_trained(train_set, class_names):
    studies = {"mine": {**STUDY, "variants": {"good": {}, "bad": {"training.epochs": -1}}}}
    with pytest.raises(UserError, match="Study mine, variant bad: training: 'epochs'"):
        plan_study(params(), studies, {}, 42, train_set, class_names, mlp=MLP)


def children_of(parent):
    runs = mlflow.search_runs(
        search_all_experiments=True,
        filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'",
        order_by=["attributes.start_time"],
        output_format="list",
    )
    return {run.info.run_name: run for run in runs}


def test_each_trial_is_a_run_below_the_run_of_the_study(store):
    with mlflow.start_run(experiment_id="0") as parent:
        store.train(n_seeds=1)
    children = children_of(parent)
    assert list(children) == ["sgd, seed 42", "momentum, seed 42"]
    child, record = children["momentum, seed 42"], store.records.load()["momentum/seed_42"]()
    assert child.info.status == "FINISHED"
    assert child.data.params["optimizer.momentum"] == "0.9"
    assert child.data.params["training.epochs"] == "2"
    assert (child.data.tags["study"], child.data.tags["variant"]) == ("mine", "momentum")
    assert child.data.tags["seed"] == "42"
    assert child.data.metrics["val_accuracy"] == record["numbers"]["val_accuracy"]
    points = mlflow.MlflowClient().get_metric_history(child.info.run_id, "mlp/val_loss")
    assert [(point.step, point.value) for point in points] == list(
        zip([1, 2], record["history"]["val_loss"], strict=True)
    )


def test_a_run_that_goes_on_shows_the_finished_trials_too(trained):
    with mlflow.start_run(experiment_id="0") as parent:
        assert trained.train(DIVERGING, n_seeds=1) == []
    children = children_of(parent)
    assert set(children) == {"sgd, seed 42", "wild, seed 42"}
    sgd = children["sgd, seed 42"]
    assert sgd.data.tags["finished_earlier"] == "true"
    points = mlflow.MlflowClient().get_metric_history(sgd.info.run_id, "mlp/val_accuracy")
    record = trained.records.load()["sgd/seed_42"]()
    assert [(point.step, point.value) for point in points] == list(
        zip([1, 2], record["history"]["val_accuracy"], strict=True)
    )


def test_a_trial_that_fails_is_a_failed_run_and_leaves_the_parent_open(store, train_set, class_names):
    small_images = LabelledImages(np.zeros((5, 14, 14), np.float32), np.zeros(5, np.uint8))
    with mlflow.start_run(experiment_id="0") as parent:
        with pytest.raises(ValueError, match="shape"):
            store.train(sets=(train_set, small_images, class_names))
        assert mlflow.active_run().info.run_id == parent.info.run_id
    assert [run.info.status for run in children_of(parent).values()] == ["FAILED"]
    assert store.records.load() == {}


def test_without_a_run_nothing_is_tracked(trained):
    trained.train(ONE, n_seeds=1, reuse=False)
    trained.train(ONE, n_seeds=1)
    assert mlflow.search_runs(search_all_experiments=True).empty


def test_a_record_is_plain_json(trained):
    for read in trained.records.load().values():
        json.dumps(read(), allow_nan=False)
