"""Artifacts of a project that was moved or copied: its database names the folder that they once lay in."""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

from fashion_nets.errors import UserError

logger = logging.getLogger(__name__)


def take_along_artifacts(database: Path, location: str) -> None:
    """Let a database of MLflow name the folder of artifacts beside it, after it was moved or copied.

    MLflow stores the path when it makes an experiment, and offers no way to change it: a copy would go on to
    write into the original. What runs have stored is looked for in the new place where it is there, and else
    stays where it was. Locations of another name than the project's own are somebody's choice.

    Args:
        database: The file; if there is none, nothing is done.
        location: The folder beside it, as a URI; the last part of the path is the project's own name for it.

    Raises:
        UserError: If the database cannot be read and written.
    """
    if not database.is_file():
        return
    name = location.rpartition("/")[2]
    try:
        with closing(sqlite3.connect(database, timeout=5)) as connection, connection:
            known = {table for (table,) in connection.execute("SELECT name FROM sqlite_master")}
            if "experiments" not in known:
                return
            rows = connection.execute("SELECT DISTINCT artifact_location FROM experiments").fetchall()
            former = [old for (old,) in rows if _is_folder_called(name, old) and old != location]
            for old in former:
                _replace(connection, old, location)
    except sqlite3.Error as error:
        raise UserError(f"MLflow's database {database} cannot be read and written: {error}.") from error
    for old in former:
        logger.info("Artifacts of runs go to %s; before the project was moved, that was %s", location, old)


def _replace(connection: sqlite3.Connection, old: str, new: str) -> None:
    connection.execute("UPDATE experiments SET artifact_location = ? WHERE artifact_location = ?", (new, old))
    for table, column in (("runs", "artifact_uri"), ("logged_models", "artifact_location")):
        rows = connection.execute(f"SELECT rowid, {column} FROM {table}").fetchall()
        moved = [
            (new + uri.removeprefix(old), row)
            for row, uri in rows
            if uri and uri.startswith(f"{old}/") and _is_there(new + uri.removeprefix(old))
        ]
        connection.executemany(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", moved)


def _is_folder_called(name: str, uri: str | None) -> bool:
    """Whether it is a folder of a machine's own; in a bucket, nothing moves with the project."""
    return uri is not None and uri.endswith(f"/{name}") and urlsplit(uri).scheme in ("", "file")


def _is_there(uri: str) -> bool:
    return Path(unquote(urlsplit(uri).path)).exists()
