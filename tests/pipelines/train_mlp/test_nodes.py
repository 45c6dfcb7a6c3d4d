import mlflow
import numpy as np
import pytest
from tests.conftest import QUICK_FIT

from fashion_nets.networks.mlp import MlpParams
from fashion_nets.pipelines.train_mlp.nodes import train_mlp
from fashion_nets.training.fit import ClassifierTrainingParams
from fashion_nets.training.optimizers import OptimizerParams

TRAINING = ClassifierTrainingParams(
    loss="sparse_categorical_crossentropy",
    epochs=2,
    **QUICK_FIT,
)


@pytest.fixture
def train(train_set, validation_set, class_names):
    def train_small_mlp():
        return train_mlp(
            42,
            "mlp",
            train_set,
            validation_set,
            MlpParams(hidden_units=(30,), activation="relu", dropout=0.0),
            OptimizerParams(name="SGD", learning_rate=0.1),
            TRAINING,
            class_names,
        )

    return train_small_mlp


def test_the_network_learns_and_carries_its_name(train):
    model, history = train()
    assert model.name == "mlp"
    assert model.output_shape == (None, 10)
    assert history["val_accuracy"].iloc[-1] > 0.4  # chance is 0.1


def test_training_leaves_the_sets_as_they_were(train, train_set):
    before = train_set.images.copy()
    train()
    np.testing.assert_array_equal(train_set.images, before)


def test_epochs_reach_the_active_run_under_the_networks_name(train):
    with mlflow.start_run(experiment_id="0") as active:
        _, history = train()
    points = mlflow.MlflowClient().get_metric_history(active.info.run_id, "mlp/val_loss")
    assert [(point.step, point.value) for point in points] == list(
        zip(history["epoch"], history["val_loss"], strict=True)
    )


def test_without_a_run_nothing_is_tracked(train):
    train()
    assert mlflow.search_runs(search_all_experiments=True).empty
