import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from tests.parameters import read_params

from fashion_nets.errors import UserError
from fashion_nets.training.learning_rates import PiecewiseLinear, PowerDecay
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.schedules import TrainingLength

LENGTH = TrainingLength(epochs=10, steps_per_epoch=100)


def schedule(**settings):
    """The rates of a schedule that starts from, or rises to, 0.8."""
    params = read_params(OptimizerParams, name="SGD", learning_rate=0.8, schedule=settings)
    return params.schedule.build(params.learning_rate, LENGTH)


@pytest.mark.parametrize(
    ("settings", "rates"),
    [
        ({"name": "power", "decay_epochs": 2}, {0: 0.8, 200: 0.4, 600: 0.2}),
        ({"name": "power", "decay_epochs": 1, "exponent": 0.5}, {0: 0.8, 300: 0.4, 800: 0.8 / 3}),
        ({"name": "power", "decay_epochs": 1, "exponent": 2}, {100: 0.2, 300: 0.05}),
        (
            {"name": "exponential", "decay_epochs": 2, "decay_rate": 0.5},
            {0: 0.8, 100: 0.8 * 0.5**0.5, 400: 0.2},
        ),
        (
            {"name": "exponential", "decay_epochs": 2, "decay_rate": 0.5, "staircase": True},
            {199: 0.8, 200: 0.4, 399: 0.4, 400: 0.2},
        ),
        (
            {"name": "piecewise_constant", "boundaries": [5, 7.5], "factors": [1, 0.1, 0.01]},
            {0: 0.8, 499: 0.8, 500: 0.08, 749: 0.08, 750: 0.008, 5000: 0.008},
        ),
        (
            {"name": "polynomial", "end_learning_rate": 0.2},
            {0: 0.8, 250: 0.65, 500: 0.5, 1000: 0.2, 2000: 0.2},
        ),
        (
            {"name": "polynomial", "decay_epochs": 4, "end_learning_rate": 0, "power": 2},
            {0: 0.8, 200: 0.2, 400: 0},
        ),
        (
            {"name": "polynomial", "decay_epochs": 4, "end_learning_rate": 0, "cycle": True},
            {200: 0.4, 400: 0, 600: 0.2},
        ),
        ({"name": "cosine"}, {0: 0.8, 250: 0.4 * (1 + 0.5**0.5), 500: 0.4, 1000: 0}),
        ({"name": "cosine", "decay_epochs": 5, "alpha": 0.25}, {0: 0.8, 250: 0.5, 500: 0.2, 1000: 0.2}),
        ({"name": "cosine", "warmup_epochs": 2}, {0: 0, 100: 0.4, 200: 0.8, 600: 0.4, 1000: 0}),
        (
            {"name": "one_cycle"},  # up to step 450, down to 900, and to a thousandth at 1000
            {0: 0.08, 225: 0.44, 450: 0.8, 675: 0.44, 900: 0.08, 950: (0.08 + 0.0008) / 2, 1000: 0.0008},
        ),
        (
            {
                "name": "one_cycle",
                "cycle_epochs": 4,
                "start_factor": 0.5,
                "final_factor": 0,
                "final_share": 0.5,
            },
            {0: 0.4, 50: 0.6, 100: 0.8, 200: 0.4, 300: 0.2, 400: 0, 1000: 0},
        ),
    ],
)
def test_rates_worked_out_by_hand(settings, rates):
    rate_of = schedule(**settings)
    assert {step: float(rate_of(step)) for step in rates} == pytest.approx(rates, rel=1e-5, abs=1e-7)


def test_a_name_alone_takes_the_defaults():
    params = read_params(OptimizerParams, name="SGD", learning_rate=0.8, schedule="cosine")
    assert params.model_dump()["schedule"] == {
        "name": "cosine",
        "decay_epochs": None,
        "alpha": 0.0,
        "warmup_epochs": 0.0,
    }
    assert isinstance(params.build(LENGTH).get_config()["learning_rate"], dict)


def test_lengths_follow_the_batch_size():
    params = read_params(
        OptimizerParams, name="SGD", learning_rate=0.8, schedule={"name": "power", "decay_epochs": 2}
    )
    for steps_per_epoch in (1, 7, 1719):
        length = TrainingLength(epochs=10, steps_per_epoch=steps_per_epoch)
        assert float(params.schedule.build(0.8, length)(2 * steps_per_epoch)) == pytest.approx(0.4)


