import math

import pandas as pd
import pytest
from tests.conftest import QUICK_FIT, title_of
from tests.parameters import stated
from tests.trials.store import Store

from fashion_nets.errors import UserError
from fashion_nets.evaluation.more_data import AcceptableErrors
from fashion_nets.pipelines.gather_more_data.nodes import (
    GatherMoreDataParams,
    judge_data,
    plan_sizes,
    summarize_errors,
)
from fashion_nets.plotting.error_by_size import plot_errors
from fashion_nets.trials.collecting import TrialTables

SIZES_AND_SEEDS = [f"{n}_images/seed_{seed}" for n in (100, 200, 400, 800) for seed in (42, 43)]
MLP = {
    "architecture": stated("mlp.architecture", hidden_units=[30]),
    "optimizer": stated("mlp.optimizer", learning_rate=0.1),
    "training": stated("mlp.training", epochs=1, **QUICK_FIT),
}
PARAMS = GatherMoreDataParams(
    network="mlp",
    smallest_size=100,
    n_seeds=2,
    epochs=4,
    patience=1,
    min_images_per_epoch=400,
    acceptable_error=AcceptableErrors(training=0.05, test=0.1),
    reuse=True,
)


@pytest.fixture(scope="module")
def make(train_set, class_names):
    def make_plan(**changes):
        params = PARAMS.model_copy(update=changes)
        return plan_sizes(42, train_set, class_names, params, mlp=MLP)

    return make_plan


@pytest.fixture(scope="module")
def plan(make):
    return make()


@pytest.fixture(scope="module")
def one_seed(plan):
    """What is trained: each size once; another seed would do the same once more."""
    return plan._replace(trials=[trial for trial in plan.trials if trial.seed == 42])


@pytest.fixture(scope="module")
def store(tmp_path_factory, one_seed, sets):
    """Interrupted after three trials, then gone on with."""
    store = Store(tmp_path_factory.mktemp("gather_more_data"), sets)
    assert store.train(one_seed, n_trials=3) == SIZES_AND_SEEDS[:6:2]
    assert store.train(one_seed) == SIZES_AND_SEEDS[6::2]
    return store


@pytest.fixture(scope="module")
def results(one_seed, store):
    return summarize_errors(store.tables(one_seed))[0]


def test_sizes_double_and_each_has_its_seeds(plan, results):
    assert [trial.key for trial in plan.trials] == SIZES_AND_SEEDS
    assert results[["n_images", "seed"]].to_numpy().tolist() == [
        [n_images, 42] for n_images in (100, 200, 400, 800)
    ]
    assert results["epochs"].between(1, 4).all()


def test_errors_are_shares_of_images_and_fall_with_more_of_them(results):
    errors = results[["train_error", "val_error", "test_error"]]
    assert ((errors >= 0) & (errors < 0.9)).all(axis=None)  # 0.9 is chance
    test_errors = results.groupby("n_images")["test_error"].mean()
    assert test_errors[800] < test_errors[100]


def test_training_error_is_that_on_the_images_trained_on(results):
    """Of 100 images, in percent, it is a whole number; of all 800 it need not be one."""
    few = results[results["n_images"] == 100]["train_error"] * 100
    assert few.tolist() == pytest.approx(few.round().tolist())


def test_a_second_run_trains_nothing_and_another_patience_all(make, plan, one_seed, store):
    assert store.train(one_seed) == []
    assert store.missing(plan) == SIZES_AND_SEEDS[1::2]
    assert store.missing(make(patience=0)) == SIZES_AND_SEEDS


def test_the_network_is_trained_as_its_own_parameters_say_but_for_the_epochs(plan):
    trial = plan.trials[0]
    assert trial.recipe.training.epochs == 4
    assert trial.recipe.training.early_stopping.patience == 1
    assert trial.recipe.training.batch_size == QUICK_FIT["batch_size"]
    assert trial.images.min_images_per_epoch == 400


def test_too_few_sizes_are_refused_before_anything_is_trained(make):
    with pytest.raises(
        UserError,
        match="'smallest_size': halving 800 training images down to 101 gives 3 sizes; the fit needs 4",
    ):
        make(smallest_size=101)


def tables(sizes, errors):
    """What two trials with each size gave, their test errors a little above and below."""
    rows = [
        {
            "n_images": n_images,
            "seed": seed,
            "all_train_accuracy": 0.98,
            "val_accuracy": 1 - error,
            "test_accuracy": 1 - error - deviation,
            "epochs": 5,
            "training_seconds": 1.0,
        }
        for n_images, error in zip(sizes, errors, strict=True)
        for seed, deviation in ((42, -0.001), (43, 0.001))
    ]
    return TrialTables(pd.DataFrame(rows), pd.DataFrame(), {})


def test_a_size_without_any_error_ends_with_what_to_do():
    with pytest.raises(UserError, match="every training on 1,600 images diverged"):
        summarize_errors(tables([400, 1600], [0.2, math.nan]))


def test_a_verdict_comes_with_its_metrics_and_figure():
    sizes, errors = [400, 1600, 6400, 25600], [0.2, 0.15, 0.125, 0.1125]
    results, table = summarize_errors(tables(sizes, errors))
    verdict, metrics = judge_data(table, PARAMS)
    assert verdict["verdict"] == "regularize_or_gather_more_data"
    assert metrics["test_error_mean"] == pytest.approx(0.1125)
    assert metrics["test_error_std"] == pytest.approx(0.001 * 2**0.5)
    assert metrics["test_error_at_4_times_the_data"] == pytest.approx(0.10625)
    assert metrics["test_error_at_2_times_the_data_low"] <= metrics["test_error_at_2_times_the_data_high"]
    assert "10.9 % expected with 2 times as many" in title_of(plot_errors(results, verdict))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_seeds": 1}, "'n_seeds' should be greater than or equal to 2, got 1"),
        ({"network": "vgg"}, "'network': there is no classifier 'vgg'; there are cnn, mlp"),
        ({"acceptable_error": {"training": 0.2, "test": 0.1}}, "'acceptable_error': the acceptable error on"),
    ],
)
def test_what_cannot_be_is_refused(changes, message):
    with pytest.raises(UserError, match=message):
        GatherMoreDataParams.model_validate({**PARAMS.model_dump(), **changes})
