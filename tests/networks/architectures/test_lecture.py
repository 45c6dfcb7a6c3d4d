import pytest
from tests.parameters import read_params

from fashion_nets.errors import UserError
from fashion_nets.inspection.description import describe_layers
from fashion_nets.networks.architectures.lecture import CnnParams, build_cnn

LECTURE = read_params(
    CnnParams,
    blocks=[
        {"filters": 64, "kernel_size": 7, "convolutions": 1},
        {"filters": 128, "kernel_size": 3, "convolutions": 2},
    ],
    pool_size=2,
    dense_units=[128, 64],
    dropout=0.5,
)


def test_the_lectures_cnn_layer_by_layer():
    layers = describe_layers(build_cnn(LECTURE, (28, 28), 10, "cnn"))
    assert list(layers[["type", "output_shape", "parameters"]].itertuples(index=False, name=None)) == [
        ("InputLayer", "28 x 28", 0),
        ("Reshape", "28 x 28 x 1", 0),
        ("Conv2D", "28 x 28 x 64", (7 * 7 * 1 + 1) * 64),
        ("MaxPooling2D", "14 x 14 x 64", 0),
        ("Conv2D", "14 x 14 x 128", (3 * 3 * 64 + 1) * 128),
        ("Conv2D", "14 x 14 x 128", (3 * 3 * 128 + 1) * 128),
        ("MaxPooling2D", "7 x 7 x 128", 0),
        ("Flatten", "6272", 0),
        ("Dense", "128", (6272 + 1) * 128),
        ("Dropout", "128", 0),
        ("Dense", "64", (128 + 1) * 64),
        ("Dropout", "64", 0),
        ("Dense", "10", (64 + 1) * 10),
    ]


def test_convolutions_take_the_techniques_of_dense_layers():
    small = LECTURE.model_copy(
        update={
            "activation": "prelu",
            "batch_normalization": "before_activation",
            "normalize_inputs": True,
            "input_dropout": 0.1,
            "dropout_place": "last_hidden",
        }
    )
    layers = describe_layers(build_cnn(small, (28, 28), 10, "cnn")).set_index("layer")["parameters"]
    assert list(layers.items())[1:7] == [
        ("one_channel", 0),
        ("input_normalization", 4),
        ("input_dropout", 0),
        ("convolution_1_1", 7 * 7 * 64),  # no bias
        ("convolution_1_1_normalization", 4 * 64),
        ("convolution_1_1_activation", 64),  # a slope per channel
    ]
    assert list(layers.items())[-8:] == [
        ("hidden_1", 6272 * 128),
        ("hidden_1_normalization", 4 * 128),
        ("hidden_1_activation", 128),  # a slope a unit
        ("hidden_2", 128 * 64),
        ("hidden_2_normalization", 4 * 64),
        ("hidden_2_activation", 64),
        ("dropout_2", 0),
        ("probabilities", 65 * 10),
    ]


@pytest.mark.parametrize(("pooling", "layer"), [("max", "MaxPooling2D"), ("average", "AveragePooling2D")])
def test_a_pooling_layer_ends_each_block(pooling, layer):
    model = build_cnn(LECTURE.model_copy(update={"pooling": pooling}), (28, 28), 10, "cnn")
    layers = describe_layers(model).set_index("layer")
    poolings = layers.loc[["pooling_1", "pooling_2"]]
    assert poolings["type"].to_list() == [layer] * 2
    assert poolings["output_shape"].to_list() == ["14 x 14 x 64", "7 x 7 x 128"]


def test_a_stride_of_the_last_convolution_takes_the_place_of_pooling():
    model = build_cnn(LECTURE.model_copy(update={"pooling": "stride"}), (28, 28), 10, "cnn")
    layers = describe_layers(model).set_index("layer")
    assert list(layers["output_shape"].items())[2:6] == [
        ("convolution_1_1", "14 x 14 x 64"),
        ("convolution_2_1", "14 x 14 x 128"),
        ("convolution_2_2", "7 x 7 x 128"),
        ("flatten", "6272"),
    ]
    assert [model.get_layer(f"convolution_{name}").strides for name in ("1_1", "2_1", "2_2")] == [
        *((2, 2), (1, 1), (2, 2))
    ]
    assert model.count_params() == build_cnn(LECTURE, (28, 28), 10, "cnn").count_params()


def test_a_stride_rounds_up_where_pooling_rounds_down():
    block = {"blocks": LECTURE.blocks[:1]}
    for pooling, size in (("max", 3), ("average", 3), ("stride", 4)):
        model = build_cnn(LECTURE.model_copy(update={**block, "pooling": pooling}), (7, 7), 10, "cnn")
        assert model.get_layer("flatten").output.shape == (None, size * size * 64)


def test_an_unknown_pooling_is_refused():
    with pytest.raises(UserError, match="'pooling' should be 'max', 'average' or 'stride', got 'median'"):
        read_params(CnnParams, pooling="median")


def test_a_wrong_field_of_a_block_is_answered_with_the_fields_of_blocks():
    wrong = {**LECTURE.model_dump(), "blocks": [{"filters": 4, "kernel": 3, "convolutions": 1}]}
    with pytest.raises(UserError, match=r"'blocks.0.kernel' is not .*; there are filters, kernel_size, conv"):
        read_params(CnnParams, **wrong)


def test_more_poolings_than_the_image_has_room_for_are_refused():
    deep = LECTURE.model_copy(update={"blocks": LECTURE.blocks * 3})
    with pytest.raises(
        UserError, match="6 poolings by 2 need images of at least 64 x 64 pixels, got 28 x 28"
    ):
        build_cnn(deep, (28, 28), 10, "cnn")
