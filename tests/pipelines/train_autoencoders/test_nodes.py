import numpy as np
import pytest
from sklearn.decomposition import PCA
from tests.conftest import QUICK_FIT

from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams
from fashion_nets.networks.autoencoders.parts import encoder_of
from fashion_nets.pipelines.train_autoencoders.nodes import train_dense_autoencoder
from fashion_nets.training.fit import AutoencoderTrainingParams
from fashion_nets.training.optimizers import OptimizerParams


@pytest.fixture(scope="module")
def linear(train_set, validation_set):
    training = AutoencoderTrainingParams(
        loss="mse",
        epochs=60,
        **QUICK_FIT,
    )
    architecture = DenseAutoencoderParams(
        hidden_units=(), codings_size=2, activation="linear", output_activation="linear"
    )
    return train_dense_autoencoder(
        42,
        "linear_autoencoder",
        train_set,
        validation_set,
        architecture,
        OptimizerParams(name="Adam", learning_rate=0.003),
        training,
    )


def test_a_linear_autoencoder_comes_near_pca(linear, train_set):
    """Lecture, "Autoencoder vs PCA": PCA's error is the least that two linear codings can have."""
    model, _ = linear
    pixels = train_set.images.reshape(len(train_set.images), -1)
    pca = PCA(2).fit(pixels)
    least = np.mean((pca.inverse_transform(pca.transform(pixels)) - pixels) ** 2)
    error = np.mean((model.predict(train_set.images, verbose=0) - train_set.images) ** 2)
    assert least * 0.999 < error < least * 1.05


def test_its_codings_are_two(linear, validation_set):
    assert encoder_of(linear[0]).predict(validation_set.images, verbose=0).shape == (200, 2)


def test_the_history_has_no_accuracy(linear):
    assert list(linear[1].columns) == ["epoch", "loss", "val_loss", "learning_rate", "seconds"]
