import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import mlflow
import pytest
import sqlalchemy

from fashion_nets.errors import UserError
from fashion_nets.tracking.creation import create_database
from fashion_nets.tracking.location import (
    artifact_location,
    database_of,
    one_creator,
    tracking_uri,
    variable_as_it_was,
    without_password,
)


def test_runs_are_tracked_in_the_project_from_wherever_it_is_run(project, monkeypatch):
    monkeypatch.chdir(project / "conf")
    assert tracking_uri() == f"sqlite:///{project}/mlflow.db"
    assert artifact_location() == f"file://{project}/mlartifacts"


def test_a_database_of_ones_own_has_its_artifacts_beside_it(monkeypatch, tmp_path):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mine/runs.db")
    assert tracking_uri() == f"sqlite:///{tmp_path}/mine/runs.db"
    assert artifact_location() == f"file://{tmp_path}/mine/mlartifacts"


def test_a_server_chooses_where_artifacts_are(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://localhost:5000")
    assert artifact_location() is None


def test_a_second_creator_of_the_database_waits_for_the_first(tmp_path):
    """Two at once leave a database that MLflow cannot use: "duplicate column name: step"."""
    done = Event()

    def create():
        with one_creator(tmp_path / "mlflow.db"):
            return done.is_set()

    with ThreadPoolExecutor(1) as thread:
        with one_creator(tmp_path / "mlflow.db"):
            second = thread.submit(create)
            with pytest.raises(TimeoutError):
                second.result(timeout=0.3)
            done.set()
        assert second.result(timeout=30)


def test_a_creator_that_takes_too_long_is_named(tmp_path):
    def create():
        with one_creator(tmp_path / "mlflow.db", seconds=0.1):
            pass

    with (
        one_creator(tmp_path / "mlflow.db"),
        ThreadPoolExecutor(1) as thread,
        pytest.raises(UserError, match=r"at work on MLflow's database /.*mlflow.db for 0.1 s"),
    ):
        thread.submit(create).result(timeout=30)


def test_a_server_and_a_place_that_cannot_be_written_are_left_to_mlflow(tmp_path):
    (tmp_path / "file").touch()
    for database in (None, tmp_path / "file" / "mlflow.db"):
        with one_creator(database):
            pass


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("sqlite:////home/me/my%20runs.db?timeout=5", "/home/me/my runs.db"),
        ("sqlite+pysqlite:///runs.db", "runs.db"),
        ("sqlite://", None),
        ("sqlite:///:memory:", None),
        ("sqlite:///file::memory:?cache=shared&uri=true", None),
        ("sqlite:runs.db", None),
        ("http://localhost:5000", None),
        ("file:///runs.db", None),
    ],
)
def test_the_file_of_a_database_is_found_in_its_address_as_sqlalchemy_finds_it(uri, file):
    assert database_of(uri) == (Path(file) if file else None)
    if file:
        assert Path(sqlalchemy.make_url(uri).database) == Path(file)


@pytest.mark.parametrize("stated", [None, "sqlite:////tmp/mine.db"])
def test_the_variable_stays_what_a_person_has_set(stated, monkeypatch, tmp_path):
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    if stated:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", stated)
    with variable_as_it_was():
        mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'other.db'}")
    assert os.environ.get("MLFLOW_TRACKING_URI") == stated


def test_a_password_is_not_shown():
    assert without_password("postgresql://me:secret@host/runs") == "postgresql://me:***@host/runs"
    assert without_password("http://me:s@cr:t@host:5000") == "http://me:***@host:5000"
    assert without_password("http://me:secret@[host") == "http://me:***@[host"
    assert without_password("http://me@host:5000/a@b") == "http://me@host:5000/a@b"
    assert without_password("sqlite:////home/me/mlflow.db") == "sqlite:////home/me/mlflow.db"


@pytest.mark.parametrize("name", ["a?b", "a%41b", "holiday #1, 100 %", "Prüfung"])
def test_a_project_in_a_folder_with_any_name_keeps_its_database(name, tmp_path, monkeypatch):
    project = tmp_path / name
    (project / "conf").mkdir(parents=True)
    (project / "pyproject.toml").write_text(
        '[tool.kedro]\npackage_name = "x"\nproject_name = "x"\nkedro_init_version = "1.7.0"\n'
    )
    monkeypatch.chdir(project)
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    create_database(project / "mlflow.db")
    mlflow.MlflowClient(tracking_uri()).create_experiment("one")
    assert (project / "mlflow.db").stat().st_size > 0
    assert artifact_location() == (project.resolve() / "mlartifacts").as_uri()
    assert [path.name for path in tmp_path.iterdir()] == [name]
