import pytest
from tests.conftest import QUICK_FIT
from tests.networks.architectures.small import settings

from fashion_nets.networks.architectures import AnyArchitectureParams
from fashion_nets.networks.architectures.lecture import CnnParams, ConvolutionBlock
from fashion_nets.pipelines.train_cnn.nodes import train_cnn
from fashion_nets.training.fit import ClassifierTrainingParams
from fashion_nets.training.optimizers import OptimizerParams


def test_the_cnn_learns_from_images_without_a_channel_axis(train_set, validation_set, class_names):
    architecture = CnnParams(
        blocks=(ConvolutionBlock(filters=8, kernel_size=3, convolutions=1),),
        pool_size=2,
        dense_units=(16,),
        activation="relu",
        dropout=0.0,
    )
    training = ClassifierTrainingParams(
        loss="sparse_categorical_crossentropy",
        epochs=3,
        **QUICK_FIT,
    )
    model, history = train_cnn(
        42,
        "cnn",
        train_set,
        validation_set,
        architecture,
        OptimizerParams(name="Adam", learning_rate=0.005),
        training,
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
    model, history = train_cnn(
        42,
        "cnn",
        train_set,
        validation_set,
        AnyArchitectureParams.model_validate({**groups["architecture"], **changes}),
        OptimizerParams.model_validate(groups["optimizer"]),
        ClassifierTrainingParams.model_validate(training),
        class_names,
    )
    assert history["loss"].iloc[-1] < history["loss"].iloc[0]
    assert model.evaluate(*train_set, verbose=0)[1] > 0.2  # chance is 0.1
    assert model.compute_dtype == "float32"
