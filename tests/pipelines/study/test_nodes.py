import json
import logging
import math
import shutil

import mlflow
import numpy as np
import pytest
from tests.conftest import title_of
from tests.pipelines.study.conf import MLP, STUDY, make, params, plan
from tests.trials.store import Store, children_of

from fashion_nets.errors import UserError
from fashion_nets.pipelines.study.nodes import (
    compare_variants,
    plan_study,
    plot_answer,
    plot_curves,
    plot_further_figures,
)

DIVERGING = {"variants": {"wild": {"optimizer.learning_rate": 1e30}, "sgd": {}}}


ONE = {"variants": {"sgd": {}}}


class StudyStore(Store):
    """The folder of a study that is described as in conf/."""

    def train(self, study=None, **changes):
        """Train the study; return the keys of what was trained."""
        return super().train(plan(study, **changes))

    def missing(self, study=None, **changes):
        """The keys of what a run of the study would train."""
        return super().missing(plan(study, **changes))

    def results(self, study=None, **changes):
        """The study and what its trials gave."""
        made, definition = make(study, **changes)
        return definition, self.tables(made)


@pytest.fixture
def store(tmp_path, sets):
    """Nothing is trained yet."""
    return StudyStore(tmp_path / "mine", sets)


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory, sets):
    """The study, trained; and besides it the same with a trial that diverges."""
    store = StudyStore(tmp_path_factory.mktemp("studies"), sets)
    store.train()
    store.train(DIVERGING, n_seeds=1)
    return store.folder


@pytest.fixture
def trained(store, trained_once):
    """All is trained, for the test to go on from."""
    shutil.copytree(trained_once, store.folder)
    return store


def test_more_seeds_train_what_is_new(trained):
    assert trained.missing(ONE, n_seeds=3) == ["sgd/seed_44"]


def test_a_part_of_the_images_are_other_images(trained):
    assert trained.train(ONE, n_seeds=1, n_train_images=100) == ["sgd/seed_42"]
    assert trained.records.load()["sgd/seed_42"]()["history"]["updates"] == [4, 8]


def test_further_measurements_train_again_since_the_networks_are_gone(trained):
    assert trained.missing({**ONE, "measurements": ["sparsity"]}, n_seeds=1) == ["sgd/seed_42"]


def test_a_trial_that_diverges_does_not_end_the_study(trained, caplog, validation_set):
    caplog.set_level(logging.DEBUG, logger="fashion_nets.trials")
    assert trained.train(DIVERGING, n_seeds=1) == []
    first, second, all_of_them = caplog.messages
    assert first.startswith(
        "study mine, trial 1 of 2: wild, seed 42, finished earlier, diverged in epoch 1, "
    )
    assert second.startswith("study mine, trial 2 of 2: sgd, seed 42, finished earlier, val_accuracy ")
    assert all_of_them == "study mine: 2 of 2 trials were finished earlier"
    made, results = trained.results(DIVERGING, n_seeds=1)
    assert results.trials["diverged"].to_list() == [True, False]
    comparison, _, caption = compare_variants(made, results, validation_set)
    assert comparison["variant"].to_list() == ["sgd", "wild"]
    assert comparison["n_diverged"].to_list() == [0, 1]
    (answer,) = plot_answer(made, results, caption).axes
    assert answer.texts[0].get_text() == "diverged"
    legend = plot_curves(results, caption).axes[1].get_legend().get_texts()
    assert legend[0].get_text() == "wild (diverged)"


def test_a_study_that_diverges_as_a_whole_ends_with_its_table_and_figures(store, validation_set):
    wild = {
        "variants": {"wild": {"optimizer.learning_rate": 1e30}},
        "conclusion": {"kind": "pruning"},
        "measurements": ["pruning"],
        "answer": {"kind": "pruning"},
    }
    store.train(wild, n_seeds=1)
    made, results = store.results(wild, n_seeds=1)
    comparison, _, caption = compare_variants(made, results, validation_set)
    assert math.isnan(comparison.loc[0, "val_accuracy_mean"])
    figure = plot_answer(made, results, caption)
    assert title_of(figure) == "Does momentum help? MLP, 200 validation images: every trial diverged"
    legend = plot_curves(results, caption).axes[1].get_legend()
    assert legend.get_texts()[0].get_text() == "wild (diverged)"


def test_results_are_those_of_the_plan_in_its_order(trained):
    _, results = trained.results()
    assert list(zip(results.trials["variant"], results.trials["seed"], strict=True)) == [
        *(("sgd", 42), ("sgd", 43)),
        *(("momentum", 42), ("momentum", 43)),
    ]
    assert results.histories.groupby(["variant", "seed"], sort=False).size().to_list() == [2] * 4
    stored = trained.records.load()["momentum/seed_43"]()
    np.testing.assert_array_equal(results.histories["val_loss"].iloc[-2:], stored["history"]["val_loss"])
    assert list(results.measurements) == ["mistakes"]


