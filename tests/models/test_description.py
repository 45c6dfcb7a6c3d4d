import keras

from fashion_nets.models.description import describe_layers


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
        },
        {
            "layer": "normalization",
            "type": "BatchNormalization",
            "output_shape": "2 x 2 x 2",
            "parameters": 4 * 2,  # two for each channel are moving averages
            "trainable": 2 * 2,
            "activation": "",
        },
        {
            "layer": "flatten",
            "type": "Flatten",
            "output_shape": "8",
            "parameters": 0,
            "trainable": 0,
            "activation": "",
        },
    ]
