import keras
import pytest
from keras import layers
from tests.parameters import read_params

from fashion_nets.inspection.layer_calls import trace
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams, build_dense_autoencoder
from fashion_nets.networks.autoencoders.parts import decoder_of


def names(model):
    return [call.name for call in trace(model).calls]


def sizes(values):
    return [each.shape for each in values]


def test_a_chain_is_followed_from_its_input_on():
    images = keras.Input((2, 3), name="images")
    x = layers.Flatten(name="flatten")(images)
    graph = trace(keras.Model(images, layers.Dense(4, name="dense")(x)))
    assert sizes(graph.inputs) == [(2, 3)]
    assert [(call.name, sizes(call.inputs), sizes(call.outputs)) for call in graph.calls] == [
        ("images", [], [(2, 3)]),
        ("flatten", [(2, 3)], [(6,)]),
        ("dense", [(6,)], [(4,)]),
    ]
    assert graph.outputs == list(graph.calls[-1].outputs)


def test_another_view_takes_no_memory_of_its_own():
    images = keras.Input((2, 3), name="images")
    x = layers.Reshape((3, 2))(layers.Flatten()(images))
    graph = trace(keras.Model(images, layers.Dense(1)(x)))
    assert [call.n_new_values for call in graph.calls] == [0, 0, 0, 3]
    assert graph.calls[2].outputs[0].held is graph.inputs[0]


def test_the_order_is_that_of_the_layers():
    x = keras.Input((4,), name="x")
    left, right = layers.Dense(3, name="left")(x), layers.Dense(3, name="right")(x)
    model = keras.Model(x, layers.Add(name="sum")([left, right]))
    assert names(model) == [layer.name for layer in model.layers]


def test_a_layer_that_is_used_again_is_a_call_each_time():
    x = keras.Input((4,), name="x")
    shared = layers.Dense(4, name="shared")
    shared(keras.Input((4,)))  # by another model too
    once = shared(x)
    added = layers.Add(name="add")([shared(once), once])
    graph = trace(keras.Model(x, [added, once]))
    assert [call.name for call in graph.calls] == ["x", "shared", "shared", "add"]
    _, first, second, added = graph.calls
    assert second.inputs == first.outputs
    assert added.inputs == (*second.outputs, *first.outputs)
    assert graph.outputs == [*added.outputs, *first.outputs]


@pytest.mark.parametrize("kind", ["functional", "sequential"])
def test_models_within_are_followed_layer_by_layer(kind):
    if kind == "functional":
        inner_input = keras.Input((4,))
        inner = keras.Model(inner_input, layers.Dense(4, name="dense")(inner_input), name="inner")
    else:
        inner = keras.Sequential([keras.Input((4,)), layers.Dense(4, name="dense")], name="inner")
    x = keras.Input((4,), name="x")
    once = inner(x)
    twice = inner(once)
    graph = trace(keras.Model(x, [layers.Concatenate(name="both")([twice, once]), twice, once]))
    assert [call.name for call in graph.calls] == ["x", "inner/dense", "inner/dense", "both"]
    _, first, second, both = graph.calls
    assert second.inputs == first.outputs
    assert both.inputs == (*second.outputs, *first.outputs)
    assert graph.outputs == [*both.outputs, *second.outputs, *first.outputs]


def test_a_layer_with_several_outputs_gives_each_its_values():
    x = keras.Input((5, 4), name="x")
    sequence, state, _ = layers.LSTM(3, return_sequences=True, return_state=True, name="lstm")(x)
    graph = trace(keras.Model(x, [state, sequence]))
    lstm = graph.calls[-1]
    assert sizes(lstm.outputs) == [(5, 3), (3,), (3,)]
    assert graph.outputs == [lstm.outputs[1], lstm.outputs[0]]


def test_inputs_by_name_are_followed():
    pair = {"a": keras.Input((2,), name="a"), "b": keras.Input((3,), name="b")}
    model = keras.Model(pair, {"joined": layers.Concatenate(name="joined")([pair["b"], pair["a"]])})
    graph = trace(model)
    assert sizes(graph.inputs) == [(2,), (3,)]
    assert sizes(graph.calls[-1].inputs) == [(3,), (2,)]
    assert sizes(graph.outputs) == [(5,)]


def test_a_part_of_a_network_begins_where_it_was_cut():
    params = read_params(
        DenseAutoencoderParams,
        hidden_units=(5,),
        codings_size=2,
        activation="relu",
        output_activation="sigmoid",
    )
    decoder = decoder_of(build_dense_autoencoder(params, (4, 4), "autoencoder"))
    assert names(decoder)[1:] == ["decoder_1", "intensities", "reconstructions"]


def test_an_input_of_unknown_size_is_refused():
    x = keras.Input((None, 4))
    with pytest.raises(
        ValueError, match=r"has the shape \(None, 4\). Give the inputs of the network a fixed"
    ):
        trace(keras.Model(x, layers.Dense(2)(x)))


def test_looking_leaves_the_network_as_it_was():
    x = keras.Input((4,), name="x")
    model = keras.Model(x, layers.Dense(2, name="dense")(x))
    before, config = model.get_layer("dense").output, model.get_config()
    trace(model)
    assert model.get_layer("dense").output is before
    assert model.get_config() == config