def test_the_study_ends_with_a_table_and_its_answer_on_the_figures(trained, said, validation_set):
    made, results = trained.results({"conclusion": {"kind": "against", "variants": ["sgd"]}})
    comparison, _, caption = compare_variants(made, results, validation_set)
    assert "Study mine: Does momentum help?" in said()[-1]
    by_variant = comparison.set_index("variant")
    assert f"{by_variant.loc['momentum', 'val_accuracy_mean']:.4f}" in said()[-1]
    momentum, sgd = by_variant.loc["momentum"], by_variant.loc["sgd"]
    assert momentum["compared_with"] == "sgd"
    ahead = momentum["val_accuracy_mean"] - sgd["val_accuracy_mean"]
    assert momentum["difference"] == pytest.approx(ahead, abs=1e-4)
    assert math.isnan(sgd["difference"])
    title = title_of(plot_answer(made, results, caption))
    assert title.startswith("Does momentum help? MLP, 200 validation images: ")
    assert f"sgd ({sgd['val_accuracy_mean']:.4f})" in title
    facts = "MLP, 800 training images, 2 epochs, mean ± standard deviation of 2 seeds"
    assert " ".join(plot_answer(made, results, caption).get_supxlabel().split()).endswith(
        f"{facts}; ± of a difference is half of its 95 % interval over seeds and images, "
        "each by itself: of twenty without a cause, one is beyond noise"
    )
    figure = plot_curves(results, caption)
    assert title_of(figure) == (
        "Does momentum help? MLP, 200 validation images: cross-entropy and accuracy by epoch"
    )
    assert figure.get_supxlabel() == facts
    assert plot_further_figures(made, results, caption) == {}


def test_where_a_training_ends_early_the_epochs_are_told_as_the_most(trained, validation_set):
    made, results = trained.results({"conclusion": {"kind": "best"}})
    trials = results.trials.assign(epochs=results.trials["epochs"].mask(results.trials["seed"] == 43, 1))
    caption = compare_variants(made, results._replace(trials=trials), validation_set)[2]
    assert "800 training images, at most 2 epochs, " in caption.facts
    diverged = trials.assign(diverged=trials["seed"] == 43)
    caption = compare_variants(made, results._replace(trials=diverged), validation_set)[2]
    assert "800 training images, 2 epochs, " in caption.facts


def test_the_conclusion_has_the_outcome_of_each_claim(trained, said, validation_set):
    claims = [
        {"says": "both learn", "kind": "learn", "variants": ["sgd", "momentum"]},
        {"says": "momentum helps", "kind": "higher", "variants": ["momentum"], "than": ["sgd"]},
    ]
    conclusion = {"kind": "against", "variants": ["sgd"]}
    made, results = trained.results({"claims": claims, "conclusion": conclusion})
    comparison, told, _ = compare_variants(made, results, validation_set)
    ahead = comparison.set_index("variant").loc["momentum"]
    beyond_noise = bool(abs(ahead["difference"]) > ahead["difference_95"])
    assert told["claims"]["both learn"] == "holds"
    assert (told["claims"]["momentum helps"] == "holds") == (beyond_noise and bool(ahead["difference"] > 0))
    assert told["cannot_tell"] is None
    assert told["sentence"].startswith("Does momentum help? MLP, 200 validation images: ")
    assert "Both learn: holds." in said()[-1]
    assert json.loads(json.dumps(told)) == told


def test_a_study_that_cannot_tell_says_so_before_all_else(trained, validation_set):
    few = "which is better, as 200 images are too few"
    made, results = trained.results({"cannot_tell": few})
    _, told, caption = compare_variants(made, results, validation_set)
    assert told["cannot_tell"] == few
    doubt = f"MLP, 200 validation images: this run cannot tell {few}"
    figure = plot_answer(made, results, caption)
    assert title_of(figure) == f"Does momentum help? {doubt}"
    assert figure.get_supxlabel().startswith("Measured: ")
    assert told["sentence"].startswith(f"Does momentum help? {doubt}; measured: ")


def test_with_more_seeds_than_the_study_has_its_doubt_is_not_told(trained, validation_set):
    made, results = trained.results({"cannot_tell": "which is better", "n_seeds": 1})  # two are run
    _, told, _ = compare_variants(made, results, validation_set)
    assert told["cannot_tell"] is None
    assert "cannot tell" not in told["sentence"]


def test_every_kind_of_figure_draws_what_was_trained(store, validation_set):
    study = {
        "overrides": {
            "training.gradient_norm": {"images": 100, "threshold": None},
            "architecture.hidden_units": [16, 8],
        },
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
    _, _, caption = compare_variants(made, results, validation_set)
    figures = plot_further_figures(made, results, caption)
    assert list(figures) == [f"{name}.png" for name in study["further_figures"]]
    titles = {title_of(figure) for figure in figures.values()}
    assert len(titles) == len(figures)
    assert "Does momentum help? MLP, 200 validation images: accuracy against parameters" in titles
    axes = {name.removesuffix(".png"): figure.axes[0] for name, figure in figures.items()}
    norms = results.histories.query("variant == 'sgd'")["gradient_norm"]
    np.testing.assert_allclose(axes["norms"].lines[0].get_ydata(), norms)
    layers = results.measurements["sparsity"].query("variant == 'momentum'")
    sparsity = (layers["sparsity"] * layers["weights"]).sum() / layers["weights"].sum()
    # The last: sgd may lie so far behind that an arrow stands for it.
    assert axes["sparsity"].containers[-1].lines[0].get_xdata() == pytest.approx([sparsity])
    assert axes["work"].containers[0].lines[0].get_xdata() == [784 * 16 + 16 * 8 + 8 * 10]
    assert axes["work"].get_xlabel() == "multiplications of one image, forward"


def test_a_bad_variant_is_refused_before_the_first_is_trained(train_set, class_names):
    studies = {"mine": {**STUDY, "variants": {"good": {}, "bad": {"training.epochs": -1}}}}
    with pytest.raises(UserError, match="Study mine, variant bad: training: 'epochs'"):
        plan_study(params(), studies, {}, 42, train_set, class_names, mlp=MLP)


def test_each_trial_is_a_run_below_the_run_of_the_study(store, run_of_mlflow):
    with run_of_mlflow() as parent:
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
    points = mlflow.MlflowClient().get_metric_history(child.info.run_id, "val_loss")
    losses = [*zip([1, 2], record["history"]["val_loss"], strict=True), (2, record["numbers"]["val_loss"])]
    assert [(point.step, point.value) for point in points] == losses
