import pytest
from kedro.pipeline import Pipeline

from fashion_nets.pipelines.wiring import (
    checked_by,
    doing_without,
    inputs_by_argument,
    inputs_done_without,
    step,
)


def double(number):
    return 2 * number


def test_a_node_has_the_name_of_its_function_and_its_tags():
    node = step(double, "number", "twice", tags="arithmetic")
    assert (node.name, node.tags) == ("double", {"arithmetic"})
    assert (node.inputs, node.outputs) == (["number"], ["twice"])
    assert node.run({"number": 21}) == {"twice": 42}


def test_a_node_may_have_a_name_of_its_own():
    assert step(double, "number", "twice", name="double_number").name == "double_number"


def test_inputs_may_be_named_for_the_arguments():
    node = step(double, {"number": "params:answer"}, "twice")
    assert node.run({"params:answer": 21}) == {"twice": 42}
    assert node.tags == set()


@checked_by(lambda number: None)
def add(number, other, *, third=0, **more):
    return number + other + third + sum(more.values())


@pytest.mark.parametrize(
    ("inputs", "taken"),
    [
        (["one", "two"], {"number": "one", "other": "two"}),
        (
            {"b": "more", "other": "two", "a": "params:a", "third": "three", "number": "one"},
            {"number": "one", "other": "two", "third": "three", "b": "more", "a": "params:a"},
        ),
    ],
)
def test_what_a_node_takes_is_known_by_argument_also_below_a_namespace(inputs, taken):
    node = step(add, inputs, "sum", name="add_numbers")
    assert inputs_by_argument(node) == taken
    (inside,) = Pipeline([node], namespace="net", inputs={"one"}).nodes
    renamed = {"one": "one", "params:a": "params:net.a"}
    assert inputs_by_argument(inside.tag("sums")) == {
        argument: renamed.get(name, f"net.{name}") for argument, name in taken.items()
    }


@doing_without
def add_up(**numbers):
    return sum(number or 0 for number in numbers.values())


class Adder:
    @doing_without
    def add_up(self, **numbers):
        return add_up(**numbers)


@pytest.mark.parametrize("function", [add_up, Adder().add_up])
def test_an_input_is_done_without_if_nobody_in_the_pipeline_needs_it(function):
    adding = step(function, {"one": "first", "other": "second", "rate": "params:rate"}, "sum")
    assert inputs_done_without(Pipeline([adding])) == {"first", "second"}
    assert inputs_done_without(Pipeline([adding, step(double, "first", "twice")])) == {"second"}
