import subprocess
import sys
from importlib import import_module

import pytest
from tests.conftest import ROOT

from bench import __main__ as everything
from bench.__main__ import PARTS

ALONE = ("checkpoints", "faults", "verdicts")
PROCESSES = ("ways", "memory_run", "lecture_run", "trials_run")


def test_the_help_of_all_benchmarks_names_their_parts():
    command = [sys.executable, "-m", "bench", "--help"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert told.startswith("usage: python -m bench")
    for part in PARTS:
        assert part in told


@pytest.mark.parametrize("module", [*PARTS, *ALONE, *PROCESSES])
def test_each_part_and_process_says_how_it_is_called(module, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [module, "--help"])
    with pytest.raises(SystemExit) as end:
        import_module(f"bench.{module}").main()
    assert end.value.code == 0
    assert "usage:" in capsys.readouterr().out


def test_a_part_that_fails_is_named_and_keeps_no_other_from_running(tmp_path, monkeypatch, capfd):
    folder = tmp_path / "bench"
    folder.mkdir()
    (folder / "training.py").write_text("raise SystemExit(3)")
    (folder / "memory.py").write_text("print('memory ran')")
    monkeypatch.setattr(everything, "ROOT", tmp_path)
    monkeypatch.setattr(everything, "check_stored", lambda: None)
    monkeypatch.setattr(sys, "argv", ["bench", "--parts", "training", "memory"])
    with pytest.raises(SystemExit) as end:
        everything.main()
    assert end.value.code == "Failed: training"
    told = capfd.readouterr().out
    assert told.index("== training ==") < told.index("== memory ==") < told.index("memory ran")


def test_an_unknown_part_is_refused(run_here, capsys):
    with pytest.raises(SystemExit):
        run_here("bench.__main__", "--parts", "speed")
    assert "invalid choice: 'speed'" in capsys.readouterr().err
