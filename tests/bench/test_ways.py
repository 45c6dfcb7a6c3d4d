import json

from bench.ways import WAYS, installed_ways


def test_pytorch_is_left_out_where_it_is_not_installed(monkeypatch):
    assert set(WAYS) == {"lecture", "project", "torch"}
    monkeypatch.setattr("bench.ways.find_spec", lambda _: None)
    assert installed_ways() == ["lecture", "project"]
    monkeypatch.setattr("bench.ways.find_spec", lambda name: name)
    assert installed_ways() == ["lecture", "project", "torch"]


def test_the_process_prints_what_it_measured_as_its_last_line(run_here, stored_sets):
    told = run_here(
        "bench.ways",
        "mlp",
        "project",
        "--epochs=2",
        "--images=64",
        f"--sets={stored_sets}",
        "--seed=3",
        "--test",
    )
    measured = json.loads(told.splitlines()[-1])
    assert len(measured["epoch_seconds"]) == 2
    assert 0 <= measured["test_accuracy"] <= 1
