"""Images for a network to look at: pictures, folders of them, and files of grey levels."""

import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tokenize import TokenError
from typing import NamedTuple

import numpy as np
import pandas as pd

from fashion_nets.data.idx import GZIP_MAGIC, UNSIGNED_BYTE, read_idx, read_shape
from fashion_nets.data.photographs import prepare
from fashion_nets.data.pictures import PictureError, read_colours
from fashion_nets.errors import UserError
from fashion_nets.formatting import format_size

MOST_IMAGES = 1_000_000
"""In one file of grey levels: 784 MB of 28 x 28 pixels."""
_ZIP_MAGIC = b"PK\x03\x04"
_IDX_MAGIC = bytes([0, 0, UNSIGNED_BYTE])
_BEST_NAME = "images"
"""The array of an NPZ file that is taken where several could be images."""


class Gathered(NamedTuple):
    """What was read, and what could not be.

    Attributes:
        images: Grey levels as a network takes them, uint8, shape (n, height, width).
        origins: A row per image: ``file``; ``image``, its index in the file, 0 in that of one picture; and
            ``negated``, whether a picture was, or None of what is used as it is.
        unread: A row per file that could not be read: ``file`` and ``reason``.
    """

    images: np.ndarray
    origins: pd.DataFrame
    unread: pd.DataFrame


def check_source(source: Path) -> None:
    """Refuse a path at which there is nothing to read.

    Raises:
        UserError: If nothing is there, it may not be read, or it is a folder without files.
    """
    _list_files(source)


def gather(source: Path, shape: tuple[int, int], is_sharpened: bool) -> Gathered:
    """Read a picture, a file of grey levels, or all of these in a folder, not in those below it.

    Pictures go through the steps of :mod:`fashion_nets.data.photographs`; grey levels in IDX and NPZ files
    are used as they are. What cannot be read is told, and the rest is read.

    Args:
        source: The file or the folder.
        shape: Height and width of the images that the network takes.
        is_sharpened: Whether pictures are sharpened.

    Raises:
        UserError: If there is nothing to read, or nothing of it can be.
    """
    images, origins, unread = [], [], []
    for name, path in _list_files(source):
        try:
            read, negated = _read(path, shape, is_sharpened)
        except PictureError as error:
            unread.append({"file": name, "reason": error.reason})
        except UserError as error:
            unread.append({"file": name, "reason": str(error).removeprefix(f"{path}: ")})
        else:
            images.append(read)
            origins += [{"file": name, "image": index, "negated": negated} for index in range(len(read))]
    if not origins:
        reasons = "; ".join(f"{each['file']}: {each['reason']}" for each in unread[:3])
        more = f"; and {len(unread) - 3} more" if len(unread) > 3 else ""
        raise UserError(f"Nothing of {source} can be read. {reasons}{more}")
    return Gathered(np.concatenate(images), _table(origins), pd.DataFrame(unread, columns=["file", "reason"]))


def as_gathered(images: np.ndarray, name: str) -> Gathered:
    """Images that are there already, under one name.

    Args:
        images: Grey levels, uint8, shape (n, height, width).
        name: What stands for their file.
    """
    origins = [{"file": name, "image": index, "negated": None} for index in range(len(images))]
    return Gathered(np.asarray(images), _table(origins), pd.DataFrame(columns=["file", "reason"]))


