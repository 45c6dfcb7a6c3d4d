from itertools import pairwise

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import FancyBboxPatch

from fashion_nets.plotting.diagram import plot_diagram

STACKED = [
    ("images", "InputLayer", "28 x 28", 0, None),
    ("flatten", "Flatten", "784", 0, None),
    ("encoder_1", "Dense", "100", 78_500, "selu"),
    ("codings", "Dense", "30", 3_030, "selu"),
    ("decoder_1", "Dense", "100", 3_100, "selu"),
    ("pixels", "Dense", "784", 79_184, "sigmoid"),
    ("reconstructions", "Reshape", "28 x 28", 0, None),
]
BLOCKS = [("images", "InputLayer", "28 x 28 x 1", 0, None)] + [
    (f"global_average_pooling_of_block_{index}", "GlobalAveragePooling2D", "1024", 123_456_789, "softplus")
    for index in range(13)
]


def _unit(name, maps, skip=False):
    """A residual unit, in the order in which Keras lists it."""
    shape = f"14 x 14 x {maps}"
    return [
        (f"{name}_layer_1_convolution", "Conv2D", shape, 100, "linear"),
        (f"{name}_layer_1_normalization", "BatchNormalization", shape, 10, ""),
        (f"{name}_layer_1_activation", "Activation", shape, 0, "relu"),
        (f"{name}_layer_2_convolution", "Conv2D", shape, 100, "linear"),
        *([(f"{name}_skip_convolution", "Conv2D", shape, 7, "linear")] if skip else []),
        (f"{name}_layer_2_normalization", "BatchNormalization", shape, 10, ""),
        *([(f"{name}_skip_normalization", "BatchNormalization", shape, 3, "")] if skip else []),
        (f"{name}_sum", "Add", shape, 0, ""),
        (f"{name}_activation", "Activation", shape, 0, "relu"),
    ]


RESIDUAL = [
    ("images", "InputLayer", "28 x 28", 0, None),
    ("stem_convolution", "Conv2D", "28 x 28 x 16", 144, "relu"),
    *_unit("stage_1_unit_1", 16),
    *_unit("stage_2_unit_1", 32, skip=True),
    *(row for number in range(2, 41) for row in _unit(f"stage_2_unit_{number}", 32)),
    ("average", "GlobalAveragePooling2D", "32", 0, ""),
    ("probabilities", "Dense", "10", 330, "softmax"),
]


def _table(rows, **columns):
    """Layers of which each takes the one before it; those with parameters have weights."""
    table = pd.DataFrame(rows, columns=["layer", "type", "output_shape", "parameters", "activation"])
    chain = {
        "trainable": table["parameters"],
        "settings": "",
        "takes": table["layer"].shift(fill_value=""),
        "shares": "",
        "depth": (table["parameters"] > 0).cumsum(),
    }
    return table.assign(**{**chain, **columns})


def _boxes(axes):
    return [patch for patch in axes.patches if isinstance(patch, FancyBboxPatch)]


@pytest.fixture
def axes():
    return plot_diagram(_table(STACKED), "stacked_autoencoder").axes[0]


def test_title_has_the_total_and_counts_layers_with_weights():
    title = plot_diagram(_table(STACKED), "stacked_autoencoder").get_suptitle()
    assert title == "stacked autoencoder: 163,814 parameters in 4 layers with weights"


def test_the_title_tells_what_is_not_trained():
    table = _table([("in", "InputLayer", "4", 0, ""), ("normalization", "BatchNormalization", "4", 16, "")])
    title = plot_diagram(table.assign(trainable=[0, 8]), "mlp").get_suptitle()
    assert title == "MLP: 16 parameters, 8 of them not trainable, in 1 layer with weights"


def test_each_layer_has_name_type_shape_and_parameters(axes):
    texts = {text.get_text() for text in axes.texts}
    assert {"encoder_1", "codings", "Dense, selu", "Dense, sigmoid", "Input", "28 × 28", "78,500"} <= texts


