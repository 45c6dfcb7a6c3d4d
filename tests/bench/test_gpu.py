import json

import pandas as pd
import pytest

from bench import gpu
from bench.gpu import (
    Case,
    Failure,
    Measured,
    compare,
    describe_device,
    interval_of_one_more,
    list_cases,
    measure_cases,
    summarize,
)
from bench.processes import NothingGivenError


def measured(network, way, seconds, loss, **others):
    case = {**Case(network, way, **others)._asdict(), "images": 64}
    return {**case, "epoch_seconds": [9.0, *seconds], "peak_mb": 1.0, "validation_loss": loss}


@pytest.fixture
def measurements():
    return [
        measured("mlp", "lecture", [2.0, 3.0, 4.0], 0.50, engine="keras", seed=42),
        measured("mlp", "lecture", [5.0, 5.0, 5.0], 0.52, engine="keras", seed=43),
        measured("mlp", "auto", [1.0, 1.0, 1.0], 0.51, engine="graph", precision="float32"),
        measured("mlp", "set", [0.5, 0.5, 0.5], 0.90, engine="xla", precision="float32"),
    ]


def test_what_matters_most_comes_first_and_nothing_twice():
    cases = list_cases(["mlp", "cnn"], ["xla", "graph"], ["float32"], n_seeds=2)
    assert [case[:2] for case in cases[:4]] == [
        ("mlp", "lecture"),
        ("mlp", "auto"),
        ("cnn", "lecture"),
        ("cnn", "auto"),
    ]
    assert [case.precision for case in cases[4:8]] == ["auto"] * 4
    assert len(cases) == len(set(cases)) == 4 + 4 + 2 + 4
    assert {case.seed for case in cases if case.way == "lecture"} == {42, 43}


def test_one_more_loss_lies_within_an_interval_by_hand():
    mean, half = interval_of_one_more([0.50, 0.52])
    assert mean == pytest.approx(0.51)
    # Student's t of 99.5 % with one degree of freedom is 63.657, the deviation 0.01 * sqrt(2).
    assert half == pytest.approx(63.657 * 0.01 * 2**0.5 * 1.5**0.5, rel=1e-4)
    assert interval_of_one_more([0.5]) == (0.5, None)


def test_ways_are_compared_with_the_median_of_the_lectures_seeds(measurements):
    table = summarize(measurements).set_index("way")
    assert table.loc["auto", "times_faster"] == 4.0  # 3 and 5 s, so 4 against 1
    assert table.loc["set", "times_faster"] == 8.0
    assert table["is_same"].to_dict() == {"set": True, "auto": True, "lecture": None}
    reached = {target.what: (target.value, target.is_reached) for target in compare(summarize(measurements))}
    assert reached == {
        "MLP, time of auto against the fastest": (2.0, False),
        "MLP, share of ways with a loss of the lecture's": (1.0, True),
    }


def test_a_loss_beyond_noise_is_told(measurements):
    measurements[3]["validation_loss"] = 9.0
    table = summarize(measurements)
    assert table.set_index("engine")["is_same"]["xla"] is False
    (_, share) = compare(table)
    assert (share.value, share.is_reached) == (0.5, False)


def test_what_no_time_is_left_for_is_given():
    cases = list_cases(["mlp"], [], [], n_seeds=1)
    assert measure_cases(cases, seconds=-1) == ([], [], cases)


RAN = {"epoch_seconds": [1.0, 1.0], "peak_mb": 1.0, "validation_loss": 0.5}


def test_what_conf_says_is_measured_once(monkeypatch):
    asked = []

    def measure(network, way, **options):
        asked.append((way, options.get("engine"), options.get("precision")))
        ran = {"engine": "graph", "precision": "mixed_bfloat16"}
        return {**RAN, **(ran if way == "project" else {}), **{k: v for k, v in options.items() if k in ran}}

    monkeypatch.setattr("bench.gpu.measure", measure)
    cases = list_cases(["cnn"], ["graph", "keras"], ["float32", "mixed_bfloat16"], n_seeds=1)
    runs, _, _ = measure_cases(cases, seconds=60)
    assert asked == [
        ("lecture", None, None),
        ("project", None, None),  # which ran graph in mixed_bfloat16
        ("project", "keras", None),
        ("project", "graph", "float32"),
        ("project", "keras", "float32"),
    ]
    assert {(run["engine"], run["precision"]) for run in runs if run["way"] == "auto"} == {
        ("graph", "mixed_bfloat16")
    }


