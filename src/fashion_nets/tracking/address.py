"""Whether MLflow can work with an address, found out within seconds: it would try by itself for minutes."""

import os
import socket
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPException
from importlib.metadata import entry_points
from pathlib import Path
from urllib.parse import urlsplit

import mlflow
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from mlflow.environment_variables import MLFLOW_ALLOW_FILE_STORE
from mlflow.exceptions import MlflowException
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from fashion_nets.errors import UserError, first_cause, first_line
from fashion_nets.tracking.location import database_of, without_password

LONGEST_ANSWER = 3.0
"""Seconds for a server to answer, or for a lock on the database to end."""
PORTS = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}
KNOWN = {"http", "https", "sqlite", "databricks", "databricks-uc", "uc", *PORTS}
PLUGINS = "mlflow.tracking_store"
EXAMPLE = "Name one, such as sqlite:////home/me/mlflow.db"
WITHOUT = '--params "tracking.enabled=false"'


class AddressError(UserError):
    """MLflow cannot work with an address.

    Attributes:
        what: The address, who states it, and what is wrong with it.
        ways_out: What can be done, but for not tracking.
    """

    def __init__(self, what: str, *ways_out: str) -> None:
        super().__init__(f"MLflow cannot track runs at {what}. {', '.join(ways_out)}, or run with {WITHOUT}.")
        self.what, self.ways_out = what, ", or ".join(ways_out)


def check_address(uri: str) -> None:
    """Make sure that MLflow can work with an address.

    Args:
        uri: Of the tracking store, such as ``sqlite:////home/me/mlflow.db`` or ``http://localhost:5000``.

    Raises:
        AddressError: Says what is wrong with it, where it is stated, and the ways out.
    """
    try:
        scheme = urlsplit(uri).scheme.partition("+")[0]
    except ValueError as error:
        raise _refusal(uri, f"it is no address ({error})", "Name another") from error
    if scheme in ("http", "https"):
        _check_server(uri)
    elif scheme == "sqlite":
        _check_sqlite(uri)
    elif scheme in PORTS:
        _check_port(uri, PORTS[scheme])
    elif scheme in ("", "file") and not uri.startswith("databricks"):
        if not MLFLOW_ALLOW_FILE_STORE.get():
            raise _refusal(uri, "MLflow 3 keeps runs in a database, not in a folder", EXAMPLE)
    elif scheme and scheme not in KNOWN | {plugin.name for plugin in entry_points(group=PLUGINS)}:
        raise _refusal(
            uri,
            f"MLflow knows no addresses that begin with {scheme}:",
            f"It knows {', '.join(sorted(KNOWN))}; name one of these",
        )


@contextmanager
def told_shortly(uri: str) -> Iterator[None]:
    """Turn what MLflow says of an address into one line.

    Raises:
        UserError: Instead of an error of MLflow's, its database's or the network's.
    """
    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError, ImportError) as error:
        raise _refusal(uri, first_line(first_cause(error)), "Name another") from error


def _check_server(uri: str) -> None:
    """Ask without name and password, which only MLflow knows how to give."""
    address = urlsplit(uri)
    address = address._replace(netloc=address.netloc.rpartition("@")[2], query="", fragment="")
    try:
        urllib.request.urlopen(f"{address.geturl().rstrip('/')}/health", timeout=LONGEST_ANSWER).close()
    except urllib.error.HTTPError:
        return  # it answers, if only to those it knows
    except (OSError, ValueError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise _refusal(
            uri, f"no server answers there ({reason})", "Start it, or name another address"
        ) from error


def _check_port(uri: str, port: int) -> None:
    try:
        address = make_url(uri)
        socket.create_connection((address.host or "localhost", address.port or port), LONGEST_ANSWER).close()
    except (OSError, ValueError, SQLAlchemyError) as error:
        raise _refusal(
            uri, f"no database answers there ({error})", "Start it, or name another address"
        ) from error


def _check_sqlite(uri: str) -> None:
    file = database_of(uri)
    if file is None:
        raise _refusal(uri, "it names no file, and a database in memory ends with the run", EXAMPLE)
    if not file.exists():
        folder = file.absolute().parent
        if not folder.exists():
            raise _refusal(uri, f"there is no folder {folder}", "Make it, or name another place")
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            raise _refusal(uri, f"nothing can be written in {folder}", "Name another place")
        return
    if not os.access(file, os.R_OK | os.W_OK) or not os.access(file.absolute().parent, os.W_OK | os.X_OK):
        raise _refusal(uri, "it cannot be read and written", "Change its permissions, or name another")
    try:
        with closing(sqlite3.connect(file, timeout=LONGEST_ANSWER, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            revisions = _read_revisions(connection)
            connection.execute("ROLLBACK")
    except sqlite3.DatabaseError as error:
        raise _refusal(uri, f"{error}", "Wait until it is free and whole, or name another") from error
    _check_revisions(uri, revisions)


def _read_revisions(connection: sqlite3.Connection) -> list[str]:
    """The versions of the tables; none in a database that is still empty."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "alembic_version" not in tables:
        return []
    return [revision for (revision,) in connection.execute("SELECT version_num FROM alembic_version")]


def _check_revisions(uri: str, revisions: list[str]) -> None:
    """Refuse a database of another MLflow, which it would change by itself, or fail on."""
    known = ScriptDirectory(str(Path(mlflow.__file__).parent / "store" / "db_migrations"))
    if not revisions or set(revisions) == set(known.get_heads()):
        return
    try:
        for revision in revisions:
            known.get_revision(revision)
    except CommandError as error:
        raise _refusal(
            uri,
            f"a newer MLflow than {mlflow.__version__} has made it",
            "Install that MLflow, or name another database",
        ) from error
    raise _refusal(
        uri,
        "an older MLflow has made it",
        f"Copy the file, then bring it up to date: mlflow db upgrade {without_password(uri)}",
    )


def _refusal(uri: str, reason: str, way_out: str) -> AddressError:
    stated, ways_out = "mlflow.yml in conf/", [way_out]
    if os.environ.get("MLFLOW_TRACKING_URI") == uri:
        stated, ways_out = "the variable MLFLOW_TRACKING_URI", [way_out, "unset the variable"]
    return AddressError(f"{without_password(uri)}, which {stated} names: {reason}", *ways_out)
