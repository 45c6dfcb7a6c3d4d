import json

import numpy as np
import pandas as pd
import pytest

from bench.networks import NETWORKS
from bench.training import COLUMNS, compare_with_targets, summarize


def measured(network, way, seconds, peak_mb):
    return {
        "network": network,
        "way": way,
        "epoch_seconds": seconds,
        "peak_mb": peak_mb,
        "loss": 0.5,
        "validation_loss": 0.4,
    }


@pytest.fixture
def table():
    return summarize(
        [
            measured("mlp", "lecture", [9.0, 4.0, 6.0], 1000),  # median of the last two: 5
            measured("mlp", "project", [7.0, 1.0, 1.0], 500),
            measured("mlp", "torch", [2.0, 1.5, 1.5], 800),
            measured("mlp", "lecture", [9.0, 7.0, 7.0], 3000),
            measured("mlp", "project", [7.0, 0.5, 0.5], 700),
            measured("mlp", "torch", [2.0, 1.5, 1.5], 800),
        ]
    ).set_index("way")


def test_the_first_epoch_which_compiles_stands_apart(table):
    assert table["first_epoch_seconds"].to_dict() == {"lecture": 9, "project": 7, "torch": 2}
    assert table["epoch_seconds"].to_dict() == {"lecture": 6, "project": 0.75, "torch": 1.5}


def test_ratios_compare_medians_over_the_rounds(table):
    assert table["times_faster"].to_dict() == {"lecture": 1, "project": 8, "torch": 4}
    assert table.loc["project", "times_torch"] == 2
    assert table["times_torch"].isna().to_dict() == {"lecture": True, "project": False, "torch": True}
    assert table["peak_mb"].to_dict() == {"lecture": 2000, "project": 600, "torch": 800}
    assert table["memory_ratio"].to_dict() == pytest.approx({"lecture": 1, "project": 0.3, "torch": 0.4})


def test_each_network_is_compared_with_itself_and_not_with_pytorch_where_that_was_not_measured():
    table = summarize(
        [
            measured("mlp", "lecture", [9.0, 6.0], 1000),
            measured("mlp", "project", [9.0, 2.0], 1000),
            measured("cnn", "lecture", [9.0, 8.0], 1000),
            measured("cnn", "project", [9.0, 4.0], 1000),
        ]
    )
    assert list(table.columns) == COLUMNS
    assert table["times_faster"].to_list() == [1, 3, 1, 2]
    assert table["images"].to_list() == [55_000, 55_000, 5_500, 5_500]
    assert table["times_torch"].isna().all()


def test_targets_are_those_of_the_networks_that_were_measured(table):
    targets = compare_with_targets(table.reset_index())
    assert [(target.value, target.bound, target.limit, target.is_reached) for target in targets] == [
        (8, "at least", NETWORKS["mlp"].times_faster, True),
        (2, "at least", NETWORKS["mlp"].times_torch, True),
        (pytest.approx(0.3), "at most", 0.65, True),
    ]


def test_one_epoch_alone_is_refused_as_it_would_leave_nothing(run_here, capsys):
    with pytest.raises(SystemExit):
        run_here("bench.training", "--epochs=1")
    assert "--epochs must be at least 2" in capsys.readouterr().err


@pytest.mark.slow  # three processes with TensorFlow
def test_a_small_measurement_trains_both_ways_and_writes_what_it_prints(run_bench, bench_project):
    told = run_bench("bench.training", "--networks", "mlp", "--rounds=1", "--epochs=2")
    assert "round 1 of 1, MLP, lecture" in told
    results = bench_project / "bench" / "results"
    assert (results / "training.png").stat().st_size > 10_000
    written = json.loads((results / "training.json").read_text())
    runs = {run["way"]: run for run in written["measurements"]}
    assert {"lecture", "project"} <= set(runs)
    table = pd.DataFrame(written["table"]).set_index("way")
    for way, run in runs.items():
        assert len(run["epoch_seconds"]) == 2
        assert table.loc[way, "epoch_seconds"] == pytest.approx(run["epoch_seconds"][1])
        # Ten steps from networks that know nothing: about the logarithm of ten classes.
        assert run["loss"] == pytest.approx(np.log(10), abs=0.4)
    faster = runs["lecture"]["epoch_seconds"][1] / runs["project"]["epoch_seconds"][1]
    assert table.loc["project", "times_faster"] == pytest.approx(faster)
