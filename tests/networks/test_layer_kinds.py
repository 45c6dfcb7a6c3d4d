import keras
import pytest
from keras import layers

from fashion_nets.layers.dense_transpose import DenseTranspose
from fashion_nets.networks.layer_kinds import (
    find_hidden_layers,
    has_kernel,
    is_activation,
    is_pooling,
    kernels_of,
    layers_with_kernel,
    map_kernels_of,
    only_moves,
    puts_out_maps,
    slides_kernel,
)

MAPS = (4, 4, 3)


def built(layer, shape=MAPS):
    layer(keras.Input(shape))
    return layer


@pytest.mark.parametrize(
    ("layer", "shape", "kernels"),
    [
        (layers.Dense(2), (3,), [(3, 2)]),
        (layers.Conv2D(5, 2), MAPS, [(2, 2, 3, 5)]),
        (layers.DepthwiseConv2D(2), MAPS, [(2, 2, 3, 1)]),
        (layers.SeparableConv2D(5, 2), MAPS, [(2, 2, 3, 1), (1, 1, 3, 5)]),
        (layers.Conv2DTranspose(5, 2), MAPS, [(2, 2, 5, 3)]),
        (layers.LSTM(2), (4, 3), [(3, 8), (2, 8)]),
        (layers.BatchNormalization(), MAPS, []),
        (layers.PReLU(), MAPS, []),
        (layers.Flatten(), MAPS, []),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, keras.Layer) else None,
)
def test_what_a_layer_multiplies_by(layer, shape, kernels):
    built(layer, shape)
    assert [tuple(kernel.shape) for kernel in kernels_of(layer)] == kernels
    assert has_kernel(layer) == bool(kernels)


def test_tied_layers_have_the_same_kernel():
    dense = built(layers.Dense(2), (3,))
    tied = built(DenseTranspose(dense), (2,))
    assert kernels_of(tied) == kernels_of(dense)


def test_hidden_layers_go_with_their_activations():
    model = keras.Sequential(
        [
            keras.Input(MAPS),
            layers.Conv2D(2, 3, use_bias=False, name="convolution"),
            layers.BatchNormalization(),
            layers.ReLU(name="relu"),
            layers.Flatten(),
            layers.Dense(4, activation="tanh", name="dense"),
            layers.Dropout(0.5),
            layers.Dense(3, activation="softmax", name="output"),
        ]
    )
    hidden = [(layer.weights.name, layer.activation.name) for layer in find_hidden_layers(model)]
    assert hidden == [("convolution", "relu"), ("dense", "dense")]
    assert [layer.name for layer in layers_with_kernel(model)] == ["convolution", "dense", "output"]


@pytest.mark.parametrize(
    ("layer", "kinds"),
    [
        (layers.Conv2D(2, 3), {slides_kernel, puts_out_maps, map_kernels_of}),
        (layers.SeparableConv2D(2, 3), {slides_kernel, puts_out_maps, map_kernels_of}),
        (layers.MaxPooling2D(2), {puts_out_maps, is_pooling, only_moves}),
        (layers.GlobalAveragePooling2D(), {is_pooling, only_moves}),
        (layers.ReLU(), {puts_out_maps, is_activation}),
        (layers.PReLU(), {puts_out_maps, is_activation}),
        (layers.ZeroPadding2D(1), {puts_out_maps, only_moves}),
        (layers.Dropout(0.5), {puts_out_maps, only_moves}),
        (layers.BatchNormalization(), {puts_out_maps}),
        (layers.Flatten(), set()),
        (layers.Dense(2), {puts_out_maps}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, keras.Layer) else None,
)
def test_kinds_of_layers(layer, kinds):
    built(layer)
    asked = {slides_kernel, puts_out_maps, map_kernels_of, is_pooling, is_activation, only_moves}
    assert {kind for kind in asked if kind(layer)} == kinds


def test_a_convolution_within_a_layer_of_layers_is_one():
    inner = keras.Sequential([keras.Input(MAPS), layers.Conv2D(2, 3)])
    model = keras.Sequential([keras.Input(MAPS), inner])
    assert len(map_kernels_of(model.layers[0])) == 1
