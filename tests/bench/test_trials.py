import pytest

from bench.trials import ALONE, RAY, WORKERS, make_table


def test_a_way_is_compared_within_each_round():
    rates = {
        ALONE: (100.0, 50.0, 80.0),  # the second round on busy cores
        WORKERS: (150.0, 90.0, 112.0),
        RAY: (50.0, 30.0, 64.0),
    }
    others = dict.fromkeys(("seconds", "seconds_to_start", "worker_mb", "mapped_mb", "parent_mb"), 1.0)
    measured = [
        {"network": network, "way": way, "trials_an_hour": rates[way][number] / slower, **others}
        for network, slower in (("mlp", 1), ("cnn", 10))
        for number in range(3)
        for way in rates
    ]
    table = make_table(measured).set_index(["network", "way"])
    for network in ("mlp", "cnn"):
        assert table["times_faster"][network].to_dict() == pytest.approx({ALONE: 1, WORKERS: 1.5, RAY: 0.6})
    assert table["trials_an_hour"]["cnn", WORKERS] == 11.2
