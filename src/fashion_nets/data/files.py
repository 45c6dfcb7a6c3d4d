"""Writing so that an interruption leaves what was there before or what is new, and nothing half done."""

import errno
import fnmatch
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

STAGING = ".partial_"
"""What the names of folders begin with in which files lie until they are whole."""
_NEW, _BEFORE = "new", "before"


@contextmanager
def replacement(path: Path, *, whole_folder: bool = False) -> Iterator[Path]:
    """Give a path to write to; what is there takes the place of ``path`` as the block ends without an error.

    Until then ``path`` stays as it was. It may be a file or a folder. Its content has reached the disk before
    it takes its place, so that a loss of power leaves no empty file either.

    Args:
        path: What to create or replace. Folders above it that are not there are made. Of a symbolic link,
            what it points to is replaced.
        whole_folder: A folder takes the place of the one before, with all that was in it. Otherwise each file
            in it takes its place by itself, and other files stay.

    Yields:
        A path of the same name, in a folder beside ``path``. Nothing is there yet.

    Raises:
        OSError: If something cannot be written.
    """
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f"{STAGING}{path.name}.", dir=path.parent))
    staged = staging / _NEW / path.name
    staged.parent.mkdir()
    try:
        yield staged
        if staged.is_dir() and whole_folder:
            _replace_folder(staged, path, staging / _BEFORE)
        elif staged.is_dir():
            for file in (each for each in sorted(staged.rglob("*")) if each.is_file()):
                _replace_file(file, path / file.relative_to(staged))
        elif staged.exists():
            _replace_file(staged, path)
    finally:
        if (
            path.exists() or not (staging / _BEFORE).exists()
        ):  # else the next run finishes what this one began
            shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of ``path`` once the block is left without an error.

    See :func:`replacement`.

    Args:
        path: The file to create or replace.

    Yields:
        A binary file to write to.

    Raises:
        OSError: If the folder or the file cannot be written.
    """
    with replacement(path) as staged, staged.open("xb") as file:
        yield file


def leftovers(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Find what writers have left in a folder that were killed, or that are at work.

    Yields:
        What is left, and what it was going to become.
    """
    for staging in sorted(folder.glob(f"{STAGING}*")):
        name = staging.name.removeprefix(STAGING)
        yield staging, folder / (name.rpartition(".")[0] if staging.is_dir() else name)


def clear_leftover(staging: Path, target: Path) -> None:
    """Remove what a killed writer has left; finish its work where it had begun to replace a folder.

    Args:
        staging: As found by :func:`leftovers`. Nobody may be writing to it any more.
        target: What it was going to become.

    Raises:
        OSError: If it cannot be removed.
    """
    if not staging.is_dir():
        staging.unlink()
        return
    staged = staging / _NEW / target.name
    if (staging / _BEFORE).exists() and staged.exists() and not target.exists():
        staged.rename(target)
    shutil.rmtree(staging)


def _replace_file(staged: Path, target: Path) -> None:
    _reach_disk(staged)
    target.parent.mkdir(parents=True, exist_ok=True)
    staged.replace(target)


def _replace_folder(staged: Path, target: Path, before: Path) -> None:
    """Set the folder before aside, then put the new one in its place.

    Where that is interrupted, the folder before returns; whoever is killed between the two leaves what
    ``clear_leftover`` finishes.
    """
    for file in staged.rglob("*"):
        if file.is_file():
            _reach_disk(file)
    if not target.exists():
        staged.rename(target)
        return
    if not target.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "it is a file, where a folder is expected", str(target))
    try:
        target.rename(before)
        staged.rename(target)
    except BaseException:
        if before.exists() and not target.exists():
            before.rename(target)
        raise


def _reach_disk(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def own_files(folder: Path) -> list[Path]:
    """Find the files that lie in a folder itself, in order, but for hidden ones."""
    return sorted(file for file in folder.glob("[!.]*") if file.is_file())


def visible_files(folder: Path, pattern: str) -> list[Path]:
    """Find files below a folder, in order, but for what lies in hidden folders, where it may not be whole.

    A folder that another process removes on the way counts as not there.

    Args:
        folder: Need not be there.
        pattern: Of the names of the files, such as ``*.json``.
    """
    found = []
    for below, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        visible = (name for name in names if not name.startswith("."))
        found += [Path(below, name) for name in fnmatch.filter(visible, pattern)]
    return sorted(found)


def read_folder(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder and the folders in it, by their paths within it, with ``/``, in order."""
    files = (each for each in sorted(folder.rglob("*")) if each.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, by their paths within it; folders that are not there are made."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
