import shutil
import socket
import sqlite3
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from fashion_nets.errors import UserError
from fashion_nets.tracking.address import check_address, told_shortly

HEAD_BEFORE = "75868b020152"


@pytest.fixture
def database(empty_database, tmp_path):
    return shutil.copy(empty_database, tmp_path / "runs.db")


def refusal(uri):
    began = time.monotonic()
    with pytest.raises(UserError) as raised:
        check_address(uri)
    assert time.monotonic() - began < 5
    message = str(raised.value)
    assert "\n" not in message
    assert 'or run with --params "tracking.enabled=false".' in message
    return message


def set_revision(database, revision):
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [revision])


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("http://127.0.0.1:9", "no server answers there ([Errno"),
        ("http://", "no server answers there (no host given)"),
        ("postgresql://me:secret@127.0.0.1:9/runs", "no database answers there ([Errno"),
        ("http://me:secret@127.0.0.1:9", "no server answers there ([Errno"),
        ("http://me:secret@127.0.0.1:port", "no server answers there (nonnumeric port: 'port')"),
        ("http://me:secret@[host", "it is no address (Invalid IPv6 URL)"),
        ("postgresql://me:secret@127.0.0.1:port/runs", "no database answers there ("),
        ("mlruns", "MLflow 3 keeps runs in a database, not in a folder. Name one, such as sqlite:///"),
        ("file:///tmp/mlruns", "MLflow 3 keeps runs in a database, not in a folder"),
        ("ftp://me/runs", "MLflow knows no addresses that begin with ftp:. It knows databricks, "),
        ("sqlite:////dev/null/runs.db", "nothing can be written in /dev/null. Name another place"),
        ("sqlite:////nowhere/x/runs.db", "there is no folder /nowhere/x. Make it, or name another place"),
        ("sqlite://", "it names no file, and a database in memory ends with the run. Name one, such as"),
        ("sqlite:///:memory:", "it names no file, and a database in memory ends with the run"),
        ("sqlite:///file::memory:?cache=shared&uri=true", "it names no file, and a database in memory"),
    ],
)
def test_what_cannot_work_is_refused_with_the_ways_out(uri, reason, monkeypatch):
    assert f", which mlflow.yml in conf/ names: {reason}" in refusal(uri)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    message = refusal(uri)
    assert f", which the variable MLFLOW_TRACKING_URI names: {reason}" in message
    assert ", unset the variable, or run with" in message
    assert "secret" not in message


def test_a_server_that_says_nothing_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert "no server answers there (timed out)" in refusal(f"http://127.0.0.1:{silent.getsockname()[1]}")


def test_a_server_that_answers_will_do_even_if_it_refuses_strangers():
    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(401)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for who in ("", "me@", "me:secret@", "me:s%40cret@"):
            check_address(f"http://{who}127.0.0.1:{server.server_port}/?a=b")
        server.shutdown()


def test_a_database_will_do_that_is_current_or_not_made_yet(database, tmp_path):
    for file in (database, tmp_path / "new.db"):
        check_address(f"sqlite:///{file}")
    assert not (tmp_path / "new.db").exists()


def test_a_folder_of_files_will_do_where_mlflow_is_told_so(monkeypatch):
    assert "file" not in refusal("ftp://me/runs").partition("It knows")[2]
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    check_address("file:///tmp/mlruns")


def test_a_database_that_is_locked_or_none_is_refused(database, tmp_path):
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "database is locked. Wait until it is free" in refusal(f"sqlite:///{database}")
    text = tmp_path / "notes.txt"
    text.write_text("No database, and long enough to be taken for the head of one. " * 20)
    assert "file is not a database" in refusal(f"sqlite:///{text}")


def test_a_database_of_another_mlflow_is_refused_before_it_is_changed(database):
    set_revision(database, HEAD_BEFORE)
    message = refusal(f"sqlite:///{database}")
    assert "an older MLflow has made it. Copy the file, then bring it up to date: " in message
    assert f"mlflow db upgrade sqlite:///{database}" in message
    set_revision(database, "of the future")
    message = refusal(f"sqlite:///{database}")
    assert "a newer MLflow than" in message
    assert "Install that MLflow, or name another database" in message


def test_mlflow_is_told_of_in_one_line():
    with pytest.raises(UserError, match=r"names: disk full\. Name another"), told_shortly("sqlite:///x"):
        raise OSError("disk full")
