import pickle

import mlflow
import numpy as np
import pytest
from sklearn.decomposition import PCA
from tests.conftest import QUICK_FIT
from tests.networks.architectures.small import settings
from tests.parameters import read_params

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.errors import UserError
from fashion_nets.inspection.prediction import accuracy_of, predict
from fashion_nets.networks.architectures.lecture import CnnParams, ConvolutionBlock
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams
from fashion_nets.networks.autoencoders.parts import encoder_of
from fashion_nets.networks.mlp import MlpParams
from fashion_nets.networks.registry import NETWORKS, AnyArchitectureParams
from fashion_nets.pipelines.train import create_pipeline
from fashion_nets.pipelines.train.nodes import TrainingNodes
from fashion_nets.training.greedy import GreedyTrainingParams
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import AutoencoderTrainingParams, ClassifierTrainingParams

LINEAR = read_params(
    DenseAutoencoderParams, hidden_units=(), codings_size=2, activation="linear", output_activation="linear"
)


@pytest.fixture
def train_mlp(train_set, validation_set, class_names):
    def train_small_mlp(class_names=class_names):
        return TrainingNodes("mlp").train_classifier(
            42,
            train_set,
            validation_set,
            read_params(MlpParams, hidden_units=(30,), dropout=0.0),
            read_params(OptimizerParams, name="SGD", learning_rate=0.1),
            read_params(ClassifierTrainingParams, epochs=2, **QUICK_FIT),
            class_names,
        )

    return train_small_mlp


@pytest.fixture(scope="module")
def linear(train_set, validation_set):
    return TrainingNodes("linear_autoencoder").train_autoencoder(
        42,
        train_set,
        validation_set,
        LINEAR,
        read_params(OptimizerParams, name="Adam", learning_rate=0.003),
        read_params(AutoencoderTrainingParams, loss="mse", epochs=60, **QUICK_FIT),
    )


def test_the_network_learns_and_carries_its_name(train_mlp):
    model, history = train_mlp()
    assert model.name == "mlp"
    assert model.output_shape == (None, 10)
    assert history["val_accuracy"].iloc[-1] > 0.4  # chance is 0.1


def test_sets_and_class_names_of_different_image_sets_are_refused(train_mlp, class_names):
    for names in (class_names[:4], [*class_names, "Scarf"]):
        with pytest.raises(
            UserError, match=f"mlp: the sets .* of 10 classes, but there are {len(names)} class"
        ):
            train_mlp(names)


def test_epochs_reach_the_run_of_the_network(train_mlp, run_of_mlflow):
    with run_of_mlflow() as active:
        _, history = train_mlp()
    client = mlflow.MlflowClient()
    (run,) = client.search_runs(["0"], f"tags.`mlflow.parentRunId` = '{active.info.run_id}'")
    assert (run.info.run_name, run.data.tags["network"]) == ("mlp", "mlp")
    assert run.data.metrics["best_epoch"] == len(history)
    points = client.get_metric_history(run.info.run_id, "val_loss")
    assert [(point.step, point.value) for point in points] == list(
        zip(history["epoch"], history["val_loss"], strict=True)
    )


def test_without_a_run_nothing_is_tracked(train_mlp, empty_store):
    train_mlp()
    assert mlflow.search_runs(search_all_experiments=True).empty


