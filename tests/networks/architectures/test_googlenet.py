import keras
import numpy as np
from tests.networks.architectures.small import build

from fashion_nets.inspection.description import describe_layers
from fashion_nets.networks.architectures.googlenet import STAGES, InceptionFilters, add_inception_module
from fashion_nets.networks.registry import build_original

# What each module takes and puts out, by table 1 of the paper.
MAPS = {
    "3a": (192, 256),
    "3b": (256, 480),
    "4a": (480, 512),
    "4b": (512, 512),
    "4c": (512, 512),
    "4d": (512, 528),
    "4e": (528, 832),
    "5a": (832, 832),
    "5b": (832, 1024),
}


def module(maps, filters, batch_normalization=False):
    inputs = keras.Input((6, 7, maps))
    return keras.Model(inputs, add_inception_module(inputs, filters, "m", batch_normalization))


def count_module(maps, filters):
    """Weights and biases of the six convolutions."""
    return (
        (maps + 1) * (filters.ones + filters.reduce_threes + filters.reduce_fives + filters.pooled)
        + (3 * 3 * filters.reduce_threes + 1) * filters.threes
        + (5 * 5 * filters.reduce_fives + 1) * filters.fives
    )


def test_a_module_by_hand():
    filters = InceptionFilters(ones=2, reduce_threes=3, threes=4, reduce_fives=1, fives=5, pooled=6)
    model = module(8, filters)
    assert model.output_shape == (None, 6, 7, 2 + 4 + 5 + 6)
    assert model.count_params() == 9 * 2 + 9 * 3 + (27 + 1) * 4 + 9 * 1 + (25 + 1) * 5 + 9 * 6 == 350


def test_a_normalized_module_has_four_values_a_filter_and_no_biases():
    filters = InceptionFilters(1, 1, 1, 1, 1, 1)
    assert module(2, filters, True).count_params() == 4 * 2 + 9 + 25 + 6 * 4


def test_branches_are_stacked_in_order():
    """With weights of zero each branch gives its bias."""
    model = module(1, InceptionFilters(1, 1, 1, 1, 1, 1))
    for name, bias in (("1", 1.0), ("2_layer_2", 2.0), ("3_layer_2", 3.0), ("4", 4.0)):
        layer = model.get_layer(f"m_branch_{name}_convolution")
        layer.set_weights([np.zeros_like(layer.kernel), np.array([bias])])
    assert np.unique(model(np.ones((1, 6, 7, 1))), axis=None).tolist() == [1, 2, 3, 4]
    assert np.array(model(np.ones((1, 6, 7, 1))))[0, 0, 0].tolist() == [1, 2, 3, 4]


def test_the_modules_fit_onto_each_other_as_in_the_paper():
    for stage, modules in STAGES.items():
        for letter, filters in modules.items():
            ones, _, threes, _, fives, pooled = filters
            assert ones + threes + fives + pooled == MAPS[f"{stage}{letter}"][1]


def count_original():
    """Stem, modules and head by hand, with biases."""
    stem = (7 * 7 * 3 + 1) * 64 + (64 + 1) * 64 + (3 * 3 * 64 + 1) * 192
    modules = sum(
        count_module(MAPS[f"{stage}{letter}"][0], filters)
        for stage, letters in STAGES.items()
        for letter, filters in letters.items()
    )
    return stem + modules + (1024 + 1) * 1000


def test_parameters_of_the_original():
    """6,990,272 weights and 8,280 biases, as layer tables of BVLC's GoogLeNet for Caffe have it.

    Not torchvision's 6,624,904, which has batch normalization, and 3 x 3 filters in place of 5 x 5; and
    5,975,602, which is read too, is this body with a head of 2 classes.
    """
    model = build_original("googlenet")
    assert model.count_params() == count_original() == 6_998_552
    assert count_original() - 1025 * 1000 + 1025 * 2 == 5_975_602
    assert model.get_layer("stage_5_module_b_stack").output.shape == (None, 7, 7, 1024)
    assert model.output_shape == (None, 1000)


def test_auxiliary_heads_are_two_more_outputs():
    """13,378,280 as implementations of the paper with both heads have it."""
    model = build_original("googlenet", auxiliary_heads=True)
    head = [(maps + 1) * 128 + (4 * 4 * 128 + 1) * 1024 + 1025 * 1000 for maps in (512, 528)]
    assert model.count_params() == 6_998_552 + sum(head) == 13_378_280
    assert model.output_shape == [(None, 1000)] * 3


def test_the_small_form_keeps_half_of_a_side_and_ends_at_an_eighth():
    rows = describe_layers(build("googlenet")).set_index("layer")["output_shape"]
    assert rows["stem_1_convolution"] == "28 x 28 x 32"
    assert rows["stage_3_module_b_stack"] == "14 x 14 x 240"
    assert rows["stage_4_module_e_stack"] == "7 x 7 x 416"
    assert rows["stage_5_module_b_stack"] == "4 x 4 x 512"
