from itertools import pairwise

import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from tests.networks.architectures.small import build
from tests.networks.architectures.test_lecture import LECTURE
from tests.parameters import read_params

from fashion_nets.inspection.costs import count_multiplications, estimate_memory, layer_costs
from fashion_nets.inspection.layer_calls import trace
from fashion_nets.networks.architectures.lecture import build_cnn
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams, build_dense_autoencoder
from fashion_nets.networks.mlp import MlpParams
from fashion_nets.networks.registry import ARCHITECTURES, build_network

MLP = read_params(
    MlpParams,
    hidden_units=(300, 100),
    activation="prelu",
    dropout=0.2,
    batch_normalization="after_activation",
)
AUTOENCODER = read_params(DenseAutoencoderParams, hidden_units=(100,), codings_size=30)


def chain(shape, *between, name=None):
    return keras.Sequential([keras.Input(shape), *between], name=name)


def test_the_lectures_convolution():
    """15,200 parameters, 225 million multiplications, 12 MB an instance, 1.2 GB a batch of 100."""
    model = chain((150, 100, 3), layers.Conv2D(200, 5, padding="same"))
    (row,) = layer_costs(model).to_dict("records")
    assert row["output_shape"] == "150 x 100 x 200"
    assert row["parameters"] == 15_200
    assert row["multiplications"] == count_multiplications(model) == 225_000_000
    assert row["activation_bytes"] == 12_000_000
    assert estimate_memory(model, 100).activations == 1_200_000_000
    assert estimate_memory(model, 100, "mixed_bfloat16").activations == 600_000_000


def test_the_lectures_cnn_layer_by_layer():
    model = build_cnn(LECTURE, (28, 28), 10, "cnn")
    table = layer_costs(model)
    assert list(
        table[["layer", "multiplications", "activation_bytes"]].itertuples(index=False, name=None)
    ) == [
        ("images", 0, 0),
        ("one_channel", 0, 0),  # another view of the image
        ("convolution_1_1", 7 * 7 * 1 * 64 * 28 * 28, 28 * 28 * 64 * 4),
        ("pooling_1", 0, 14 * 14 * 64 * 4),
        ("convolution_2_1", 3 * 3 * 64 * 128 * 14 * 14, 14 * 14 * 128 * 4),
        ("convolution_2_2", 3 * 3 * 128 * 128 * 14 * 14, 14 * 14 * 128 * 4),
        ("pooling_2", 0, 7 * 7 * 128 * 4),
        ("flatten", 0, 0),
        ("hidden_1", 6272 * 128, 128 * 4),
        ("dropout_1", 0, 128 * 4),
        ("hidden_2", 128 * 64, 64 * 4),
        ("dropout_2", 0, 64 * 4),
        ("probabilities", 64 * 10, 10 * 4),
    ]
    assert table["multiplications"].sum() == count_multiplications(model) == 46_622_336
    assert table["parameters"].sum() == model.count_params() == 1_036_490
    # The first convolution with its input, or with what is made of it: the latter takes more.
    assert estimate_memory(model, 1).inference == (28 * 28 * 64 + 14 * 14 * 64) * 4


