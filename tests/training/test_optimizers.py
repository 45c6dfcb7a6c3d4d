import keras
import pytest
from tests.parameters import read_params

from fashion_nets.errors import UserError
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.schedules import TrainingLength

LENGTH = TrainingLength(epochs=1, steps_per_epoch=1)


def test_any_optimizer_with_any_of_its_settings():
    params = read_params(OptimizerParams, name="SGD", learning_rate=0.1, momentum=0.9, nesterov=True)
    optimizer = params.build(LENGTH)
    assert isinstance(optimizer, keras.optimizers.SGD)
    assert optimizer.momentum == 0.9
    assert optimizer.nesterov
    assert float(optimizer.learning_rate) == pytest.approx(0.1)


def test_each_build_is_fresh():
    params = read_params(OptimizerParams, name="Adam", learning_rate=0.001)
    assert params.build(LENGTH) is not params.build(LENGTH)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"name": "Adamm"},
            "Keras has no optimizer 'Adamm'; did you mean 'Adam'. There are .*Adam, AdamW.*SGD",
        ),
        ({"learning_rate": 0}, "'learning_rate' should be greater than 0, got 0"),
        ({"momentumm": 0.9}, "SGD has no setting 'momentumm'; it has .*momentum"),
        ({"momentum": 3}, "Keras refuses .*'momentum': 3.* for SGD"),
        (
            {"clipvalue": 1.0, "clipnorm": 1.0},
            "clipvalue and clipnorm exclude each other: keep one of .* global_clipnorm",
        ),
        ({"momentum": True}, "SGD takes for 'momentum' a number, got True"),
        ({"momentum": float("nan")}, "SGD takes for 'momentum' a finite number, got nan"),
        ({"nesterov": 1}, "SGD takes for 'nesterov' true or false, got 1"),
        ({"weight_decay": True}, "SGD takes for 'weight_decay' a number, got True"),
        ({"clipnorm": 0}, "'clipnorm' should be greater than 0, got 0"),
    ],
)
def test_wrong_settings_are_refused_with_what_there_is(settings, message):
    with pytest.raises(UserError, match=message):
        read_params(OptimizerParams, **{"learning_rate": 0.1, **settings})


def test_every_optimizer_that_the_error_names_can_be_had():
    with pytest.raises(UserError) as refused:
        read_params(OptimizerParams, name="nonsense", learning_rate=0.1)
    names = str(refused.value).split("there are ")[1].split(", ")
    assert len(names) > 10
    for name in names:
        assert type(read_params(OptimizerParams, name=name, learning_rate=0.1).build(LENGTH)).__name__ == name


@pytest.mark.parametrize(
    ("clipping", "steps"),
    [
        ({}, [[-3.0, -4.0], [-12.0]]),
        ({"clipvalue": 3.5}, [[-3.0, -3.5], [-3.5]]),
        ({"clipnorm": 2.5}, [[-1.5, -2.0], [-2.5]]),
        ({"global_clipnorm": 6.5}, [[-1.5, -2.0], [-6.0]]),  # the norm of (3, 4, 12) is 13
    ],
)
def test_clipping_limits_the_step(clipping, steps):
    params = read_params(OptimizerParams, name="SGD", learning_rate=1.0, **clipping)
    weights = [keras.Variable([0.0, 0.0]), keras.Variable([0.0])]
    optimizer = params.build(LENGTH)
    optimizer.apply([keras.ops.array([3.0, 4.0]), keras.ops.array([12.0])], weights)
    for weight, step in zip(weights, steps, strict=True):
        assert weight.numpy() == pytest.approx(step, rel=1e-5)


def test_a_schedule_is_the_optimizers_learning_rate():
    params = read_params(
        OptimizerParams, name="Adam", learning_rate=0.1, schedule={"name": "power", "decay_epochs": 1}
    )
    optimizer = params.build(LENGTH)
    optimizer.build([keras.Variable(0.0)])
    optimizer.iterations.assign(3)
    assert float(optimizer.learning_rate) == pytest.approx(0.1 / 4)
