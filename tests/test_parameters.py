from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field, ValidationError, field_validator, model_validator

from fashion_nets.errors import UserError
from fashion_nets.parameters import Parameters, flatten_parameters, merge_groups, value_at


class Layer(Parameters):
    units: Annotated[int, Field(gt=0)]
    activation: str = "relu"

    @field_validator("activation")
    @classmethod
    def _check(cls, activation):
        if activation == "rule":
            raise ValueError("there is no activation 'rule'; did you mean 'relu'?")
        return activation


class Network(Parameters):
    layers: tuple[Layer, ...]
    head: Layer | None = None

    @model_validator(mode="after")
    def _check(self):
        if len(self.layers) > 2:
            raise ValueError("more than two layers")
        return self


def refusal(parameters):
    with pytest.raises(UserError) as error:
        Network.model_validate(parameters)
    return str(error.value)


def test_a_mapping_and_a_ready_group_are_taken():
    network = Network.model_validate({"layers": [{"units": 300}], "head": {"units": 10}})
    assert network.layers[0] == Layer(units=300, activation="relu")
    assert Network.model_validate(network) is network


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_a_number_is_finite(value):
    class Optimizer(Parameters):
        learning_rate: Annotated[float, Field(gt=0)] | None

    with pytest.raises(UserError, match="'learning_rate' should be a finite number, got"):
        Optimizer.model_validate({"learning_rate": value})


class Training(Parameters):
    epochs: Annotated[int, Field(gt=0)]
    rate: float | None = None
    shuffle: bool = False
    sizes: tuple[int, ...] = ()
    by_name: dict[str, float] = Field(default_factory=dict)
    folder: Path | None = None


class Outer(Parameters):
    training: Training


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": True}, "epochs' should be a whole number, got True"),
        ({"epochs": "3"}, "epochs' should be a whole number, got '3'"),
        ({"epochs": 1.5}, "epochs' should be a whole number, got 1.5"),
        ({"epochs": float("nan")}, "epochs' should be a finite number, got nan"),
        ({"rate": False}, "rate' should be a number, got False"),
        ({"rate": "0.1"}, "rate' should be a number, got '0.1'"),
        ({"shuffle": 1}, "shuffle' should be true or false, got 1"),
        ({"shuffle": "yes"}, "shuffle' should be true or false, got 'yes'"),
        ({"sizes": [1, True]}, "sizes.1' should be a whole number, got True"),
        ({"by_name": {"loss": "1"}}, "by_name.loss' should be a number, got '1'"),
    ],
)
def test_truth_values_and_texts_are_no_numbers_nor_numbers_truth_values(changes, message):
    given = {"epochs": 3} | changes
    with pytest.raises(UserError) as raised:
        Training.model_validate(given)
    assert str(raised.value) == f"'{message}"
    with pytest.raises(UserError) as raised:
        Outer.model_validate({"training": given})
    assert str(raised.value) == f"'training.{message}"


def test_numbers_lists_and_paths_are_taken_as_yaml_and_the_command_line_have_them():
    given = {"epochs": 1e3, "rate": 1, "shuffle": True, "sizes": [1, 2], "by_name": {"a": 2}, "folder": "x"}
    taken = Training.model_validate(given)
    assert taken == Training(
        epochs=1000, rate=1.0, shuffle=True, sizes=(1, 2), by_name={"a": 2.0}, folder=Path("x")
    )
    assert isinstance(taken.rate, float)


def test_a_default_that_looks_like_the_rule_of_a_number_stays_as_it_is():
    class Column(Parameters):
        layout: dict[str, str] = Field(default={"type": "bool"})

    assert Column().layout == {"type": "bool"}


def test_a_group_does_not_change():
    with pytest.raises(ValidationError, match="frozen"):
        Layer(units=1).units = 2


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "'layers' is missing"),
        ({"layers": [{"units": 0}]}, "'layers.0.units' should be greater than 0, got 0"),
        ({"layers": [], "width": 1}, "'width' is not a parameter here; there are layers, head"),
        (
            {"layers": [{"units": 1, "width": 1}]},
            "'layers.0.width' is not a parameter here; there are units, activation",
        ),
        (
            {"layers": [], "head": {"units": 1, "width": 1}},
            "'head.width' is not a parameter here; there are units, activation",
        ),
        (
            {"layers": [{"units": 1, "activation": "rule"}]},
            "'layers.0.activation': there is no activation 'rule'; did you mean 'relu'?",
        ),
        ({"layers": [{"units": 1}] * 3}, "more than two layers"),
        (None, "'the group' should be a group of parameters by name, got None"),
    ],
)
def test_a_wrong_parameter_is_named_with_its_rule_and_value(parameters, message):
    assert refusal(parameters) == message


def test_all_that_is_wrong_is_told_at_once():
    assert refusal({"layers": [{"units": "many"}, {}]}) == (
        "'layers.0.units' should be a whole number, got 'many'; 'layers.1.units' is missing"
    )


def test_what_is_stated_wins_down_to_single_fields():
    group = {"training": {"epochs": 10, "early_stopping": {"patience": 5}}, "hidden_units": [300, 100]}
    stated = {"training": {"early_stopping": {"patience": 1}}, "hidden_units": [16], "dropout": 0.2}
    assert merge_groups(group, stated) == {
        "training": {"epochs": 10, "early_stopping": {"patience": 1}},
        "hidden_units": [16],
        "dropout": 0.2,
    }
    assert group["training"]["early_stopping"] == {"patience": 5}  # left as it was


@pytest.mark.parametrize(("before", "after"), [({"patience": 5}, None), (None, {"patience": 5})])
def test_a_value_takes_the_place_of_a_group_and_a_group_that_of_a_value(before, after):
    assert merge_groups({"early_stopping": before}, {"early_stopping": after}) == {"early_stopping": after}


def test_a_value_is_found_by_its_path_and_what_is_not_there_is_named():
    parameters = {"mlp": {"training": {"epochs": 3, "early_stopping": None}}}
    assert value_at(parameters, "mlp.training.epochs") == 3
    assert value_at(parameters, "mlp.training.early_stopping") is None
    for path in ("mlp.trainig", "mlp.training.epochs.x", "cnn"):
        with pytest.raises(KeyError, match=path):
            value_at(parameters, path)


class Noise(Parameters):
    kind: str
    strength: float


def test_each_value_has_the_path_to_it_as_its_name():
    parameters = {"mlp": {"noise": Noise(kind="dropout", strength=0.5), "units": [300, 100]}, "seed": 42}
    assert flatten_parameters(parameters) == {
        "mlp.noise.kind": "dropout",
        "mlp.noise.strength": 0.5,
        "mlp.units": [300, 100],
        "seed": 42,
    }


def test_an_empty_group_is_a_value():
    assert flatten_parameters({"optimizer": {}, "schedule": None}) == {"optimizer": {}, "schedule": None}
