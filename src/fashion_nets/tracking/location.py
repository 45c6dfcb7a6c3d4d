"""Where runs are tracked."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote

from filelock import FileLock, Timeout

from fashion_nets.errors import UserError
from fashion_nets.project import project_root


def tracking_uri() -> str:
    """``MLFLOW_TRACKING_URI`` where it is set, as MLflow's users expect; else a database in the project."""
    return os.environ.get("MLFLOW_TRACKING_URI") or address_of(own_database())


def own_database() -> Path:
    """The project's own database of MLflow."""
    return project_root() / "mlflow.db"


def address_of(database: Path) -> str:
    """The address of an SQLite database, in which all characters but a few are encoded.

    MLflow makes the folder of what begins with ``sqlite:///``, and does not decode it: that would leave an
    empty folder with percent signs beside it. With the name of the driver it leaves the folder alone.
    """
    path = database.as_posix()
    encoded = quote(path, safe="/:")
    return f"sqlite:///{path}" if encoded == path else f"sqlite+pysqlite:///{encoded}"


def artifact_location() -> str | None:
    """The folder ``mlartifacts`` beside an SQLite database; None leaves the choice to a tracking server."""
    database = database_of(tracking_uri())
    return (database.resolve().parent / "mlartifacts").as_uri() if database else None


def database_of(uri: str) -> Path | None:
    """The file of an SQLite database; None for what is in none.

    In its address ``?`` begins options, and percent signs are decoded.
    """
    scheme, _, address = uri.partition(":///")
    path = unquote(address.partition("?")[0])
    is_file = scheme.partition("+")[0] == "sqlite" and path not in ("", ":memory:", "file::memory:")
    return Path(path) if is_file else None


def without_password(uri: str) -> str:
    """An address as it may be shown."""
    return re.sub(r"(?<=://)([^:@/?#]*):[^/?#]*@", r"\1:***@", uri, count=1)


@contextmanager
def variable_as_it_was() -> Iterator[None]:
    """Take back what MLflow does to ``MLFLOW_TRACKING_URI``, which stays what a person has set.

    MLflow sets it to the address that it is given; a session of another project in the same process would
    take it for a choice.
    """
    before = os.environ.get("MLFLOW_TRACKING_URI")
    try:
        yield
    finally:
        os.environ.pop("MLFLOW_TRACKING_URI", None)
        if before is not None:
            os.environ["MLFLOW_TRACKING_URI"] = before


@contextmanager
def one_creator(database: Path | None, seconds: float = 60) -> Iterator[None]:
    """Keep other processes from creating MLflow's database meanwhile: two at once would break it.

    Args:
        database: The file; None for a store that is in none.
        seconds: How long to wait for another process, which needs about five.

    Raises:
        UserError: If another process takes longer.
    """
    if database is None:
        yield
        return
    lock = FileLock(f"{database}.lock", timeout=seconds)
    try:
        lock.acquire()
    except Timeout as error:
        raise UserError(
            f"Another process has been at work on MLflow's database {database} for {seconds:g} s. Wait until "
            "it has ended, or stop it."
        ) from error
    except OSError:  # nothing can be created there, which MLflow will say
        yield
        return
    try:
        yield
    finally:
        lock.release()
