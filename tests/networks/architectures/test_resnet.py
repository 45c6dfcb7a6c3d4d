import keras
import numpy as np
import pytest
from tests.networks.architectures.small import build

from fashion_nets.inspection.description import describe_layers
from fashion_nets.networks.architectures.resnet import add_residual_unit
from fashion_nets.networks.registry import build_original


def count_trainable(model):
    return sum(int(np.prod(weights.shape)) for weights in model.trainable_weights)


def count_layers(model):
    """As the names of the networks count: convolutions and dense layers, but for skip connections."""
    return sum(hasattr(layer, "kernel") and "skip" not in layer.name for layer in model.layers)


def unit(maps=1, **options):
    inputs = keras.Input((2, 2, maps))
    return keras.Model(inputs, add_residual_unit(inputs, 1, "unit", **options))


def set_kernels(model, value):
    for layer in model.layers:
        if hasattr(layer, "kernel"):
            layer.kernel.assign(np.full(layer.kernel.shape, value))


IMAGE = np.array([[1.0, 2.0], [0.0, 3.0]], "float32").reshape(1, 2, 2, 1)


@pytest.mark.parametrize("bottleneck", [False, True])
def test_a_unit_whose_weights_are_zero_is_the_identity(bottleneck):
    model = unit(maps=4 if bottleneck else 1, bottleneck=bottleneck)
    image = np.repeat(IMAGE, 4, axis=-1) if bottleneck else IMAGE
    set_kernels(model, 0.0)
    np.testing.assert_array_equal(model(image), image)
    np.testing.assert_array_equal(model(-image), np.zeros_like(image))  # relu comes after the sum


def test_without_its_skip_connection_it_gives_nothing():
    model = unit(skip_connection=False)
    set_kernels(model, 0.0)
    np.testing.assert_array_equal(model(IMAGE), np.zeros_like(IMAGE))


def test_a_unit_by_hand():
    """Filters of ones on 2 x 2 pixels add all of them up: 6 at each place, then 24."""
    scale = 1 / np.sqrt(1 + 1e-5)  # of a fresh batch normalization
    first = 6 * scale
    second = 4 * first * scale
    for skips, expected in ((True, IMAGE + second), (False, np.full_like(IMAGE, second))):
        model = unit(skip_connection=skips)
        set_kernels(model, 1.0)
        np.testing.assert_allclose(model(IMAGE), expected, rtol=1e-5)


def test_where_the_shape_changes_the_input_is_projected():
    model = unit(maps=3, strides=2)
    assert model.output_shape == (None, 1, 1, 1)
    assert model.get_layer("unit_skip_convolution").kernel.shape == (1, 1, 3, 1)
    assert model.get_layer("unit_skip_convolution").strides == (2, 2)


@pytest.mark.parametrize(("name", "parameters"), [("resnet18", 11_689_512), ("resnet34", 21_797_672)])
def test_trainable_parameters_are_those_that_torchvision_documents(name, parameters):
    """``num_params`` of the weights of torchvision's resnet18 and resnet34."""
    model = build_original(name)
    assert count_trainable(model) == parameters
    assert count_layers(model) == int(name.removeprefix("resnet"))
    assert model.get_layer("average").input.shape == (None, 7, 7, 512)


@pytest.mark.slow  # as published: up to 60 million weights in 152 layers
@pytest.mark.parametrize(
    ("name", "parameters"),
    [("resnet50", 25_636_712), ("resnet101", 44_707_176), ("resnet152", 60_419_944)],
)
def test_parameters_are_those_that_keras_documents(name, parameters):
    """As the summaries of keras.applications."""
    assert build_original(name).count_params() == parameters


@pytest.mark.parametrize("name", ["resnet18", "resnet34", "resnet50"])
def test_small_forms_are_as_deep(name):
    table = describe_layers(model := build(name)).set_index("layer")
    rows = table["output_shape"]
    assert count_layers(model) == table["depth"].max() == int(name.removeprefix("resnet"))
    times = 4 if name == "resnet50" else 1
    assert rows["stem_1_convolution"] == "28 x 28 x 16"
    assert rows["stage_1_unit_1_activation"] == f"28 x 28 x {16 * times}"
    assert rows["average"] == f"{128 * times}"
    assert rows["stage_4_unit_3_activation" if name != "resnet18" else "stage_4_unit_2_activation"] == (
        f"4 x 4 x {128 * times}"
    )


def test_without_skip_connections_the_network_is_plain_and_as_deep():
    plain = build("resnet18", skip_connections=False)
    assert count_layers(plain) == 18
    assert not any("skip" in layer.name or "sum" in layer.name for layer in plain.layers)
    projections = 16 * 32 + 32 * 64 + 64 * 128 + 4 * (32 + 64 + 128)  # 1 x 1 filters and their normalization
    assert build("resnet18").count_params() - plain.count_params() == projections
