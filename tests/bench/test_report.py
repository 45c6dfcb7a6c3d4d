import json

import pandas as pd
import pytest

from bench import report
from bench.report import Target


@pytest.mark.parametrize(
    ("value", "bound", "is_reached"),
    [
        (5.1, "at least", True),
        (5, "at least", True),
        (4.9, "at least", False),
        (4.9, "at most", True),
        (5.0, "at most", True),
        (5.1, "at most", False),
        (float("nan"), "at least", False),
    ],
)
def test_a_target_is_reached_up_to_its_limit(value, bound, is_reached):
    assert Target("speed", value, bound, 5).is_reached == is_reached


@pytest.fixture
def reported(tmp_path, monkeypatch, capsys):
    """What a report prints, and what it writes."""
    monkeypatch.setattr(report, "ROOT", tmp_path)
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    monkeypatch.setattr("sys.argv", ["memory.py", "--rounds=1"])
    table = pd.DataFrame(
        {"network": ["mlp", "cnn"], "seconds": [0.123456, 12.3456], "ratio": [float("nan"), 2]}
    )
    targets = [Target("times faster", 5.5, "at least", 5), Target("share", 0.31, "at most", 0.2)]
    report.report("memory", table, targets, [{"seconds": 0.123456}])
    return capsys.readouterr().out, json.loads((tmp_path / "results" / "memory.json").read_text())


def test_a_report_prints_its_table_and_its_targets(reported):
    told, _ = reported
    lines = [line.split() for line in told.splitlines()]
    assert ["mlp", "0.1235", "-"] in lines  # four digits, and a dash for what was not measured
    assert ["cnn", "12.35", "2"] in lines
    assert "reached  times faster: 5.5, at least 5" in told
    assert "MISSED   share: 0.31, at most 0.2" in told
    assert told.endswith("Written: results/memory.json\n")


def test_a_report_writes_all_that_was_measured_and_how(reported):
    _, written = reported
    assert written["command"] == "python -m bench.memory --rounds=1"
    assert written["table"][0] == {"network": "mlp", "seconds": 0.123456, "ratio": None}
    assert written["targets"][1] == {
        "what": "share",
        "value": 0.31,
        "bound": "at most",
        "limit": 0.2,
        "reached": False,
    }
    assert written["measurements"] == [{"seconds": 0.123456}]
    assert written["machine"]["cores"] >= 1
    assert written["machine"]["memory_gb"] > 0
