import pytest

from fashion_nets.errors import UserError
from fashion_nets.training.overrides import merge_overrides, override_network

BASE = {
    "architecture": {"name": "mlp", "hidden_units": [300, 100], "kernel_regularizer": None},
    "optimizer": {"name": "SGD"},
}


def test_values_come_in_by_their_paths_and_leave_the_base_alone():
    changed = override_network(
        BASE,
        {
            "architecture.hidden_units": [64, 32],
            "architecture.hidden_units.1": 16,
            "optimizer": {"name": "Adam"},
            "optimizer.learning_rate": 0.01,
            "architecture.kernel_regularizer.name": "l2",
        },
        {},
    )
    assert changed == {
        "architecture": {"name": "mlp", "hidden_units": [64, 16], "kernel_regularizer": {"name": "l2"}},
        "optimizer": {"name": "Adam", "learning_rate": 0.01},
    }
    assert BASE["architecture"]["hidden_units"] == [300, 100]
    assert BASE["optimizer"] == {"name": "SGD"}


def test_what_is_merged_later_wins_whatever_path_it_has():
    before = {"architecture.hidden_units.0": 8, "optimizer.name": "Adam"}
    merged = merge_overrides(before, {"architecture.hidden_units": [64], "architecture.hidden_units.0": 16})
    assert override_network(BASE, merged, {})["architecture"]["hidden_units"] == [16]
    merged = merge_overrides(before, {"architecture.hidden_units": [64]})
    assert override_network(BASE, merged, {})["architecture"]["hidden_units"] == [64]
    assert before == {"architecture.hidden_units.0": 8, "optimizer.name": "Adam"}


@pytest.mark.parametrize("place", ["2", "first"])
def test_a_place_that_a_list_does_not_have_is_refused(place):
    with pytest.raises(UserError, match=f"there is no place {place} in .300, 100., which has 0 to 1"):
        override_network(BASE, {f"architecture.hidden_units.{place}": 1}, {})
