import pytest
from tests.networks.architectures.small import build

from fashion_nets.errors import UserError
from fashion_nets.inspection.description import describe_layers
from fashion_nets.networks.registry import build_original

# The lecture's table, and its parameters worked out by hand.
TABLE = {
    "c1": ("55 x 55 x 96", (11 * 11 * 3 + 1) * 96),
    "s2": ("27 x 27 x 96", 0),
    "c3": ("27 x 27 x 256", (5 * 5 * 96 + 1) * 256),
    "s4": ("13 x 13 x 256", 0),
    "c5": ("13 x 13 x 384", (3 * 3 * 256 + 1) * 384),
    "c6": ("13 x 13 x 384", (3 * 3 * 384 + 1) * 384),
    "c7": ("13 x 13 x 256", (3 * 3 * 384 + 1) * 256),
    "s8": ("6 x 6 x 256", 0),
    "f9": ("4096", (6 * 6 * 256 + 1) * 4096),
    "f10": ("4096", (4096 + 1) * 4096),
    "probabilities": ("1000", (4096 + 1) * 1000),
}


def test_the_paper_has_fewer_parameters_as_three_convolutions_see_half_of_the_maps():
    total = sum(parameters for _, parameters in TABLE.values())
    split = sum(TABLE[name][1] - (maps * filters) // 2 for name, maps, filters in SPLIT)
    assert total == 62_378_344
    assert (
        total - sum(TABLE[name][1] for name, *_ in SPLIT) + split == 60_965_224
    )  # "60 million" in the paper


SPLIT = [("c3", 5 * 5 * 96, 256), ("c6", 3 * 3 * 384, 384), ("c7", 3 * 3 * 384, 256)]


@pytest.mark.slow  # 62 million weights
def test_the_lectures_table_row_by_row():
    model = build_original("alexnet")
    rows = describe_layers(model).set_index("layer")
    for name, (shape, parameters) in TABLE.items():
        assert (rows.loc[name, "output_shape"], rows.loc[name, "parameters"]) == (shape, parameters), name
    assert model.count_params() == 62_378_344


def test_the_small_form_begins_with_3_by_3_filters_and_half_of_them():
    rows = describe_layers(build("alexnet")).set_index("layer")
    assert rows.loc["c1", "parameters"] == (3 * 3 * 1 + 1) * 48
    assert rows.loc[["c1", "s2", "s4", "s8", "f10"], "output_shape"].tolist() == [
        *("28 x 28 x 48", "13 x 13 x 48", "6 x 6 x 128", "2 x 2 x 128", "1024"),
    ]


def test_images_of_which_pooling_leaves_nothing_are_refused():
    assert build("alexnet", (15, 15)).get_layer("s8").output.shape[1:3] == (1, 1)
    with pytest.raises(UserError, match="alexnet needs images of at least 15 x 15 pixels, got 28 x 14"):
        build("alexnet", (28, 14))
