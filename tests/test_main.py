import pytest
from tests.conftest import ROOT

from fashion_nets.__main__ import main


def test_the_module_takes_the_options_of_kedro_run_in_any_folder_of_the_project(monkeypatch, capsys):
    monkeypatch.chdir(ROOT / "conf" / "base")
    monkeypatch.setattr("sys.argv", ["fashion_nets", "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    help_text = capsys.readouterr().out
    assert "--pipelines" in help_text
    assert "--params" in help_text


def test_an_unknown_option_is_refused(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["fashion_nets", "--no-such-option"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "--no-such-option" in capsys.readouterr().err