def test_the_cnn_learns_from_images_without_a_channel_axis(train_set, validation_set, class_names):
    architecture = read_params(
        CnnParams,
        blocks=(ConvolutionBlock(filters=8, kernel_size=3, convolutions=1),),
        pool_size=2,
        dense_units=(16,),
        dropout=0.0,
    )
    model, history = TrainingNodes("cnn").train_classifier(
        42,
        train_set,
        validation_set,
        architecture,
        read_params(OptimizerParams, name="Adam", learning_rate=0.005),
        read_params(ClassifierTrainingParams, epochs=3, **QUICK_FIT),
        class_names,
    )
    assert model.name == "cnn"
    assert model.input_shape == (None, 28, 28)
    assert history["val_accuracy"].iloc[-1] > 0.5  # chance is 0.1


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("lenet5", {}),
        ("lenet5", {"output": "rbf"}),
        # TensorFlow traces the many layers of the following for ten seconds and more each.
        pytest.param("resnet18", {"width": 0.1}, marks=pytest.mark.slow),
        pytest.param("alexnet", {"width": 0.2, "dense_units": [64, 64]}, marks=pytest.mark.slow),
        pytest.param("vgg16", {"width": 0.1}, marks=pytest.mark.slow),
        pytest.param("googlenet", {"width": 0.1}, marks=pytest.mark.slow),
        pytest.param("xception", {"width": 0.05}, marks=pytest.mark.slow),
    ],
)
def test_each_family_learns_in_mixed_precision(name, changes, train_set, validation_set, class_names):
    """Its stored form computes in float32 and gives back what was trained."""
    groups = settings()[name]
    training = {**groups["training"], **QUICK_FIT, "epochs": 3, "precision": "mixed_bfloat16"}
    model, history = TrainingNodes("cnn").train_classifier(
        42,
        train_set,
        validation_set,
        AnyArchitectureParams.model_validate({**groups["architecture"], **changes}),
        OptimizerParams.model_validate(groups["optimizer"]),
        ClassifierTrainingParams.model_validate(training),
        class_names,
    )
    assert history["loss"].iloc[-1] < history["loss"].iloc[0]
    assert accuracy_of(model, train_set) > 0.2  # chance is 0.1
    assert model.compute_dtype == "float32"


def test_a_linear_autoencoder_comes_near_pca(linear, train_set):
    """Lecture, "Autoencoder vs PCA": PCA's error is the least that two linear codings can have."""
    model, _ = linear
    pixels = scale_pixels(train_set.images).reshape(len(train_set.images), -1)
    pca = PCA(2).fit(pixels)
    least = np.mean((pca.inverse_transform(pca.transform(pixels)) - pixels) ** 2)
    error = np.mean((predict(model, train_set.images) - scale_pixels(train_set.images)) ** 2)
    assert least * 0.999 < error < least * 1.05


def test_its_codings_are_two(linear, validation_set):
    assert predict(encoder_of(linear[0]), validation_set.images).shape == (200, 2)


def test_the_history_has_no_accuracy(linear):
    assert list(linear[1].columns) == ["epoch", "loss", "val_loss", "learning_rate", "seconds"]


def test_a_greedy_training_goes_through_its_phases(train_set, validation_set):
    model, history = TrainingNodes("greedy_autoencoder").train_greedily(
        42,
        train_set,
        validation_set,
        LINEAR.model_copy(update={"hidden_units": (5,)}),
        read_params(OptimizerParams, name="SGD", learning_rate=0.1),
        read_params(GreedyTrainingParams, loss="mse", epochs=1, fine_tuning_epochs=1, **QUICK_FIT),
    )
    assert model.name == "greedy_autoencoder"
    assert history["phase"].tolist() == ["layer_1", "layer_2", "fine_tuning"]


@pytest.mark.parametrize("network", NETWORKS)
def test_nodes_know_their_network_and_may_go_to_another_process(network):
    for node in create_pipeline(network).nodes:
        again = pickle.loads(pickle.dumps(node)).func
        assert again.__name__ == node.func.__name__
        plain = ("estimate_costs", "describe_training")
        assert again.__name__ in plain or again.__self__ == TrainingNodes(network)


def test_only_classifiers_need_to_know_the_classes():
    assert "class_names" in create_pipeline("mlp").inputs()
    assert "class_names" not in create_pipeline("stacked_autoencoder").inputs()
    assert "class_names" not in create_pipeline("greedy_autoencoder").inputs()
