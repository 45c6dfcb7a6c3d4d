import keras
import numpy as np
import pytest

from fashion_nets.training.learning_rates import PiecewiseLinear, PowerDecay


def rates(schedule, steps):
    return [float(schedule(step)) for step in steps]


def test_power_scheduling_divides_by_the_power_of_the_steps():
    schedule = PowerDecay(0.1, decay_steps=100, exponent=2)
    assert rates(schedule, [0, 100, 200, 50]) == pytest.approx([0.1, 0.1 / 4, 0.1 / 9, 0.1 / 2.25])


def test_with_the_exponent_one_it_is_what_keras_calls_inverse_time_decay():
    ours = PowerDecay(0.1, decay_steps=100)
    theirs = keras.optimizers.schedules.InverseTimeDecay(0.1, decay_steps=100, decay_rate=1)
    steps = [0, 1, 99, 12_345]
    assert rates(ours, steps) == pytest.approx(rates(theirs, steps))


def test_between_its_points_a_rate_lies_on_straight_lines_and_beyond_them_it_is_constant():
    schedule = PiecewiseLinear(steps=[10, 20, 40], learning_rates=[0.1, 0.5, 0.1])
    assert rates(schedule, [0, 10, 15, 20, 25, 40, 1_000]) == pytest.approx(
        [0.1, 0.1, 0.3, 0.5, 0.4, 0.1, 0.1]
    )


@pytest.mark.parametrize(
    "schedule", [PowerDecay(0.1, decay_steps=3, exponent=0.5), PiecewiseLinear([0, 2, 6], [0.1, 0.4, 0.0])]
)
def test_a_stored_network_keeps_its_schedule(schedule, tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(schedule), "mse")
    model.fit(np.ones((4, 2)), np.ones(4), batch_size=1, verbose=0)  # four steps
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.optimizer.iterations == 4
    assert loaded.optimizer.get_config()["learning_rate"] == model.optimizer.get_config()["learning_rate"]
    assert float(loaded.optimizer.learning_rate) == pytest.approx(float(schedule(4)))
