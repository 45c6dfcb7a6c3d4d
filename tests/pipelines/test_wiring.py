from fashion_nets.pipelines.wiring import step


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
