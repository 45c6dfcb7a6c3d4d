import json

import pytest

from bench.processes import STATUS, NothingGivenError
from bench.ways import WAYS, installed_ways, measure


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


@pytest.mark.slow  # a process with TensorFlow
def test_an_engine_that_cannot_run_is_not_measured_as_another(stored_sets):
    with pytest.raises(
        NothingGivenError, match="Engine xla cannot compile cnn, so graph runs it .*$"
    ) as nothing:
        measure("cnn", "project", epochs=2, images=64, sets=stored_sets, engine="xla", precision="float32")
    assert nothing.value.outcome == "cannot compile"


def test_a_training_that_is_out_of_memory_ends_its_process_with_that(run_here, monkeypatch, capsys):
    def measure_it(job):
        raise MemoryError(f"Unable to allocate {job.epochs} GiB")

    monkeypatch.setattr("bench.lecture.measure", measure_it)
    with pytest.raises(SystemExit) as end:
        run_here("bench.ways", "mlp", "lecture", "--epochs=9")
    assert end.value.code == STATUS["out of memory"]
    assert capsys.readouterr().err.splitlines()[-1] == "Unable to allocate 9 GiB"
