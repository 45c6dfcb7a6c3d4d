"""What can be told of a file without the library that reads it: whether it is cut off, or empty."""

import json
import logging
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from fashion_nets.data.files import own_files

logger = logging.getLogger(__name__)

PARQUET_MARK = b"PAR1"
PNG_BEGIN, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB\x60\x82"


def find_damage(path: Path) -> str | None:
    """Say what is wrong with a file that should be whole, or with one in a folder.

    Cheap, whatever the size of a file: of most it reads the first and the last bytes. None does not mean that
    the content is right.

    Args:
        path: A file, of a kind that its ending tells, or a folder, whose own files are looked at.

    Returns:
        What follows "<path> is", such as ``empty``; None if nothing is wrong, also where there is nothing, or
        nothing any more.

    Raises:
        OSError: If a file cannot be read, for instance without the right to.
    """
    for file in own_files(path) if path.is_dir() else [path] if path.is_file() else []:
        try:
            problem = _find_damage_of_file(file)
        except FileNotFoundError:  # removed on the way
            continue
        if problem:
            return _about(file, path, problem)
    return None


def _find_damage_of_file(file: Path) -> str | None:
    if not file.stat().st_size:
        return "empty"
    kind, is_whole = _KINDS.get(file.suffix, ("file", None))
    with file.open("rb"):  # what may not be read is no damage
        pass
    return f"damaged: it is no whole {kind}" if is_whole and not is_whole(file) else None


def without_damaged(files: Iterable[Path]) -> Iterator[Path]:
    """Pass over damaged files, with a warning for each."""
    for file in files:
        try:
            damage = find_damage(file)
        except OSError:  # who reads it says why that cannot be done
            damage = None
        if damage:
            logger.warning("%s is %s: it counts as not there", file, damage)
        else:
            yield file


def _about(file: Path, path: Path, problem: str) -> str:
    return (
        problem
        if file == path
        else f"damaged: {file.name} in it is {problem.removeprefix('damaged: it is ')}"
    )


def _is_json(file: Path) -> bool:
    try:
        json.loads(file.read_bytes())
    except ValueError:
        return False
    return True


def _is_parquet(file: Path) -> bool:
    return file.stat().st_size >= 3 * len(PARQUET_MARK) and _ends(file, 4) == (PARQUET_MARK, PARQUET_MARK)


def _is_png(file: Path) -> bool:
    return _ends(file, 8) == (PNG_BEGIN, PNG_END)


def _is_table(file: Path) -> bool:
    """Whether the last line ends, as of all whole tables; a cut one can be read, but is too short."""
    return _ends(file, 1)[1] in (b"\n", b"\r")


def _ends(file: Path, n_bytes: int) -> tuple[bytes, bytes]:
    with file.open("rb") as opened:
        first = opened.read(n_bytes)
        opened.seek(max(0, file.stat().st_size - n_bytes))
        return first, opened.read(n_bytes)


_KINDS: dict[str, tuple[str, Callable[[Path], bool]]] = {
    ".csv": ("table, as its last line does not end", _is_table),
    ".json": ("JSON file", _is_json),
    ".keras": (".keras file, which is a zip archive", zipfile.is_zipfile),
    ".parquet": ("parquet file", _is_parquet),
    ".png": ("picture", _is_png),
}