def test_layers_go_down_the_page_joined_by_arrows(axes):
    boxes = [box.get_window_extent() for box in _boxes(axes)]
    assert len(boxes) == len(STACKED)
    assert all(upper.y0 > lower.y1 for upper, lower in pairwise(boxes))
    assert sum(text.get_text() == "" for text in axes.texts) == len(STACKED) - 1


def test_the_waist_of_an_autoencoder_shows(axes):
    widths = [box.get_width() for box in _boxes(axes)]
    assert widths[0] == widths[1] == widths[5] == widths[6] > widths[2] == widths[4] > widths[3]


def test_the_kind_of_a_layer_is_its_colour_and_the_legend_names_it():
    rows = [
        ("a", "Conv2D", "3", 1, "relu"),
        ("b", "Conv2DTranspose", "3", 1, "relu"),
        ("c", "MaxPooling2D", "3", 0, ""),
        ("d", "DenseTranspose", "3", 1, "selu"),
        ("e", "LeakyReLU", "3", 0, ""),
        ("f", "Activation", "3", 0, "elu"),
        ("g", "MultiHeadAttention", "3", 1, float("nan")),
        ("h", "LSTM", "3", 1, "tanh"),
    ]
    figure = plot_diagram(_table(rows), "cnn")
    colours = [to_hex(box.get_facecolor()) for box in _boxes(figure.axes[0])]
    assert colours[0] == colours[1]
    assert colours[4] == colours[5]
    assert len(set(colours)) == 6
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["convolution", "pooling", "dense", "recurrent", "activation", "other"]


@pytest.mark.parametrize(
    "rows", [STACKED, BLOCKS, RESIDUAL], ids=["lecture", "long names and numbers", "units of layers"]
)
def test_nothing_overlaps_or_leaves_the_page(rows):
    figure = plot_diagram(_table(rows), "stacked_autoencoder")
    axes = figure.axes[0]
    texts = [text.get_window_extent() for text in axes.texts if text.get_text()]
    for index, text in enumerate(texts):
        assert not any(text.overlaps(other) for other in texts[index + 1 :])
        assert figure.bbox.x0 <= text.x0 < text.x1 <= figure.bbox.x1
    captions = [text for text in axes.texts if text.get_position()[0] == 0 and text.get_text()]
    for box, caption in zip(_boxes(axes), captions[1:], strict=True):
        assert box.get_window_extent().x0 < caption.get_window_extent().x0


def test_a_box_of_few_values_holds_what_is_written_in_it():
    layers = [
        ("images", "Dense", "784", 1, ""),
        ("pixels", "Dense", "1", 1, "3 x 3, stride 2, same, sigmoid"),
    ]
    axes = plot_diagram(_table(layers), "cnn").axes[0]
    (text,) = [text for text in axes.texts if "sigmoid" in text.get_text()]
    written, box = text.get_window_extent(), _boxes(axes)[1].get_window_extent()
    assert box.x0 < written.x0 < written.x1 < box.x1


def test_shapes_that_were_read_back_as_numbers_are_understood():
    table = _table([("codings", "Dense", 2, 10, "linear"), ("pixels", "Dense", 784, 20, "linear")])
    texts = {text.get_text() for text in plot_diagram(table, "linear_autoencoder").axes[0].texts}
    assert {"2", "784", "Dense"} <= texts


def test_like_units_of_layers_share_a_box_with_a_line_for_each_branch():
    figure = plot_diagram(_table(RESIDUAL), "cnn")
    axes = figure.axes[0]
    assert len(_boxes(axes)) == 7
    texts = [text.get_text() for text in axes.texts]
    unit = "Conv2D + BN, relu → Conv2D + BN\n{}Add, relu"
    assert texts.count(unit.format("")) == 2
    assert texts.count(unit.format("skip: Conv2D + BN\n")) == 1
    assert {"stage_1_unit_1", "stage_2_unit_1", "stage_2_unit_2 to 40"} <= set(texts)
    assert {"220", "230", "39 × 220"} <= set(texts)
    assert figure.get_suptitle().startswith("CNN: 9,504 parameters in ")
    assert figure.get_size_inches()[1] < 12


