import keras
import numpy as np
import pytest

from bench.networks import NETWORKS

# Weights and biases, by hand.
MLP = 785 * 300 + 301 * 100 + 101 * 10
AUTOENCODER = 785 * 100 + 101 * 30 + 31 * 100 + 101 * 784
PARAMETERS = {
    "mlp": MLP,
    "mlp_adam": MLP,
    "mlp_dropout": MLP,
    "mlp_batch_normalization": MLP + 4 * (784 + 300 + 100),  # scale, shift, mean and variance of each
    "linear_autoencoder": 785 * 2 + 3 * 784,
    "stacked_autoencoder": AUTOENCODER,
    "tied_autoencoder": 785 * 100 + 101 * 30 + 100 + 784,  # kernels once, biases of their own
    "denoising_autoencoder": AUTOENCODER,
    "convolutional_autoencoder": 10 * 16
    + (9 * 16 + 1) * 32
    + (9 * 32 + 1) * 64
    + (9 * 64 + 1) * 32
    + (9 * 32 + 1) * 16
    + (9 * 16 + 1),
    "cnn": 50 * 64 + (9 * 64 + 1) * 128 + (9 * 128 + 1) * 128 + 6273 * 128 + 129 * 64 + 65 * 10,
}


def test_each_network_is_listed_under_its_name():
    assert set(PARAMETERS) == set(NETWORKS)
    assert all(network.name == name for name, network in NETWORKS.items())


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_network_has_the_parameters_and_outputs_of_the_lecture(name):
    network = NETWORKS[name]
    model = network.build()
    assert model.name == name
    assert model.count_params() == PARAMETERS[name]
    outputs = model.predict(np.zeros((2, 28, 28), np.float32), verbose=0)
    assert outputs.shape == ((2, 28, 28) if network.is_autoencoder else (2, 10))


def test_autoencoders_are_told_from_classifiers_by_their_loss():
    assert NETWORKS["linear_autoencoder"].is_autoencoder
    assert NETWORKS["linear_autoencoder"].metrics == []
    assert not NETWORKS["cnn"].is_autoencoder
    assert NETWORKS["cnn"].metrics == ["accuracy"]


def test_a_network_is_trained_with_its_own_optimizer():
    optimizer = NETWORKS["mlp_adam"].build_optimizer()
    assert type(optimizer) is keras.optimizers.Adam
    assert float(optimizer.learning_rate.numpy()) == pytest.approx(0.001)
    assert type(NETWORKS["mlp"].build_optimizer()) is keras.optimizers.SGD
