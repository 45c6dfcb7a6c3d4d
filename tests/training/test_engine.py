import logging

import keras
import pytest

from fashion_nets.training.engine import resolve_engine

layers = keras.layers


def network(*between, **compile_options):
    model = keras.Sequential(
        [keras.Input((4, 4, 1)), *between, layers.Flatten(), layers.Dense(2)], name="net"
    )
    model.compile("sgd", "mse", **compile_options)
    return model


@pytest.mark.parametrize(
    ("between", "engine"),
    [
        ([], "xla"),
        ([layers.BatchNormalization()], "xla"),
        ([layers.Dropout(0.5)], "xla"),
        ([layers.SpatialDropout2D(0.5)], "graph"),
        ([layers.Dropout(0.5, noise_shape=(None, 1, 1, 1))], "graph"),
        ([layers.GaussianNoise(0.5)], "graph"),
        ([layers.RandomFlip()], "graph"),
        ([layers.Conv2D(3, 2)], "graph"),
        ([layers.DepthwiseConv2D(2)], "graph"),
        ([keras.Sequential([layers.Conv2D(3, 2)])], "graph"),
        ([layers.Reshape((4, 4)), layers.LSTM(3)], "xla"),
        ([layers.Reshape((4, 4)), layers.LSTM(3, dropout=0.5)], "graph"),
        ([layers.Reshape((4, 4)), layers.GRU(3, recurrent_dropout=0.5)], "graph"),
    ],
)
def test_auto_follows_the_layers(between, engine):
    assert resolve_engine("auto", network(*between)) == engine


def test_auto_leaves_an_eager_network_to_keras():
    assert resolve_engine("auto", network(run_eagerly=True)) == "keras"


@pytest.mark.parametrize("engine", ["xla", "graph", "keras"])
def test_a_named_engine_is_taken_as_it_is(engine):
    assert resolve_engine(engine, network(layers.Conv2D(3, 2))) == engine


def test_the_choice_is_logged_with_its_reason(caplog):
    with caplog.at_level(logging.DEBUG, logger="fashion_nets"):
        resolve_engine("auto", network(layers.Conv2D(3, 2)))
    assert caplog.messages == ["Engine auto: graph for net, as convolutions take longer in XLA"]