def test_branches_of_a_module_stand_side_by_side_above_what_joins_them():
    name = "stage_3_module_a"
    rows = [
        (f"{name}_branch_2_layer_1_convolution", "Conv2D", "7 x 7 x 1", 1, "relu"),
        (f"{name}_branch_4_pooling", "MaxPooling2D", "7 x 7 x 1", 0, ""),
        (f"{name}_branch_1_convolution", "Conv2D", "7 x 7 x 1", 1, "relu"),
        (f"{name}_branch_2_layer_2_convolution", "Conv2D", "7 x 7 x 1", 1, "relu"),
        (f"{name}_branch_4_layer_1_separable_convolution", "SeparableConv2D", "7 x 7 x 1", 1, "relu"),
        (f"{name}_branch_4_layer_2_convolution", "Conv2D", "7 x 7 x 1", 1, "relu"),
        (f"{name}_stack", "Concatenate", "7 x 7 x 3", 0, ""),
    ]
    axes = plot_diagram(_table(rows), "cnn").axes[0]
    small = [text for text in axes.texts if text.get_fontsize() == 7]
    columns = {}
    for text in small:
        columns.setdefault(round(text.get_position()[0], 3), []).append(" ".join(text.get_text().split()))
    assert [columns[x] for x in sorted(columns)] == [
        ["Conv2D, relu"],
        ["Conv2D, relu", "Conv2D, relu"],
        ["MaxPooling2D", "SeparableConv2D, relu", "Conv2D, relu"],
    ]
    (joined,) = [text for text in axes.texts if text.get_text() == "Concatenate"]
    assert all(joined.get_position()[1] > text.get_position()[1] for text in small)


def test_many_kinds_of_layers_have_a_legend_of_two_lines_that_stays_on_the_page():
    types = (
        "InputLayer",
        "Conv2D",
        "MaxPooling2D",
        "Dropout",
        "LayerNormalization",
        "Dense",
        "ReLU",
        "Flatten",
    )
    rows = [(f"layer_{number}", name, "7 x 7 x 3", 1, "") for number, name in enumerate(types)]
    figure = plot_diagram(_table([*rows, *_unit("stage_1_unit_1", 3)]), "cnn")
    legend = figure.legends[0].get_window_extent()
    assert len(figure.legends[0].get_texts()) == 9
    assert figure.bbox.x0 <= legend.x0 < legend.x1 <= figure.bbox.x1


VARIATIONAL = [
    ("encoder", "Dense", "100", 10, "selu"),
    ("codings", "Dense", "30", 10, "linear"),
    ("log_variance", "Dense", "30", 10, "linear"),
    ("sampling", "Sampling", "30", 0, ""),
]


def _ways(axes):
    """The arrows, each from where to where."""
    arrows = [text for text in axes.texts if text.get_text() == ""]
    return [(arrow.get_position(), arrow.xy) for arrow in arrows]


def test_layers_that_take_the_same_input_stand_side_by_side_with_an_arrow_each():
    takes = ["", "encoder", "encoder", "codings log_variance"]
    axes = plot_diagram(_table(VARIATIONAL, takes=takes), "variational_autoencoder").axes[0]
    encoder, codings, log_variance, sampling = _boxes(axes)
    assert codings.get_y() == log_variance.get_y()
    assert codings.get_x() + codings.get_width() < log_variance.get_x()
    starts_and_ends = [(start[1], end[1]) for start, end in _ways(axes)]
    below, above = encoder.get_y() + encoder.get_height(), codings.get_y()
    assert starts_and_ends.count((pytest.approx(below), pytest.approx(above))) == 2
    texts = {text.get_text() for text in axes.texts}
    assert {"codings\nDense", "log_variance\nDense", "codings\nlog_variance", "30\n30"} <= texts
    assert len(_ways(axes)) == 4
    assert sampling.get_y() > codings.get_y()