@pytest.mark.parametrize(
    ("shape", "layer", "multiplications"),
    [
        ((5,), layers.Dense(3), 5 * 3),
        ((7, 5), layers.Dense(3), 7 * 5 * 3),  # at each of 7 places
        ((9, 2), layers.Conv1D(4, 3), 3 * 2 * 4 * 7),
        ((7, 7, 3), layers.Conv2D(4, 3), 3 * 3 * 3 * 4 * 5 * 5),
        ((7, 7, 3), layers.Conv2D(4, 3, padding="same"), 3 * 3 * 3 * 4 * 7 * 7),
        ((7, 7, 3), layers.Conv2D(4, 3, strides=2), 3 * 3 * 3 * 4 * 3 * 3),
        ((7, 7, 3), layers.Conv2D(4, 3, strides=2, padding="same"), 3 * 3 * 3 * 4 * 4 * 4),
        ((7, 9, 3), layers.Conv2D(4, (1, 3), strides=(2, 3)), 1 * 3 * 3 * 4 * 4 * 3),
        ((7, 7, 3), layers.Conv2D(4, 3, dilation_rate=2), 3 * 3 * 3 * 4 * 3 * 3),
        ((7, 7, 4), layers.Conv2D(6, 3, groups=2), 3 * 3 * 2 * 6 * 5 * 5),  # a filter sees half the channels
        ((7, 7, 3), layers.Conv2D(4, 3, use_bias=False), 3 * 3 * 3 * 4 * 5 * 5),
        ((3, 4, 4, 2), layers.Conv3D(5, 2), 2 * 2 * 2 * 2 * 5 * 2 * 3 * 3),
        ((7, 7, 3), layers.DepthwiseConv2D(3), 3 * 3 * 3 * 5 * 5),
        ((7, 7, 3), layers.DepthwiseConv2D(3, depth_multiplier=2, strides=2), 3 * 3 * 3 * 2 * 3 * 3),
        ((7, 7, 3), layers.SeparableConv2D(8, 3), (3 * 3 * 3 + 3 * 8) * 5 * 5),
        ((7, 7, 3), layers.SeparableConv2D(8, 3, depth_multiplier=2), (3 * 3 * 6 + 6 * 8) * 5 * 5),
        ((5, 5, 3), layers.Conv2DTranspose(4, 3, strides=2), 3 * 3 * 3 * 4 * 5 * 5),  # at each pixel taken
        ((6, 5), layers.SimpleRNN(4), (5 * 4 + 4 * 4) * 6),
        ((6, 5), layers.LSTM(4), 4 * (5 * 4 + 4 * 4) * 6),
        ((6, 5), layers.GRU(4), 3 * (5 * 4 + 4 * 4) * 6),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_multiplications_by_hand(shape, layer, multiplications):
    assert count_multiplications(chain(shape, layer)) == multiplications


def test_channels_may_come_first():
    layer = layers.Conv2D(4, 3, data_format="channels_first")
    assert count_multiplications(chain((3, 7, 9), layer)) == 3 * 3 * 3 * 4 * 5 * 7


def test_what_has_no_kernel_multiplies_nothing():
    model = chain(
        (8, 8, 4),
        layers.Rescaling(1 / 255),
        layers.ZeroPadding2D(1),
        layers.BatchNormalization(),
        layers.PReLU(shared_axes=(1, 2)),
        layers.MaxPooling2D(2),
        layers.AveragePooling2D(1),
        layers.Dropout(0.5),
        layers.Activation("relu"),
        layers.UpSampling2D(2),
        layers.GlobalAveragePooling2D(),
        layers.Flatten(),
    )
    assert count_multiplications(model) == 0
    assert layer_costs(model)["parameters"].sum() == model.count_params() == 4 * 4 + 4


def test_a_layer_derived_from_one_of_keras_counts_as_that():
    class EdgeDetector(layers.DepthwiseConv2D):
        pass

    model = chain((7, 7, 3), EdgeDetector(3))
    assert layer_costs(model)["type"].to_list() == ["EdgeDetector"]
    assert count_multiplications(model) == 3 * 3 * 3 * 5 * 5


AUTOENCODERS = {
    "dense": {"hidden_units": [10], "noise": {"kind": "gaussian", "strength": 0.1}},
    "tied": {"hidden_units": [10]},
    "convolutional": {"filters": [4, 8]},
    "recurrent": {"hidden_units": [8]},
    "variational": {"hidden_units": [10]},
}
SLOW = ("googlenet", "vgg16", "vgg19", "resnet34", "resnet50", "resnet101", "resnet152")
"""Deep: each takes seconds to build."""


def build_any(name):
    """A network of any architecture of the registry."""
    if name in AUTOENCODERS:
        params = read_params(ARCHITECTURES[name].params, codings_size=5, **AUTOENCODERS[name])
        return build_network(params, (28, 28), 10, name)
    return build_network(MLP, (28, 28), 10, name) if name == "mlp" else build(name)


def forgotten_kernels(model):
    """The layers with a matrix of weights that are said to multiply nothing."""
    multiplications = layer_costs(model).set_index("layer")["multiplications"]
    return [
        type(call.layer).__name__
        for call in trace(model).calls
        if multiplications[call.name] == 0 and any(len(weights.shape) > 1 for weights in call.layer.weights)
    ]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in ARCHITECTURES]
)
def test_no_kernel_of_this_projects_networks_is_forgotten(name):
    assert forgotten_kernels(build_any(name)) == []


