import random
import re
import sys
from functools import partial

import keras
import pytest
from tests.networks.architectures.test_lecture import LECTURE
from tests.parameters import read_params

from fashion_nets.inspection.costs import estimate_memory
from fashion_nets.networks.architectures.lecture import build_cnn
from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.networks.outlines import outline
from fashion_nets.training.costs import (
    MemoryNeededError,
    check_memory,
    check_weights,
    limit_batch,
    training_costs,
)

MLP = read_params(MlpParams, hidden_units=(300, 100), dropout=0.0)


@pytest.fixture
def mlp():
    model = build_mlp(MLP, (28, 28), 10, "mlp")
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


@pytest.fixture
def cnn():
    model = build_cnn(LECTURE, (28, 28), 10, "cnn")
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def test_costs_of_the_lectures_mlp_by_hand(mlp):
    weights_mb = 266_610 * 4 / 1e6
    assert training_costs(mlp, 55_000, 32, "float32") == pytest.approx(
        {
            "parameters": 266_610,
            "multiplications": 784 * 300 + 300 * 100 + 100 * 10,
            "batch_size": 32,
            "precision": "float32",
            "inputs_mb": 32 * 784 * 4 / 1e6,
            "activations_mb": 32 * (300 + 100 + 10) * 4 / 1e6,
            "weights_mb": weights_mb,
            "gradients_mb": weights_mb,
            "optimizer_mb": 2 * weights_mb,
            "training_memory_mb": 32 * (784 + 410) * 4 / 1e6 + 4 * weights_mb,
            "inference_memory_mb": 32 * (784 + 300) * 4 / 1e6,
        }
    )


@pytest.mark.parametrize(("batch_size", "images"), [(32, 32), (900, 800), ("full", 800)])
def test_a_batch_has_no_more_images_than_there_are(batch_size, images, mlp):
    assert limit_batch(batch_size, 800) == images
    assert training_costs(mlp, 800, batch_size, "float32")["batch_size"] == images


@pytest.mark.skipif(sys.platform != "linux", reason="nothing tells elsewhere")
def needed_by(model, batch_size, policy="float32"):
    """The weights are there already."""
    memory = estimate_memory(model, batch_size, policy)
    return memory.training - memory.weights


def test_what_fits_passes_and_what_does_not_is_refused(cnn):
    needed = needed_by(cnn, 55_000)
    check_memory(cnn, 55_000, "float32", free=needed)
    check_memory(cnn, 55_000, "float32", free=None)
    with pytest.raises(MemoryNeededError):
        check_memory(cnn, 55_000, "float32", free=needed - 1)


def test_a_refusal_says_what_is_needed_what_is_free_and_what_helps(cnn):
    with pytest.raises(MemoryNeededError) as refused:
        check_memory(cnn, 55_000, "float32", free=20 * 10**9)
    values = 28 * 28 * 64 + 14 * 14 * 64 + 2 * 14 * 14 * 128 + 7 * 7 * 128 + 2 * (128 + 64) + 10
    activations = 55_000 * values * 4
    needed = activations + 55_000 * 784 * 4 + 3 * 1_036_490 * 4
    assert str(refused.value) == (
        f"A step of cnn on 55,000 images needs about {needed / 1e6:,.0f} MB of memory, and 20,000 MB are "
        f"free; {activations / 1e6:,.0f} MB are for the outputs of its layers, which training keeps for "
        "backpropagation. "
        'What helps: smaller batches, --params "cnn.training.batch_size=16384"; '
        "a stride or pooling early in the network; fewer layers or filters; "
        '16-bit floats, --params "cnn.training.precision=mixed_bfloat16"; more devices.'
    )


@pytest.mark.parametrize("free", [10**8, 10**9, 7 * 10**9])
def test_the_batches_that_a_refusal_names_fit_into_half_of_what_is_free(free, cnn):
    with pytest.raises(MemoryNeededError) as refused:
        check_memory(cnn, 55_000, "mixed_bfloat16", free)
    assert "precision" not in str(refused.value)
    named = int(re.search(r"cnn\.training\.batch_size=(\d+)", str(refused.value))[1])
    assert needed_by(cnn, named, "mixed_bfloat16") <= free / 2 < needed_by(cnn, 2 * named, "mixed_bfloat16")


def test_where_not_even_one_image_fits_smaller_batches_are_no_advice(cnn):
    with pytest.raises(MemoryNeededError) as refused:
        check_memory(cnn, 1, "float32", free=10**6)
    assert "batch_size" not in str(refused.value)
    assert "fewer layers or filters" in str(refused.value)


def test_the_check_leaves_the_model_as_it_was(mlp):
    weights = mlp.get_weights()
    check_memory(mlp, 32, "float32", free=10**12)
    assert all(map(lambda one, other: (one == other).all(), weights, mlp.get_weights()))
    assert not mlp.optimizer.built
    assert keras.config.dtype_policy().name == "float32"


def test_the_networks_estimate_does_not_depend_on_the_precision_of_its_own_layers():
    """A network that was fitted in bfloat16 is stored in float32; its costs are those of the fit."""
    build = partial(build_mlp, MLP, (28, 28), 10, "mlp")
    assert training_costs(build(), 800, 32, "mixed_bfloat16")["inputs_mb"] == 32 * 784 * 2 / 1e6


def test_weights_that_do_not_fit_are_refused_before_they_are_made():
    def build():
        images = keras.Input((28, 28), name="images")
        units = keras.layers.Dense(1_000_000, name="hidden")(keras.layers.Flatten(name="flatten")(images))
        return keras.Model(images, keras.layers.Dense(1_000_000, name="output")(units), name="mlp")

    random.seed(1)
    expected = random.random()
    random.seed(1)
    message = "mlp has 1,000,786,000,000 weights, which .* 8,006,288 MB of memory .*, and 8,000 MB are free"
    model = outline(build)
    with pytest.raises(MemoryNeededError, match=message):
        check_weights(model, 8_000_000_000)
    assert random.random() == expected  # nothing was drawn
    check_weights(model, None)
