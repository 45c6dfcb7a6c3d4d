import math

import pytest

from fashion_nets.errors import UserError
from fashion_nets.pipelines.sweep.space import DimensionParams, all_overrides, describe_values, name_value


def dimension(**fields):
    return DimensionParams.model_validate(fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "should have either 'choice' or 'low' and 'high'"),
        ({"choice": [1, 2], "low": 0}, "should have either 'choice' or 'low' and 'high'"),
        ({"low": 0}, "a range should have 'low' and 'high'"),
        ({"low": 0.5, "high": 0.1}, "'low' should be less than 'high', got 0.5 and 0.1"),
        ({"low": 0, "high": 1, "log": True}, "'low' of a logarithmic range should be more than 0, got 0"),
        ({"low": 0, "high": 1, "step": 0.3}, "'step' should lead from 'low' to 'high' in equal steps"),
        ({"low": 1, "high": 9, "step": 2, "log": True}, "'step' .* without 'log', got 2"),
        ({"low": 1.5, "high": 9, "integer": True}, "should be whole numbers where 'integer' is true"),
        ({"choice": [1]}, "'choice' should have two values or more"),
        ({"choice": [1, 2, 1]}, "'choice' should have each value once"),
        ({"choice": [1, 2], "log": True}, "'log', 'integer' and 'step' are of a range"),
        ({"choice": {1: {}, 2: {}}}, "^'choice': 1 is no text, as the name of a group should be; put quotes"),
        ({"choice": {"on": {}, False: {}}}, "^'choice': False is no text, .* put quotes around it$"),
        (
            {"choice": {"a": 1, "b": {}}},
            "^'choice': 'a' should be a group of overrides by dotted path, got 1$",
        ),
        ({"choice": {"a": {1: 2}, "b": {}}}, "^'choice': 'a' should be a group of overrides by dotted path"),
        ({"choice": 3}, "^'choice': should be a list of values, or groups of overrides by name, got 3$"),
        ({"low": "a", "high": 1}, "'low' should be a number, got 'a'"),
        ({"lo": 0, "high": 1}, "'lo' is not a parameter here; there are choice, low, high"),
    ],
)
def test_a_wrong_dimension_is_refused_in_one_line(fields, message):
    with pytest.raises(UserError, match=message) as refused:
        dimension(**fields)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("fields", "value", "expected"),
    [
        ({"low": 0, "high": 1}, 0.123456789, 0.1235),
        ({"low": 1e-4, "high": 0.1, "log": True}, 0.00123456789, 0.001235),
        ({"low": 0.12344, "high": 1}, 0.12344, 0.12344),  # no further down than the range
        ({"low": 4, "high": 16, "integer": True}, 7, 7),
        ({"low": 1, "high": 2, "step": 0.0625}, 1.0625, 1.0625),  # four digits would leave the grid
        ({"low": 0, "high": 0.5, "step": 0.1}, 0.1 + 0.2, 0.3),
        ({"low": 0, "high": 0.3, "step": 0.1}, 3 * 0.1, 0.3),  # no further up than the range
        ({"choice": [None, "cosine"]}, "none", None),
        ({"choice": [[256, 128], [64]]}, "256-128", [256, 128]),
    ],
)
def test_what_is_proposed_becomes_a_value_of_the_parameter(fields, value, expected):
    assert dimension(**fields).overrides("a.b", value) == {"a.b": expected}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"low": 32, "high": 256}, [32, 32.5, 256]),
        ({"low": 0.0, "high": 0.5}, [0, 0.25, 0.5]),
        ({"low": 1e-4, "high": 1e-2, "log": True}, [1e-4, 0.00505, 1e-2]),
        ({"low": 32, "high": 256, "integer": True}, [32, 256]),
        ({"low": 0, "high": 1, "step": 0.5}, [0, 1]),
        ({"choice": ["a", "b", "c"]}, ["a", "b", "c"]),
    ],
)
def test_a_range_shows_whether_it_needs_whole_numbers(fields, expected):
    assert dimension(**fields).examples() == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"low": 4, "high": 16, "integer": True}, 13),
        ({"low": 4, "high": 16, "integer": True, "step": 4}, 4),
        ({"low": 0, "high": 0.3, "step": 0.1}, 4),
        ({"low": 0, "high": 1}, math.inf),
        ({"choice": ["a", "b", "c"]}, 3),
        ({"choice": {"a": {}, "b": {}}}, 2),
    ],
)
def test_the_values_of_a_dimension_are_counted(fields, expected):
    assert dimension(**fields).count() == expected


def test_the_name_of_a_group_may_be_any_text():
    assert dimension(choice={"a b": {"x.y": 1}, "c": {}}).overrides("any", "a b") == {"x.y": 1}


def test_a_choice_may_be_of_several_parameters_and_later_dimensions_win():
    space = {
        "optimizer": dimension(
            choice={
                "sgd": {"optimizer.name": "SGD", "optimizer.momentum": 0.9},
                "adam": {"optimizer.name": "Adam"},
            }
        ),
        "optimizer.momentum": dimension(low=0.0, high=0.5),
    }
    values = {"optimizer": "sgd", "optimizer.momentum": 0.25}
    assert all_overrides(space, values) == {"optimizer.name": "SGD", "optimizer.momentum": 0.25}
    assert describe_values(space, values) == values
    assert space["optimizer"].ends() == ["sgd", "adam"]
    assert space["optimizer.momentum"].ends() == [0.0, 0.5]


def test_a_later_dimension_wins_over_a_place_in_what_an_earlier_one_gives():
    units = dimension(choice={"wide": {"a.units": [64, 8]}, "set": {"a.units": [32, 8], "a.units.0": 16}})
    space = {"first": units, "a.units.0": dimension(low=1, high=9, integer=True), "second": units}
    values = {"first": "set", "a.units.0": 5, "second": "wide"}
    assert list(all_overrides(space, values).items()) == [("a.units.0", 5), ("a.units", [64, 8])]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([256, 128, 100], "256-128-100"),
        ([], "none"),
        (None, "none"),
        (True, "yes"),
        (0.5, "0.5"),
        (1e-05, "1e-05"),
        ({"name": "leaky_relu", "negative_slope": 0.2}, "leaky_relu 0.2"),
    ],
)
def test_values_have_names_that_people_read(value, expected):
    assert name_value(value) == expected