def test_a_layer_of_unknown_kind_with_a_kernel_is_noticed():
    class Bilinear(layers.Layer):
        def build(self, shape):
            self.matrix = self.add_weight(shape=(shape[-1], 3))

        def call(self, inputs):
            return inputs @ self.matrix

    assert forgotten_kernels(chain((5,), layers.Dense(4), Bilinear())) == ["Bilinear"]


def test_tied_weights_multiply_on_the_way_back_too():
    assert count_multiplications(build_any("tied")) == 2 * (784 * 10 + 10 * 5)


@pytest.mark.parametrize(
    ("build", "millions"),
    [
        (keras.applications.MobileNet, 569),  # Howard et al., 2017, table 4
        pytest.param(keras.applications.ResNet50, 3_800, marks=pytest.mark.slow),  # He et al., 2015, table 1
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_published_numbers_of_known_networks(build, millions):
    model = build(weights=None)
    assert count_multiplications(model) / 1e6 == pytest.approx(millions, rel=0.02)
    assert layer_costs(model)["parameters"].sum() == model.count_params()


def dense_chain(**compile_options):
    model = chain((4,), layers.Dense(3), layers.Dense(2))
    if compile_options:
        model.compile(**compile_options)
    return model


WEIGHTS = 4 * 3 + 3 + 3 * 2 + 2


@pytest.mark.parametrize(
    ("optimizer", "numbers_per_weight"),
    [
        (keras.optimizers.SGD(), 0),
        (keras.optimizers.SGD(momentum=0.9), 1),
        (keras.optimizers.RMSprop(), 1),
        (keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)), 2),
        (keras.optimizers.Adam(use_ema=True), 3),
    ],
    ids=["SGD", "momentum", "RMSprop", "Adam", "Adam with averages"],
)
def test_memory_of_a_training_by_hand(optimizer, numbers_per_weight):
    model = dense_chain(optimizer=optimizer, loss="mse")
    memory = estimate_memory(model, 10)
    assert memory.inputs == 10 * 4 * 4
    assert memory.activations == 10 * (3 + 2) * 4
    assert memory.weights == memory.gradients == WEIGHTS * 4
    assert memory.optimizer == numbers_per_weight * WEIGHTS * 4
    assert memory.training == 10 * 9 * 4 + (2 + numbers_per_weight) * WEIGHTS * 4
    assert not model.optimizer.built  # the estimate leaves the model as it was
    model.optimizer.build(model.trainable_variables)
    assert estimate_memory(model, 10) == memory


def test_mixed_precision_halves_what_flows_and_not_what_is_kept():
    model = dense_chain(optimizer="adam", loss="mse")
    whole, half = estimate_memory(model, 10), estimate_memory(model, 10, "mixed_bfloat16")
    assert (half.inputs, half.activations) == (whole.inputs / 2, whole.activations / 2)
    assert half.inference == whole.inference / 2
    assert half[2:5] == whole[2:5]
    assert estimate_memory(model, 10, "float16").activations == half.activations


def test_frozen_weights_have_no_gradients():
    model = dense_chain(optimizer="adam", loss="mse")
    model.layers[0].trainable = False
    memory = estimate_memory(model, 10)
    assert (memory.weights, memory.gradients, memory.optimizer) == (WEIGHTS * 4, 8 * 4, 2 * 8 * 4)


def test_a_model_that_is_not_compiled_has_no_optimizer():
    assert estimate_memory(dense_chain(), 10).optimizer == 0


@settings(deadline=None, max_examples=20)
@given(units=st.lists(st.integers(1, 50), min_size=1, max_size=5), batch_size=st.integers(1, 1000))
def test_in_a_chain_inference_needs_the_largest_two_consecutive_layers(units, batch_size):
    model = chain((7,), *(layers.Dense(size) for size in units))
    sizes = [7, *units]
    largest = max(map(sum, pairwise(sizes)))
    memory = estimate_memory(model, batch_size)
    assert memory.inference == batch_size * largest * 4
    assert memory.activations == batch_size * sum(units) * 4


def test_a_shortcut_keeps_what_it_leads_past_the_layers():
    inputs = keras.Input((5,))
    x = layers.Dense(10, name="first")(inputs)
    y = layers.Dense(10, name="second")(x)
    z = layers.Dense(10, name="third")(y)
    model = keras.Model(inputs, layers.Add(name="sum")([x, z]))
    # Live at the third layer: first, second, third; at the sum: first, third, sum.
    assert estimate_memory(model, 1).inference == 30 * 4
    assert layer_costs(model)["multiplications"].to_list() == [0, 50, 100, 100, 0]