@pytest.mark.parametrize("jit_compile", [True, False])
@pytest.mark.parametrize(
    "settings",
    [
        {"name": "power", "decay_epochs": 0.02},
        {"name": "exponential", "decay_epochs": 0.02, "decay_rate": 0.5, "staircase": True},
        {"name": "piecewise_constant", "boundaries": [0.02], "factors": [1, 0.1]},
        {"name": "polynomial", "decay_epochs": 0.02, "cycle": True},
        {"name": "cosine", "decay_epochs": 0.02, "warmup_epochs": 0.02},
        {"name": "one_cycle", "cycle_epochs": 0.04},
    ],
)
def test_rates_change_within_a_compiled_block_of_steps(settings, jit_compile):
    rate_of = schedule(**settings)

    @tf.function(jit_compile=jit_compile)
    def sum_of_rates():
        return tf.while_loop(
            lambda step, total: step < 5, lambda step, total: (step + 1, total + rate_of(step)), [0, 0.0]
        )[1]

    assert float(sum_of_rates()) == pytest.approx(sum(float(rate_of(step)) for step in range(5)), rel=1e-5)


def test_networks_trained_with_schedules_of_ours_load_in_a_fresh_process(tmp_path):
    schedules = [PowerDecay(0.8, 10, 0.5), PiecewiseLinear([0, 10, 40], [0.1, 0.8, 0.0])]
    for number, rate_of in enumerate(schedules):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(rate_of), "mse")
        model.fit(np.ones((4, 2)), np.ones((4, 1)), batch_size=1, verbose=0)
        model.save(tmp_path / f"{number}.keras")
    program = """
from fashion_nets.datasets import KerasModelDataset
for number in range(2):
    optimizer = KerasModelDataset(filepath=f"{number}.keras").load().optimizer
    print(int(optimizer.iterations), float(optimizer.learning_rate))
"""
    run = [sys.executable, "-c", program]
    printed = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    for line, rate_of in zip(printed.splitlines(), schedules, strict=True):
        steps, rate = line.split()
        assert int(steps) == 4
        assert float(rate) == pytest.approx(float(rate_of(4)))


def test_the_plateau_reduces_after_its_patience():
    params = read_params(
        OptimizerParams,
        name="SGD",
        learning_rate=0.8,
        schedule={"name": "plateau", "factor": 0.25, "patience": 2, "min_learning_rate": 0.1},
    )
    assert params.schedule.build(0.8, LENGTH) == 0.8
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(params.build(LENGTH), "mse")
    callback = params.schedule.callback()
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, loss in enumerate([1.0, 0.5, 0.6, 0.7, 0.8, 0.9]):
        callback.on_epoch_end(epoch, {"val_loss": loss})
        rates.append(float(model.optimizer.learning_rate))
    assert rates == pytest.approx([0.8, 0.8, 0.8, 0.2, 0.2, 0.1])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"name": "powr"},
            "'schedule': there is no schedule 'powr'; did you mean 'power'. There are cosine,",
        ),
        ({"decay_epochs": 3}, "'schedule': expected a name or a mapping with a name and settings, got"),
        ({"name": "power"}, "'schedule': 'decay_epochs' is missing"),
        ({"name": "power", "decay_epochs": 0}, "'schedule': 'decay_epochs' should be greater than 0, got 0"),
        (
            {"name": "power", "decay_epochs": 1, "exponnent": 1},
            "'exponnent' is not a parameter here; there are name, decay_epochs, exponent",
        ),
        (
            {"name": "piecewise_constant", "boundaries": [3, 2], "factors": [1, 0.1, 0.01]},
            r"'boundaries' must increase, got \[3.0, 2.0\]",
        ),
        (
            {"name": "piecewise_constant", "boundaries": [3], "factors": [1]},
            "'factors' must be one more than the 1 boundaries, got 1",
        ),
        ({"name": "one_cycle", "final_share": 1}, "'final_share' should be less than 1, got 1"),
        ({"name": "plateau", "factor": 1}, "'factor' should be less than 1, got 1"),
        ({"name": "plateau", "monitor": "mse"}, "'monitor' should be 'loss', 'val_loss',"),
    ],
)
def test_wrong_schedules_are_refused(settings, message):
    with pytest.raises(UserError, match=message):
        schedule(**settings)


def test_a_warmup_longer_than_the_training_is_refused():
    with pytest.raises(UserError, match="warmup_epochs 10, which leaves nothing of 10 epochs"):
        schedule(name="cosine", warmup_epochs=10)