def _table(origins: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(origins, columns=["file", "image", "negated"]).astype({"negated": "boolean"})


def _list_files(source: Path) -> list[tuple[str, Path]]:
    """The file, or those in a folder but for hidden ones, with their names; folders in it count as files."""
    try:
        if not source.is_dir():
            source.stat()
            return [(_shown(source.name), source)]
        listed = sorted(path for path in source.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise UserError(f"{source} cannot be read: {error.strerror}") from error
    if not listed:
        raise UserError(f"{source} is an empty folder: put pictures into it, or name another one")
    return [(_shown(path.name), path) for path in listed]


def _shown(name: str) -> str:
    """The name of a file as tables can hold it: what of it is no UTF-8 is written as bytes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _read(path: Path, shape: tuple[int, int], is_sharpened: bool) -> tuple[np.ndarray, bool | None]:
    """The images of a file, shape (n, height, width), and whether they were negated."""
    try:
        if path.is_dir():
            raise UserError("it is a folder: name it as the source to read what is in it")
        if not path.is_file():
            raise UserError("it is no file, or leads to none")
        with path.open("rb") as file:
            beginning = file.read(4)
    except OSError as error:
        raise UserError(f"it cannot be read: {error.strerror}") from error
    if beginning.startswith(_ZIP_MAGIC):
        return _read_npz(path, shape), None
    if beginning.startswith((GZIP_MAGIC, _IDX_MAGIC)):
        return _read_grey_levels(path, shape), None
    prepared = prepare(read_colours(path), shape, is_sharpened)
    return prepared.image[np.newaxis], prepared.is_negated


def _read_grey_levels(path: Path, shape: tuple[int, int]) -> np.ndarray:
    """The images of an IDX file, of which the header is looked at first."""
    _check_shape(read_shape(path), shape)
    return read_idx(path).reshape(-1, *shape)


def _read_npz(path: Path, shape: tuple[int, int]) -> np.ndarray:
    """The images of an NPZ file: the one array of grey levels in it, or the one called so."""
    try:
        with zipfile.ZipFile(path) as archive:
            kinds = dict(_kinds_in(archive))
        found = [name for name, (its_shape, dtype) in kinds.items() if _are_images(its_shape, dtype, shape)]
        chosen = _BEST_NAME if _BEST_NAME in found else _only(found, kinds, shape)
        _check_shape(kinds[chosen][0], shape)
        with np.load(path, allow_pickle=False) as arrays:
            return arrays[chosen].reshape(-1, *shape)
    except UserError:
        raise
    except (OSError, ValueError, EOFError, LookupError, SyntaxError, TokenError) as error:
        raise UserError(f"it is no whole NPZ file: {error}") from error
    except (zipfile.BadZipFile, zlib.error, RuntimeError) as error:  # the last where it is encrypted
        raise UserError(f"it is no whole NPZ file: {error}") from error


def _kinds_in(archive: zipfile.ZipFile) -> Iterator[tuple[str, tuple[tuple[int, ...], np.dtype]]]:
    """The shape and the type of each array, by its header alone."""
    headers: Mapping[tuple[int, int], Callable[..., tuple[tuple[int, ...], bool, np.dtype]]] = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    for member in archive.namelist():
        if member.endswith(".npy"):
            with archive.open(member) as file:
                version = np.lib.format.read_magic(file)
                if version in headers:
                    its_shape, _, dtype = headers[version](file)
                    yield member.removesuffix(".npy"), (its_shape, dtype)


def _are_images(its_shape: tuple[int, ...], dtype: np.dtype, shape: tuple[int, int]) -> bool:
    return dtype == np.uint8 and its_shape[-2:] == shape and len(its_shape) in (2, 3)


def _only(
    found: list[str], kinds: Mapping[str, tuple[tuple[int, ...], np.dtype]], shape: tuple[int, int]
) -> str:
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(
            f"it holds several arrays of images: {', '.join(found)}. Call the one that is meant "
            f"'{_BEST_NAME}'"
        )
    held = ", ".join(
        f"{name} ({dtype}, {format_size(its_shape)})" for name, (its_shape, dtype) in kinds.items()
    )
    raise UserError(
        f"it holds no grey levels of {format_size(shape)} pixels, uint8 of shape "
        f"(n, {shape[0]}, {shape[1]}); there is {held or 'no array'}"
    )


def _check_shape(its_shape: tuple[int, ...], shape: tuple[int, int]) -> None:
    if its_shape[-2:] != shape or len(its_shape) not in (2, 3):
        raise UserError(
            f"it should hold grey levels of shape (n, {shape[0]}, {shape[1]}), got {its_shape}; the file of "
            "labels instead of images is the usual cause"
        )
    if len(its_shape) == 3 and not 0 < its_shape[0] <= MOST_IMAGES:
        raise UserError(f"it should hold 1 to {MOST_IMAGES:,} images, got {its_shape[0]:,}")
