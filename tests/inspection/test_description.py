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
            "settings": "3 × 3, valid",
            "takes": "",
            "shares": "",
            "depth": 1,
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
            "settings": "",
            "takes": "convolution",
            "shares": "",
            "depth": 1,
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
            "settings": "",
            "takes": "normalization",
            "shares": "",
            "depth": 1,
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


def test_layers_say_what_they_may_have_otherwise():
    inputs = keras.Input((12, 12, 2), name="inputs")
    x = keras.layers.Conv2D(2, (3, 5), padding="same", dilation_rate=2, name="dilated")(inputs)
    x = keras.layers.SeparableConv2D(2, 3, strides=2, padding="same", name="separable")(x)
    x = keras.layers.MaxPooling2D(2, name="pooling")(x)
    x = keras.layers.UpSampling2D(2, name="larger")(x)
    x = keras.layers.Dropout(0.25, name="dropout")(x)
    x = keras.layers.GaussianNoise(0.1, name="noise")(x)
    x = keras.layers.Dense(3, activity_regularizer="l1", name="sparse")(x)
    table = describe_layers(keras.Model(inputs, x)).set_index("layer")
    assert table["settings"].to_dict() == {
        "inputs": "",
        "dilated": "3 × 5, same, rate 2",
        "separable": "3 × 3, stride 2, same",
        "pooling": "2 × 2, stride 2, valid",
        "larger": "times 2",
        "dropout": "0.25 dropped",
        "noise": "deviation 0.1",
        "sparse": "penalty on its outputs",
    }


def test_forks_and_skips_are_told_and_depth_is_that_of_the_longest_path():
    inputs = keras.Input((4,), name="inputs")
    trunk = keras.layers.Dense(3, name="trunk")(inputs)
    long = keras.layers.Dense(3, name="long_1")(trunk)
    long = keras.layers.Dense(3, name="long_2")(long)
    short = keras.layers.Dense(3, name="short")(trunk)
    outputs = keras.layers.Add(name="sum")([long, short, trunk])
    table = describe_layers(keras.Model(inputs, outputs)).set_index("layer")
    assert table["takes"].to_dict() == {
        "inputs": "",
        "trunk": "inputs",
        "long_1": "trunk",
        "long_2": "long_1",
        "short": "trunk",
        "sum": "long_2 short trunk",
    }
    assert table["depth"].to_dict() == {
        "inputs": 0,
        "trunk": 1,
        "long_1": 2,
        "long_2": 3,
        "short": 2,
        "sum": 3,
    }
