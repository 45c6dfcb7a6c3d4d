from tests.conftest import QUICK_FIT

from fashion_nets.models.cnn import CnnParams, ConvolutionBlock
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