def test_what_skips_layers_passes_them_aside():
    rows = [("a", "Dense", "4", 1, ""), ("b", "Dense", "4", 1, ""), ("sum", "Add", "4", 0, "")]
    axes = plot_diagram(_table(rows, takes=["", "a", "a b"]), "mlp").axes[0]
    aside = [line for line in axes.lines if max(line.get_xdata()) > 2.4]
    first, _, last = _boxes(axes)
    assert len(aside) == 1
    middles = [box.get_y() + box.get_height() / 2 for box in (first, last)]
    assert [min(aside[0].get_ydata()), max(aside[0].get_ydata())] == pytest.approx(middles)
    assert len(_ways(axes)) == 3


def test_a_skip_connection_is_drawn_beside_its_unit_whether_it_has_layers_or_not():
    rows = [("images", "InputLayer", "28 x 28", 0, ""), *_unit("stage_1_unit_1", 16)]
    unit = "stage_1_unit_1"
    names = [name for name, *_ in rows]
    takes = ["", *names[:-1]]
    takes[names.index(f"{unit}_sum")] = f"{unit}_layer_2_normalization images"
    axes = plot_diagram(_table(rows, takes=takes), "cnn").axes[0]
    _, box = _boxes(axes)
    assert "Conv2D + BN, relu → Conv2D + BN\nskip: as it is\nAdd, relu" in {
        text.get_text() for text in axes.texts
    }
    (loop,) = axes.lines
    assert max(loop.get_xdata()) == pytest.approx(box.get_x() + box.get_width() + 0.1)
    assert loop.get_xdata()[0] == 0
    assert loop.get_ydata()[0] < box.get_y() < loop.get_ydata()[-1] < box.get_y() + box.get_height()
    plain = plot_diagram(_table(rows), "cnn").axes[0]
    assert len(plain.lines) == 0  # what is added to nothing else skips nothing
    with_layers = plot_diagram(_table([rows[0], *_unit(unit, 16, skip=True)]), "cnn").axes[0]
    assert len(with_layers.lines) == 1


def test_a_unit_of_many_layers_is_told_in_lines_that_its_box_holds():
    rows = [
        (f"stem_1_layer_{number}_convolution", "SeparableConv2D", "7 x 7 x 2", 9, "relu")
        for number in range(1, 5)
    ]
    axes = plot_diagram(_table(rows), "cnn").axes[0]
    layer = "SeparableConv2D, relu"
    (box,) = _boxes(axes)
    (told,) = [text for text in axes.texts if text.get_text().startswith(layer)]
    assert told.get_text() == f"{layer} → {layer} →\n{layer} → {layer}"
    extents = told.get_window_extent(), box.get_window_extent()
    assert extents[0].width < extents[1].width
    assert extents[0].height < extents[1].height


def test_settings_stand_in_the_box_and_shorter_in_a_unit():
    rows = [
        ("convolution", "Conv2D", "7 x 7 x 2", 9, "relu"),
        ("stem_1_convolution", "Conv2D", "7 x 7 x 2", 9, "linear"),
        ("stem_1_normalization", "BatchNormalization", "7 x 7 x 2", 9, ""),
        ("decoder", "DenseTranspose", "4", 1, "selu"),
    ]
    settings = ["3 × 3, stride 2, same, rate 2", "5 × 5, stride 2, valid", "", ""]
    axes = plot_diagram(_table(rows, settings=settings, shares=["", "", "", "encoder"]), "cnn").axes[0]
    assert {
        "Conv2D, 3 × 3, stride 2, same, rate 2, relu",
        "Conv2D 5×5/2 valid + BN",
        "DenseTranspose, selu\nshares the weights of encoder",
    } <= {text.get_text() for text in axes.texts}


def test_a_table_that_was_stored_is_drawn_alike(tmp_path):
    _table(STACKED).to_csv(tmp_path / "layers.csv", index=False)
    stored = plot_diagram(pd.read_csv(tmp_path / "layers.csv"), "stacked_autoencoder").axes[0]
    fresh = plot_diagram(_table(STACKED), "stacked_autoencoder").axes[0]
    assert [text.get_text() for text in stored.texts] == [text.get_text() for text in fresh.texts]
