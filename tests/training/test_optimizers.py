import keras
import pytest

from fashion_nets.errors import UserError
from fashion_nets.training.optimizers import OptimizerParams


def test_any_optimizer_with_any_of_its_settings():
    params = OptimizerParams.model_validate(
        {"name": "SGD", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True}
    )
    optimizer = params.build()
    assert isinstance(optimizer, keras.optimizers.SGD)
    assert optimizer.momentum == 0.9
    assert optimizer.nesterov
    assert float(optimizer.learning_rate) == pytest.approx(0.1)


def test_each_build_is_fresh():
    params = OptimizerParams(name="Adam", learning_rate=0.001)
    assert params.build() is not params.build()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"name": "Adamm"}, "Keras has no optimizer named 'Adamm'; it has .*Adam, AdamW.*SGD"),
        ({"learning_rate": 0}, "'learning_rate' should be greater than 0, got 0"),
        ({"momentumm": 0.9}, "SGD has no setting 'momentumm'; it has .*momentum"),
        ({"momentum": 3}, "Keras refuses .*'momentum': 3.* for SGD"),
    ],
)
def test_wrong_settings_are_refused_with_what_there_is(settings, message):
    with pytest.raises(UserError, match=message):
        OptimizerParams.model_validate({"name": "SGD", "learning_rate": 0.1, **settings})


def test_every_optimizer_that_the_error_names_can_be_had():
    with pytest.raises(UserError) as refused:
        OptimizerParams.model_validate({"name": "nonsense", "learning_rate": 0.1})
    names = str(refused.value).split("it has ")[1].split(", ")
    assert len(names) > 10
    for name in names:
        assert type(OptimizerParams(name=name, learning_rate=0.1).build()).__name__ == name
