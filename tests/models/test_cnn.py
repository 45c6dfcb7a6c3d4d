import pytest

from fashion_nets.errors import UserError
from fashion_nets.models.cnn import CnnParams, build_cnn
from fashion_nets.models.description import describe_layers

LECTURE = CnnParams.model_validate(
    {
        "blocks": [
            {"filters": 64, "kernel_size": 7, "convolutions": 1},
            {"filters": 128, "kernel_size": 3, "convolutions": 2},
        ],
        "pool_size": 2,
        "dense_units": [128, 64],
        "activation": "relu",
        "dropout": 0.5,
    }
)


def test_the_lectures_cnn_layer_by_layer():
    layers = describe_layers(build_cnn(LECTURE, (28, 28), 10, "cnn"))
    assert list(layers[["type", "output_shape", "parameters"]].itertuples(index=False, name=None)) == [
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


def test_more_poolings_than_the_image_has_room_for_are_refused():
    deep = LECTURE.model_copy(update={"blocks": LECTURE.blocks * 3})
    with pytest.raises(
        UserError, match="6 poolings by 2 need images of at least 64 x 64 pixels, got 28 x 28"
    ):
        build_cnn(deep, (28, 28), 10, "cnn")
