"""What tests of trainings share: a classifier fitted in seconds, and weights to compare."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from tests.conftest import QUICK_FIT
from tests.parameters import read_params

from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.training.fit import fit_classifier
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import ClassifierTrainingParams

TRAINING = {"epochs": 2, **QUICK_FIT}
SGD = read_params(OptimizerParams, name="SGD", learning_rate=0.05)
BUILD = partial(build_mlp, read_params(MlpParams, hidden_units=(32,), dropout=0.2), (28, 28), 10, "mlp")


@pytest.fixture(scope="session")
def fit(train_set, validation_set):
    """Fit a classifier, an MLP with dropout unless another is given; changes are to its training."""

    def fit_quickly(
        build=BUILD, callbacks=(), seed=1, optimizer=SGD, listener=None, checkpoint=None, **changes
    ):
        training = read_params(ClassifierTrainingParams, **TRAINING | changes)
        return fit_classifier(
            build, train_set, validation_set, 10, optimizer, training, seed, listener, callbacks, checkpoint
        )

    return fit_quickly


class KilledError(Exception):
    """Ends a training as a killed process would: in the middle of an epoch, or of its end."""


def killed_in(epoch):
    """A listener that ends the training in an epoch, counted from 1, before its state is stored."""

    def listen(number, metrics):
        if number == epoch:
            raise KilledError

    return listen


def assert_same_training(trained, expected):
    """Two trainings have the same history but for seconds, the same weights and state of the optimizer."""
    (model, history), (other, other_history) = trained, expected
    pd.testing.assert_frame_equal(
        history.drop(columns="seconds"), other_history.drop(columns="seconds"), check_exact=True
    )
    assert (history["seconds"] > 0).all()
    for array, same in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(array, same)
    for variable, same in zip(model.optimizer.variables, other.optimizer.variables, strict=True):
        np.testing.assert_array_equal(variable.numpy(), same.numpy())


def weights_of(model, *layers):
    """The weights of layers by name, one after the other."""
    return [array for layer in layers for array in model.get_layer(layer).get_weights()]


def changed(model, other, layer):
    """Whether a layer of two networks has other weights in one of them."""
    pairs = zip(weights_of(model, layer), weights_of(other, layer), strict=True)
    return any(not np.array_equal(new, old) for new, old in pairs)
