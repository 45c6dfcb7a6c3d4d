import random
import subprocess
import sys

import keras
import pytest

from bench import faults
from bench.faults import CASES, Watch, compare_with_targets, run_case, share_out, summarize


@pytest.mark.parametrize("number", [3, 10, 50])
def test_kills_are_shared_out_among_the_cases(number):
    shares = share_out(number, list(CASES))
    assert sum(shares.values()) == number
    assert share_out(number, ["mlp"]) == {"mlp": number}
    assert share_out(50, list(CASES)) == {"mlp": 14, "greedy": 12, "variational": 10, "study": 8, "cnn": 6}


@pytest.mark.parametrize(
    ("log", "went_on"),
    [
        ("INFO mlp goes on at\n     epoch 2 of 4", True),
        ("INFO mlp goes on at epoch 1 of 4", False),
        ("INFO greedy, layer_1: trained by the interrupted run, taken as it is", True),
        ("INFO mlp, epoch 1 of 4", False),
    ],
)
def test_a_log_says_whether_a_training_went_on(log, went_on):
    assert faults._went_on(log) == went_on


def test_states_are_counted_as_they_are_replaced(tmp_path):
    class Folder:
        states = faults.Project.states
        _walk = faults.Project._walk
        _data = tmp_path

    script = """
import os, sys, time
folder = sys.argv[1] + "/06_models/checkpoints/mlp"
os.makedirs(folder + "/.partial_training.npz.1")
open(folder + "/.partial_training.npz.1/training.npz", "w").close()
for _ in range(3):
    open(folder + "/new", "w").close()
    os.replace(folder + "/new", folder + "/training.npz")
    time.sleep(0.2)
time.sleep(60)
"""
    watch = Watch(Folder())
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)])
    try:
        assert watch.wait(process, 3)
    finally:
        process.kill()
        process.wait()
    assert (watch.n_states, len(watch.intervals)) == (3, 3)
    assert not watch.wait(process)


def test_all_kills_have_to_end_alike_and_most_to_go_on():
    kill = {"case": "mlp", "identical": True, "in_writing": True, "went_on": True}
    cut_short = {name: value for name, value in kill.items() if name != "went_on"}
    table = summarize([{"kills": [kill] * 4 + [cut_short | {"identical": False, "in_writing": False}]}])
    assert table.to_dict("records") == [
        {"case": "mlp", "kills": 5, "identical": 4, "went_on": 4, "in_writing": 4}
    ]
    assert [target.is_reached for target in compare_with_targets(table, 5)] == [False, True, True]


def test_networks_are_compared_with_their_optimizers(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / "model.keras")
    before = dict(faults._read_network(tmp_path / "model.keras"))
    model.optimizer.variables[-1].assign([7.0])
    model.save(tmp_path / "model.keras")
    after = dict(faults._read_network(tmp_path / "model.keras"))
    assert len([name for name in before if before[name] != after[name]]) == 1
    assert len(before) == len(model.weights) + len(model.optimizer.variables)


@pytest.mark.slow  # runs that are killed and go on
@pytest.mark.parametrize("case", ["mlp", "greedy"])
def test_killed_trainings_end_as_if_they_had_not_been(case, tmp_path, monkeypatch):
    monkeypatch.setattr(faults, "RESULTS", tmp_path)
    kills = run_case(case, n_kills=3, n_in_writing=1, draw=random.Random(7))["kills"]
    assert len(kills) == 3
    assert all(kill["identical"] for kill in kills)
    assert sum(kill["in_writing"] for kill in kills) == 1
