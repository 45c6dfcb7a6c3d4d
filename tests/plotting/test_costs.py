import numpy as np
import pandas as pd
import pytest
from tests.conftest import title_of

from fashion_nets.plotting.costs import MAX_ROWS, plot_costs

LAYERS = pd.DataFrame(
    [
        ("images", "InputLayer", 0, 0),
        ("convolution", "Conv2D", 28_900_000, 200_704),
        ("pooling", "MaxPooling2D", 0, 50_176),
        ("probabilities", "Dense", 640, 40),
    ],
    columns=["layer", "type", "multiplications", "activation_bytes"],
)
COSTS = {
    "parameters": 1_036_490,
    "multiplications": 28_900_640,
    "training_memory_mb": 27.64,
    "batch_size": 32,
    "precision": "float32",
}


def rows_of(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def test_each_layer_has_a_bar_for_each_cost_from_the_first_on_top():
    left, right = plot_costs(LAYERS, COSTS, "cnn").axes
    assert rows_of(left) == ["convolution", "pooling", "probabilities"]
    assert left.get_ylim()[0] > left.get_ylim()[1]
    np.testing.assert_allclose([bar.get_width() for bar in left.patches], [28.9, 0, 0.00064])
    np.testing.assert_allclose([bar.get_width() for bar in right.patches], [200.704, 50.176, 0.04])
    assert left.get_xlabel() == "million multiplications per image"
    assert right.get_xlabel() == "kB of output for one image, float32"


def test_numbers_stand_at_the_bars_and_nothing_where_there_is_none():
    left, right = plot_costs(LAYERS, COSTS, "cnn").axes
    assert [text.get_text() for text in left.texts] == ["28.9", "", "640"]
    assert [text.get_text() for text in right.texts] == ["201", "50.2", "40 bytes"]


def test_the_title_has_what_the_whole_network_costs():
    title = title_of(plot_costs(LAYERS, COSTS, "cnn"))
    assert title == (
        "CNN: 1,036,490 parameters, 28.9 million multiplications per image, about 27.6 MB to train on "
        "32 images at a time"
    )


def many(n_layers):
    return pd.DataFrame(
        {
            "layer": [f"conv5_block{number}_out" for number in range(n_layers)],
            "type": "Conv2D",
            "multiplications": range(n_layers),
            "activation_bytes": 4,
        }
    )


@pytest.mark.parametrize(("n_layers", "per_row"), [(MAX_ROWS, 1), (MAX_ROWS + 1, 2), (180, 5)])
def test_many_layers_share_rows_that_sum_them_up(n_layers, per_row):
    left, right = plot_costs(many(n_layers), COSTS, "resnet").axes
    assert len(left.patches) == -(-n_layers // per_row) <= MAX_ROWS
    assert left.patches[0].get_width() == sum(range(per_row))
    assert right.patches[0].get_width() == 4 * per_row
    last = "" if per_row == 1 else f" … conv5_block{per_row - 1}_out"
    assert rows_of(left)[0] == f"conv5_block0_out{last}"
    assert left.get_title("left") == (
        "" if per_row == 1 else f"each row: {per_row} layers or blocks that follow each other"
    )


def test_the_layers_of_a_block_share_a_row():
    names = [
        *("stem_1_convolution", "stem_1_activation"),
        *("stage_1_unit_1_layer_1_convolution", "stage_1_unit_1_sum"),
        *("stage_1_unit_2_layer_1_convolution", "average"),
    ]
    layers = many(len(names)).assign(layer=names)
    left, right = plot_costs(layers, COSTS, "resnet").axes
    assert rows_of(left) == ["stem_1", "stage_1_unit_1", "stage_1_unit_2", "average"]
    assert [bar.get_width() for bar in left.patches] == [0 + 1, 2 + 3, 4, 5]
    assert [bar.get_width() for bar in right.patches] == [8, 8, 4, 4]


@pytest.mark.parametrize("layers", [LAYERS, many(12), many(180)], ids=["lecture", "12", "180"])
def test_nothing_overlaps_or_leaves_the_page(layers):
    figure = plot_costs(layers, COSTS, "cnn")
    left, right = figure.axes
    names = [label.get_window_extent() for label in left.get_yticklabels()]
    numbers = [text.get_window_extent() for axes in (left, right) for text in axes.texts if text.get_text()]
    axes_names = [axes.xaxis.label.get_window_extent() for axes in (left, right)]
    for texts in (names, numbers, axes_names):
        for index, text in enumerate(texts):
            assert not any(text.overlaps(other) for other in texts[index + 1 :])
            assert figure.bbox.x0 <= text.x0 < text.x1 <= figure.bbox.x1


def test_a_network_that_multiplies_nothing_is_drawn_too():
    nothing = LAYERS.assign(multiplications=0)
    left, _ = plot_costs(nothing, {**COSTS, "multiplications": 0}, "cnn").axes
    assert [text.get_text() for text in left.texts] == ["", "", ""]
