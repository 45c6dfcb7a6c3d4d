"""How many trials fit into a cluster."""

from fashion_nets.trials.ray_slots import count_slots

GIGABYTE = 2**30


def test_trials_fit_where_all_that_they_need_is():
    machines = [
        {"CPU": 8, "memory": 16 * GIGABYTE},
        {"CPU": 64, "memory": 5 * GIGABYTE, "GPU": 1},
        {"memory": GIGABYTE},
    ]
    assert count_slots(machines, {"CPU": 2, "memory": 2 * GIGABYTE}) == 4 + 2
    assert count_slots(machines, {"CPU": 1, "memory": GIGABYTE, "GPU": 1}) == 1
    assert count_slots(machines, {"CPU": 65, "memory": GIGABYTE}) == 0
