import keras
import numpy as np
import pytest

from fashion_nets.layers.sampling import Sampling
from fashion_nets.training.randomness import SeededEpochs, random_states
from fashion_nets.training.samples import hold_or_stream

layers = keras.layers


def network(*between):
    return keras.Sequential([keras.Input((4, 4)), *between, layers.Flatten(), layers.Dense(2)])


@pytest.mark.parametrize(
    ("between", "n_states"),
    [
        ([layers.BatchNormalization()], 0),
        ([layers.Dropout(0.5)], 1),
        ([layers.Dropout(0.0)], 0),
        ([layers.GaussianNoise(0.1), layers.AlphaDropout(0.1)], 2),
        ([layers.LSTM(3, dropout=0.5)], 1),
        ([layers.Bidirectional(layers.LSTM(3, dropout=0.5))], 2),
        ([keras.Sequential([layers.Dropout(0.5)])], 1),
    ],
)
def test_every_random_state_is_found(between, n_states):
    model = network(*between)
    model.compile("adam", "mse", metrics=["mae"])
    states = random_states(model)
    assert len(states) == n_states
    assert all(state.shape == (2,) for state in states)


def test_a_layer_of_our_own_has_one():
    assert len(random_states(Sampling())) == 1


def draws(model, seed, epoch, steps):
    samples = hold_or_stream((np.zeros((4, 4)),) * 2, batch_size=2)
    callback = SeededEpochs(samples, seed)
    callback.set_model(model)
    callback.on_epoch_begin(epoch)
    assert samples.epoch == epoch
    return [np.asarray(model(np.ones((50, 4, 4)), training=True)) for _ in range(steps)]


def test_what_is_drawn_is_a_function_of_seed_epoch_and_step():
    model = keras.Sequential([keras.Input((4, 4)), layers.Dropout(0.5), layers.GaussianNoise(0.5)])
    draws(model, seed=1, epoch=0, steps=2)
    first, second = draws(model, seed=1, epoch=1, steps=2)
    np.testing.assert_array_equal(draws(model, seed=1, epoch=1, steps=1)[0], first)
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, draws(model, seed=1, epoch=2, steps=1)[0])
    assert not np.array_equal(first, draws(model, seed=2, epoch=1, steps=1)[0])


def test_layers_alike_do_not_draw_alike():
    inputs = keras.Input((4, 4))
    model = keras.Model(inputs, [layers.Dropout(0.5)(inputs), layers.Dropout(0.5)(inputs)])
    left, right = draws(model, seed=1, epoch=0, steps=1)[0]
    assert not np.array_equal(left, right)
