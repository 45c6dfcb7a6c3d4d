from fashion_nets.provenance.changes import changes, describe_changes


def test_values_that_differ_are_found_at_any_depth_and_on_either_side():
    before = {"optimizer": {"momentum": 0.9, "name": "SGD"}, "seed": 1}
    after = {"optimizer": {"name": "Adam", "nesterov": True}, "seed": 1}
    assert changes(before, after) == ["optimizer.momentum", "optimizer.name", "optimizer.nesterov"]


def test_a_change_is_told_with_both_values_unless_it_has_no_influence_on_results():
    before = {
        "mlp.training": {"epochs": 10, "resume": True, "checkpoint_seconds": 10},
        "transfer": {"reuse": True},
    }
    after = {
        "mlp.training": {"epochs": 20, "resume": False, "checkpoint_seconds": 0},
        "transfer": {"reuse": False},
    }
    assert describe_changes(before, after) == ["mlp.training.epochs 10 -> 20"]


def test_a_long_list_is_cut():
    (line,) = describe_changes({"names": None}, {"names": ["convolutional"] * 20})
    assert line.startswith("names none -> ['convolutional', ")
    assert len(line) < 70