def test_an_engine_that_fails_is_not_tried_in_each_precision(monkeypatch):
    def measure(network, way, **options):
        if options.get("engine") == "xla":
            raise NothingGivenError("no XLA", "cannot compile")
        return {**RAN, "engine": "graph", "precision": "float32"}

    monkeypatch.setattr("bench.gpu.measure", measure)
    cases = list_cases(["cnn"], ["xla"], ["float32", "mixed_bfloat16"], n_seeds=1)
    runs, failed, left_out = measure_cases(cases, seconds=60, images=64)
    assert [run["way"] for run in runs] == ["lecture", "auto"]
    assert failed == [Failure(Case("cnn", "set", "xla"), 64, "cannot compile", "no XLA")]
    assert left_out == []


def test_what_fails_keeps_nothing_else_from_being_measured(measurements, monkeypatch):
    cases = list_cases(["mlp", "cnn"], [], [], n_seeds=1)

    def measure(network, way, **options):
        if (network, way) == ("cnn", "lecture"):
            raise NothingGivenError("it failed:\nmuch else\nOOM when allocating", "out of memory")
        return RAN

    monkeypatch.setattr("bench.gpu.measure", measure)
    runs, failed, left_out = measure_cases(cases, seconds=60)
    assert [(run["network"], run["way"]) for run in runs] == [
        ("mlp", "lecture"),
        ("mlp", "auto"),
        ("cnn", "auto"),
    ]
    assert failed == [Failure(cases[2], 5500, "out of memory", "OOM when allocating")]
    assert left_out == []
    assert set(summarize(runs)["network"]) == {"mlp"}  # the other has nothing to be compared with


def test_what_failed_is_told_in_the_table_and_counts_for_no_target(measurements):
    xla, keras = (Case("mlp", "set", engine, "float32") for engine in ("xla", "keras"))
    failed = [Failure(xla, 64, "cannot compile", "no XLA"), Failure(keras, 64, "out of time", "too slow")]
    table = summarize(measurements, failed)
    assert table["outcome"].to_list() == ["measured"] * 3 + ["cannot compile", "out of time"]
    assert table["engine"].to_list()[3:] == ["xla", "keras"]
    assert table["images"].to_list() == [64] * 5
    assert table["epoch_seconds"].isna().to_list() == [False] * 3 + [True] * 2
    assert compare(table) == compare(summarize(measurements))


@pytest.mark.parametrize(
    ("way", "outcome", "code"),
    [
        ("set", "cannot compile", None),  # another engine runs it then
        ("auto", "cannot compile", 1),  # conf/ says what cannot be run
        ("set", "out of memory", 1),
        ("set", "out of time", 1),
        ("set", "failed", 1),
    ],
)
def test_the_exit_code_says_whether_something_failed_that_should_not(
    way, outcome, code, measurements, run_here, tmp_path, monkeypatch, capsys
):
    failure = Failure(Case("mlp", way, "keras"), 64, outcome, "why it is so")
    monkeypatch.setattr(gpu, "run_module", lambda *_: {"device": "GPU"})
    monkeypatch.setattr(gpu, "check_stored", lambda: None)
    monkeypatch.setattr(gpu, "measure_cases", lambda *_, **__: Measured(measurements, [failure], []))
    monkeypatch.setattr("bench.report.RESULTS", tmp_path)
    monkeypatch.setattr("bench.report.ROOT", tmp_path)
    ended = None
    try:
        run_here("bench.gpu")
    except SystemExit as end:
        ended = end.code
    assert ended == code
    record = json.loads((tmp_path / "gpu.json").read_text())
    assert [row["outcome"] for row in record["table"]].count(outcome) == 1
    (failed,) = record["measurements"]["failed"]
    assert (failed["way"], failed["outcome"], failed["reason"]) == (way, outcome, "why it is so")


def test_the_device_is_described():
    device = json.loads(json.dumps(describe_device()))
    assert set(device) == {"device", "has_bfloat16", "tensorflow"}
    assert isinstance(device["has_bfloat16"], bool)


@pytest.mark.slow  # processes with TensorFlow, one for each measurement
def test_it_runs_on_a_processor_and_says_that_there_is_no_gpu(run_bench, bench_project):
    told = run_bench(
        "bench.gpu",
        *("--on-cpu", "--networks=cnn", "--engines", "xla", "keras", "--precisions", "float32"),
        *("--images=64", "--epochs=2", "--seeds=1"),
    )
    record = json.loads((bench_project / "bench" / "results" / "gpu.json").read_text())
    table = pd.DataFrame(record["table"])
    assert set(zip(table["way"], table["engine"], strict=True)) == {
        ("auto", "graph"),
        ("lecture", "keras"),
        ("set", "keras"),
        ("set", "xla"),
    }
    (xla,) = table[table["engine"] == "xla"].to_dict("records")
    assert xla["outcome"] == "cannot compile"
    assert "CNN, this project, xla, auto, seed 42: cannot compile: Engine xla cannot compile" in told
    assert "CNN, this project, keras, auto, seed 42" in told
    assert table["validation_loss"].dropna().between(0, 50).all()
    assert (table["images"] == 64).all()
