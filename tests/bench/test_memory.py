import json

import pytest

from bench.memory import compare_with_targets, summarize


def measured(batch_size, estimated_mb, measured_mb):
    return {
        "architecture": "lecture",
        "precision": "float32",
        "batch_size": batch_size,
        "estimated_mb": estimated_mb,
        "measured_mb": measured_mb,
    }


def test_one_image_more_takes_what_the_largest_batch_takes_beyond_the_smallest():
    table = summarize([measured(100, 50, 90), measured(200, 90, 140), measured(300, 150, 290)])
    assert table["what"].to_list() == ["a batch"] * 3 + ["one image more"]
    assert table["batch_size"].to_list() == [100, 200, 300, 1]
    more = table.iloc[-1]
    assert more["estimated_mb"] == pytest.approx(0.5)  # (150 - 50) / (300 - 100)
    assert more["measured_mb"] == pytest.approx(1.0)
    assert table["ratio"].to_list() == pytest.approx([1.8, 140 / 90, 290 / 150, 2.0])


@pytest.mark.parametrize(
    ("measured_mb", "verdicts"), [(110, [False, True]), (250, [True, True]), (800, [True, False])]
)
def test_an_estimate_is_neither_too_much_nor_far_too_little(measured_mb, verdicts):
    table = summarize([measured(100, 50, 50), measured(200, 150, measured_mb)])
    assert [target.is_reached for target in compare_with_targets(table)] == verdicts


@pytest.mark.parametrize("sizes", [["256"], ["512", "256"], ["256", "256"]])
def test_batches_that_do_not_rise_are_refused(sizes, run_here, capsys):
    with pytest.raises(SystemExit):
        run_here("bench.memory", "--batch-sizes", *sizes)
    assert "--batch-sizes must be two or more numbers that rise" in capsys.readouterr().err


@pytest.mark.slow  # a process for each batch size
def test_a_small_measurement_sets_the_estimate_against_the_memory(run_bench, bench_project):
    run_bench("bench.memory", "--architectures", "lecture", "--batch-sizes", "64", "256")
    written = json.loads((bench_project / "bench" / "results" / "memory.json").read_text())
    small, large, more = written["table"]
    assert large["measured_mb"] > small["measured_mb"] > 0
    assert more["estimated_mb"] == pytest.approx((large["estimated_mb"] - small["estimated_mb"]) / 192)
