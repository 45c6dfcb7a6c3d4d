import subprocess
import sys

from tests.conftest import ROOT

from fashion_nets.project import project_root


def test_the_project_is_the_one_around_the_working_directory(project, monkeypatch):
    monkeypatch.chdir(project / "conf" / "base")
    assert project_root() == project


def test_outside_of_any_it_is_the_one_around_the_package(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert project_root() == ROOT


def test_a_folder_is_no_reason_to_import_mlflow():
    program = "import sys, fashion_nets.project; print({'mlflow', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
