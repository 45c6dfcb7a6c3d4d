import pandas as pd
import pytest
from tests.conftest import QUICK_FIT

from fashion_nets.errors import UserError
from fashion_nets.evaluation.learning_curve import AcceptableErrors
from fashion_nets.networks.mlp import MlpParams
from fashion_nets.pipelines.gather_more_data.nodes import (
    GatherMoreDataParams,
    judge_data,
    measure_errors,
    plot_errors,
    summarize_errors,
)
from fashion_nets.training.fit import ClassifierTrainingParams
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.recipe import Recipe

CLASSIFIER = Recipe(
    "mlp",
    MlpParams(hidden_units=(30,), activation="relu", dropout=0.0),
    OptimizerParams(name="SGD", learning_rate=0.1),
    ClassifierTrainingParams(loss="sparse_categorical_crossentropy", epochs=1, **QUICK_FIT),
)
PARAMS = GatherMoreDataParams(
    network="mlp",
    smallest_size=100,
    n_seeds=2,
    epochs=4,
    patience=1,
    min_images_per_epoch=400,
    acceptable_error=AcceptableErrors(training=0.05, test=0.1),
)


@pytest.fixture
def measure(train_set, validation_set, test_set, class_names):
    def measure_with(**changes):
        params = PARAMS.model_copy(update=changes)
        return measure_errors(42, train_set, validation_set, test_set, class_names, CLASSIFIER, params)

    return measure_with


@pytest.fixture(scope="module")
def results(train_set, validation_set, test_set, class_names):
    return measure_errors(42, train_set, validation_set, test_set, class_names, CLASSIFIER, PARAMS)


def test_sizes_double_and_each_has_its_seeds(results):
    assert results[["n_images", "seed"]].to_numpy().tolist() == [
        [n_images, seed] for n_images in (100, 200, 400, 800) for seed in (42, 43)
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


def test_too_few_sizes_are_refused_before_anything_is_trained(measure):
    with pytest.raises(UserError, match=r"halving 800 .*smallest_size, 101, gives 3 sizes; the fit needs 4"):
        measure(smallest_size=101)


def test_a_verdict_comes_with_its_metrics_and_figure():
    sizes, errors = [400, 1600, 6400, 25600], [0.2, 0.15, 0.125, 0.1125]
    results = pd.DataFrame(
        [
            {
                "n_images": n_images,
                "seed": seed,
                "train_error": 0.02,
                "val_error": error,
                "test_error": error + deviation,
                "epochs": 5,
                "seconds": 1.0,
            }
            for n_images, error in zip(sizes, errors, strict=True)
            for seed, deviation in ((42, -0.001), (43, 0.001))
        ]
    )
    table = summarize_errors(results)
    verdict, metrics = judge_data(table, PARAMS)
    assert verdict["verdict"] == "regularize_or_gather_more_data"
    assert metrics["test_error_mean"] == pytest.approx(0.1125)
    assert metrics["test_error_std"] == pytest.approx(0.001 * 2**0.5)
    assert metrics["test_error_at_4_times_the_data"] == pytest.approx(0.10625)
    assert metrics["test_error_at_2_times_the_data_low"] <= metrics["test_error_at_2_times_the_data_high"]
    assert "10.9 % expected with 2 times as many" in plot_errors(results, verdict).get_suptitle()


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
