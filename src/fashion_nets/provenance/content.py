"""What stored files hold, known by digests that are not computed anew for files that nobody has touched."""

import hashlib
import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, TypedDict

from fashion_nets.data.files import own_files, visible_files

KERAS_DATE = "metadata.json"  # when the model was saved
KERAS_CONFIG = "config.json"
KERAS_OBJECT_ID = re.compile(rb'"shared_object_id": \d+')  # an address in memory, another one in each process


ANY_FILE = "*"
"""All files that lie in a folder itself; another pattern is of files in the folders below it too."""


NOTHING = hashlib.sha256().hexdigest()
"""The digest of what is not stored: of no files."""


class FileState(TypedDict):
    """What tells cheaply that a file is as it was."""

    bytes: int
    mtime_ns: int


class Stored(NamedTuple):
    """A dataset that lies on disk.

    Attributes:
        name: In the catalog.
        path: Its file or folder.
        pattern: Which files of a folder belong to it.
    """

    name: str
    path: Path
    pattern: str = ANY_FILE

    def files(self) -> list[Path]:
        """Its files in order; none if it is not stored. Hidden ones are no data."""
        if self.path.is_file():
            return [self.path]
        if self.pattern != ANY_FILE:
            return visible_files(self.path, self.pattern)
        return own_files(self.path)


def describe_files(files: Iterable[Path], folder: Path) -> dict[str, FileState]:
    """Size and time of each file, by its path below the folder."""
    described: dict[str, FileState] = {}
    for file in files:
        status = file.stat()
        described[file.relative_to(folder).as_posix()] = {
            "bytes": status.st_size,
            "mtime_ns": status.st_mtime_ns,
        }
    return described


def digest_files(files: Sequence[Path], folder: Path) -> str:
    """Identify files by names and content: SHA-256 in hexadecimal digits.

    A ``.keras`` file is known by what it holds but for its date and for addresses in memory, so that two
    trainings that give the same network give the same digest.
    """
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(folder).as_posix()} {_digest_file(file)}\n".encode())
    return digest.hexdigest()


def _digest_file(path: Path) -> str:
    if path.suffix == ".keras" and zipfile.is_zipfile(path):
        return _digest_keras_file(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest_keras_file(path: Path) -> str:
    """By the checksums that the archive has of its members, so that no weights are read."""
    digest = hashlib.sha256()
    with zipfile.ZipFile(path) as archive:
        for member in sorted(archive.infolist(), key=lambda member: member.filename):
            if member.filename == KERAS_CONFIG:
                digest.update(KERAS_OBJECT_ID.sub(b"", archive.read(member)))
            elif member.filename != KERAS_DATE:
                digest.update(f"{member.filename} {member.file_size} {member.CRC}".encode())
    return digest.hexdigest()
