import json
import time

import pytest

from bench.checkpoints import Clock


def test_a_clock_adds_up_calls_and_gives_what_they_give_even_those_that_fail():
    clock = Clock()

    @clock.around
    def nap(seconds, *, fails=False):
        """Sleep."""
        time.sleep(seconds)
        if fails:
            raise ValueError("awake")
        return seconds

    assert nap(0.02) == 0.02
    with pytest.raises(ValueError, match="awake"):
        nap(0.03, fails=True)
    first, second = clock.seconds
    assert 0.02 <= first < 1
    assert 0.03 <= second < 1
    assert (nap.__name__, nap.__doc__) == ("nap", "Sleep.")


@pytest.mark.slow  # a process that trains
def test_a_small_measurement_tells_what_checkpoints_take_of_a_training(run_bench, bench_project):
    told = run_bench("bench.checkpoints", "--networks", "mlp", "--epochs=3")
    assert "mlp, share of its training" in told
    written = json.loads((bench_project / "bench" / "results" / "checkpoints.json").read_text())
    (mlp,) = written["measurements"]
    assert (mlp["network"], mlp["images"], mlp["epochs"]) == ("mlp", 320, 3)
    assert mlp["checkpoints"] >= 1
    assert 0 < mlp["seconds_each"] <= mlp["longest_seconds"] < mlp["training_seconds"]
    assert 0 < mlp["share"] < 1
    # Weights of 784-300-100-10 in float32, which is the least that a state holds.
    assert mlp["mb"] > 4 * (784 * 300 + 300 + 300 * 100 + 100 + 100 * 10 + 10) / 1e6
    (target,) = written["targets"]
    assert target["value"] == pytest.approx(mlp["share"])
    assert target["reached"] == (mlp["share"] <= 0.02)
    assert not list((bench_project / "bench" / "results").glob("tmp*"))  # what was kept is gone
