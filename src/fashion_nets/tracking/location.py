"""Where runs are tracked."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from filelock import FileLock, Timeout

from fashion_nets.errors import UserError
from fashion_nets.project import project_root


def tracking_uri() -> str:
    """``MLFLOW_TRACKING_URI`` where it is set, as MLflow's users expect; else a database in the project."""
    return (
        os.environ.get("MLFLOW_TRACKING_URI")
        or f"sqlite:///{quote((project_root() / 'mlflow.db').as_posix(), safe='/:')}"
    )


def artifact_location() -> str | None:
    """The folder ``mlartifacts`` beside an SQLite database; None leaves the choice to a tracking server."""
    database = _database()
    return (database.resolve().parent / "mlartifacts").as_uri() if database else None


def _database() -> Path | None:
    """The file of an SQLite database: in its address ``?`` begins options, and percent signs are decoded."""
    _, is_sqlite, address = tracking_uri().partition("sqlite:///")
    return Path(unquote(address.partition("?")[0])) if is_sqlite else None


def without_password(uri: str) -> str:
    """An address as it may be shown."""
    password = urlsplit(uri).password
    return uri.replace(f":{password}@", ":***@") if password else uri


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
def one_creator(seconds: float = 60) -> Iterator[None]:
    """Keep other processes from creating MLflow's database meanwhile: two at once would break it.

    Args:
        seconds: How long to wait for another process, which needs about five.

    Raises:
        UserError: If another process takes longer.
    """
    database = _database()
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
