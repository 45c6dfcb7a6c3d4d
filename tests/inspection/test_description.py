import keras

from fashion_nets.inspection.description import describe_layers


def test_a_row_per_layer_with_all_its_weights():
    model = keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            keras.layers.Conv2D(2, 3, activation="relu", name="convolution"),
            keras.layers.BatchNormalization(name="normalization"),
            keras.layers.Flatten(name="flatten"),
        ]
    )
    table = describe_layers(model)
    assert table.to_dict("records") == [
        {
            "layer": "convolution",
            "type": "Conv2D",
            "output_shape": "2 x 2 x 2",
            "parameters": 3 * 3 * 2 + 2,
            "trainable": 3 * 3 * 2 + 2,
            "activation": "relu",
            "multiplications": 3 * 3 * 2 * 2 * 2,
            "activation_bytes": 2 * 2 * 2 * 4,
        },
        {
            "layer": "normalization",
            "type": "BatchNormalization",
            "output_shape": "2 x 2 x 2",
            "parameters": 4 * 2,  # two for each channel are moving averages
            "trainable": 2 * 2,
            "activation": "",
            "multiplications": 0,
            "activation_bytes": 2 * 2 * 2 * 4,
        },
        {
            "layer": "flatten",
            "type": "Flatten",
            "output_shape": "8",
            "parameters": 0,
            "trainable": 0,
            "activation": "",
            "multiplications": 0,
            "activation_bytes": 0,  # the same memory in another shape
        },
    ]


def test_layers_are_listed_as_the_model_lists_them():
    inputs = keras.Input((4,), name="inputs")
    outputs = keras.layers.Dense(2, name="dense")(inputs)
    functional = keras.Model(inputs, outputs)
    for model in (functional, keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="dense")])):
        assert describe_layers(model)["layer"].to_list() == [layer.name for layer in model.layers]


def test_activations_take_the_bytes_of_the_precision():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    assert describe_layers(model, "mixed_bfloat16")["activation_bytes"].to_list() == [2 * 2]
