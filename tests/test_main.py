import os
import shutil
import subprocess
import sys

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


@pytest.mark.slow  # runs in processes of their own
def test_the_package_alone_runs_with_an_archive_of_conf_in_any_folder(tmp_path):
    """As ``kedro package`` makes both: nothing of the project around the package is there."""
    installed, folder = tmp_path / "site-packages", tmp_path / "somewhere"
    shutil.copytree(ROOT / "src" / "fashion_nets", installed / "fashion_nets")
    folder.mkdir()
    archive = shutil.make_archive(str(tmp_path / "conf"), "gztar", ROOT, "conf")
    images = (
        f"data_ingestion.source_folder={ROOT / 'data/01_raw/fashion_mnist_sample'},tracking.enabled=false"
    )
    options = [f"--conf-source={archive}", "--env=sample", "--pipelines=data_ingestion", "--params", images]
    environment = {**os.environ, "PYTHONPATH": str(installed)}

    def run(*more):
        return subprocess.run(
            [sys.executable, "-m", "fashion_nets", *options, *more],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "data/sample/08_reporting/data/data_card.json").is_file()
    wrong = run("--params", "mpl.training.epochs=3")
    assert wrong.returncode == 1
    assert wrong.stderr.strip().endswith("'mpl' is not a parameter in conf/; did you mean 'mlp'?")