def test_branches_live_until_they_meet():
    inputs = keras.Input((5,))
    branches = [layers.Dense(size)(inputs) for size in (3, 4)]
    model = keras.Model(inputs, layers.Concatenate()(branches))
    assert estimate_memory(model, 1).inference == (3 + 4 + 7) * 4
    assert estimate_memory(model, 1).activations == (3 + 4 + 7) * 4


def test_outputs_live_to_the_end():
    inputs = keras.Input((1,))
    early = layers.Dense(100)(inputs)
    late = layers.Dense(10)(layers.Dense(20)(early))
    model = keras.Model(inputs, [early, late])
    assert estimate_memory(model, 1).inference == (100 + 20 + 10) * 4


def test_another_view_takes_no_memory_but_keeps_what_it_shows():
    inputs = keras.Input((4, 4))
    flat = layers.Flatten()(inputs)
    x = layers.Dense(2)(layers.Dense(10)(flat))
    model = keras.Model(inputs, layers.Concatenate()([layers.Reshape((16,))(flat), x]))
    memory = estimate_memory(model, 1)
    assert memory.activations == (10 + 2 + 18) * 4
    assert memory.inference == (16 + 2 + 18) * 4


def test_operations_between_layers_are_listed_too():
    inputs = keras.Input((5,))
    x = layers.Dense(5, name="dense")(inputs)
    table = layer_costs(keras.Model(inputs, inputs + 2 * x))
    assert table["type"].to_list() == ["InputLayer", "Dense", "Multiply", "Add"]
    assert table["activation_bytes"].to_list() == [0, 20, 20, 20]
    assert table["parameters"].sum() == 30


def test_nested_models_are_listed_layer_by_layer():
    def encoder():
        return [
            layers.Conv2D(2, 3, padding="same", name="convolution"),
            layers.Flatten(name="flatten"),
            layers.Dense(3, name="codings"),
        ]

    decoder = chain((3,), layers.Dense(4, name="hidden"), layers.Dense(2, name="pixels"), name="decoder")
    nested = chain((4, 4, 1), keras.Sequential(encoder(), name="encoder"), decoder)
    flat = chain((4, 4, 1), *encoder(), layers.Dense(4), layers.Dense(2))
    table = layer_costs(nested)
    assert table["layer"].to_list() == [
        *("encoder/convolution", "encoder/flatten", "encoder/codings"),
        *("decoder/hidden", "decoder/pixels"),
    ]
    assert layer_costs(flat).drop(columns="layer").equals(table.drop(columns="layer"))
    assert estimate_memory(nested, 7) == estimate_memory(flat, 7)


def test_a_layer_that_is_used_twice_multiplies_twice_and_has_its_weights_once():
    one, other = keras.Input((5,)), keras.Input((5,))
    twin = chain((5,), layers.Dense(3, name="shared"), name="twin")
    model = keras.Model([one, other], layers.Subtract(name="difference")([twin(one), twin(other)]))
    table = layer_costs(model).set_index("layer")
    assert table.loc["twin/shared", ["parameters", "multiplications", "activation_bytes"]].to_list() == [
        *(18, 2 * 15, 2 * 3 * 4)
    ]
    assert table["parameters"].sum() == model.count_params()
    assert estimate_memory(model, 1).inputs == 10 * 4


def test_a_part_of_another_network_counts_its_own_layers_alone():
    whole = build_dense_autoencoder(AUTOENCODER, (28, 28), "stacked_autoencoder")
    encoder = keras.Model(whole.input, whole.get_layer("codings").output)
    assert layer_costs(encoder)["layer"].to_list() == ["images", "flatten", "encoder_1", "codings"]
    assert count_multiplications(encoder) == 784 * 100 + 100 * 30


def test_a_size_that_is_unknown_is_refused():
    model = chain((None, None, 3), layers.Conv2D(4, 3))
    with pytest.raises(ValueError, match=r"costs of one instance depend on its size, .* \(None, None, 3\)"):
        layer_costs(model)


def test_an_unknown_precision_is_refused():
    with pytest.raises(ValueError, match="float33"):
        layer_costs(dense_chain(), "float33")
