"""IDX files, the format in which MNIST and its relatives are published.

An IDX file holds one array: two zero bytes, a type code, the number of axes, the length of each axis
as a big-endian 32-bit integer, then the values in row-major order. Image sets use 8-bit unsigned
values (type code 8), usually compressed with gzip.

Reference: the page of the MNIST database of handwritten digits by Y. LeCun, C. Cortes and C. Burges.
"""

import gzip
import hashlib
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from fashion_nets.data.files import atomic_write
from fashion_nets.errors import UserError

GZIP_MAGIC = b"\x1f\x8b"
UNSIGNED_BYTE = 0x08
OTHER_TYPES = {
    0x09: "8-bit signed integers",
    0x0B: "16-bit integers",
    0x0C: "32-bit integers",
    0x0D: "32-bit floats",
    0x0E: "64-bit floats",
}
_LONGEST_HEADER = 4 + 4 * 255  # bytes: a rank is a byte
_MOST_COMPRESSION = 1032  # of deflate, by its format: a match of 258 bytes in two bits
READ_SIZE = 1 << 20  # bytes decompressed at a time
FAST_COMPRESSION = 1  # 0.8 s for 47 MB of images at 27.3 MB; level 9 takes 15 s for 26.2 MB


class IdxError(UserError):
    """An IDX file cannot be read or written, with the reason."""


def parse_idx(content: bytes | bytearray) -> np.ndarray:
    """Read the array out of the uncompressed content of an IDX file.

    Args:
        content: The whole file: header and values.

    Returns:
        The array, uint8, of any rank: a read-only view of ``content``, not a copy.

    Raises:
        IdxError: If ``content`` is no IDX file, holds another type than 8-bit unsigned integers, or
            has fewer or more values than its header says.
    """
    if len(content) < 4 or content[:2] != b"\x00\x00":
        raise IdxError(
            f"not an IDX file: expected it to begin with 00 00, a type and a rank, "
            f"got {bytes(content[:4]).hex(' ') or 'nothing'}"
        )
    type_code, rank = content[2], content[3]
    if type_code != UNSIGNED_BYTE:
        held = OTHER_TYPES.get(type_code, "an unknown type")
        raise IdxError(
            f"expected 8-bit unsigned integers (type 0x{UNSIGNED_BYTE:02x}), "
            f"got {held} (type 0x{type_code:02x})"
        )
    header_size = 4 + 4 * rank
    if len(content) < header_size:
        raise IdxError(
            f"the file ends within its header: expected {header_size} bytes for {rank} axes, "
            f"got {len(content)}"
        )
    shape = struct.unpack(f">{rank}I", content[4:header_size])
    expected_size = header_size + math.prod(shape)
    if len(content) != expected_size:
        problem = "ends early" if len(content) < expected_size else "has surplus bytes"
        raise IdxError(
            f"the file {problem}: expected {expected_size:,} bytes for shape {shape}, got {len(content):,}"
        )
    values = np.frombuffer(memoryview(content).toreadonly()[header_size:], dtype=np.uint8)
    try:
        return values.reshape(shape)
    except ValueError as error:
        raise IdxError(f"shape {shape} is more than NumPy can hold: {error}") from error


def idx_digest(array: np.ndarray) -> str:
    """SHA-256, as 64 hexadecimal digits, of the uncompressed IDX file that holds ``array`` (uint8).

    Raises:
        IdxError: If ``array`` is not uint8.
    """
    digest = hashlib.sha256(_header(array))
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def read_idx(path: Path) -> np.ndarray:
    """Read an IDX file, compressed with gzip or not, whatever its name.

    Args:
        path: The file.

    Returns:
        The array, uint8, read-only.

    Raises:
        IdxError: If the file is missing, unreadable, truncated, damaged or no 8-bit unsigned IDX file.
    """
    try:
        return parse_idx(_read_uncompressed(path))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise IdxError(f"{path}: damaged gzip file: {error}") from error
    except OSError as error:
        raise IdxError(f"{path}: cannot be read: {error.strerror or error}") from error
    except IdxError as error:
        raise IdxError(f"{path}: {error}") from error


def read_shape(path: Path) -> tuple[int, ...]:
    """The shape of the array in an IDX file, compressed or not, by the header alone.

    Raises:
        IdxError: If the file is missing, unreadable, or no IDX file.
    """
    try:
        with path.open("rb") as file:
            is_compressed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
            file.seek(0)
            with gzip.GzipFile(fileobj=file) if is_compressed else file as stream:
                beginning = stream.read(_LONGEST_HEADER)
    except (EOFError, zlib.error, OSError) as error:
        raise IdxError(f"{path}: cannot be read: {error}") from error
    shape = _shape_in(beginning)
    if beginning[:2] != b"\x00\x00" or shape is None:
        raise IdxError(f"{path}: not an IDX file")
    return shape


def holds_array(path: Path, array: np.ndarray) -> bool:
    """Whether there is a whole IDX file with this array, of any rank, at a path."""
    try:
        return path.is_file() and np.array_equal(read_idx(path), array)
    except (IdxError, OSError):
        return False


def write_idx(path: Path, array: np.ndarray, compression: int = FAST_COMPRESSION) -> None:
    """Write an IDX file, compressed with gzip where the name ends in ``.gz``.

    The file is replaced as a whole or not at all. A file that holds the same array already is left
    alone, its time of change included. The same array gives the same bytes at any time.

    Args:
        path: The file. Folders that are not there are made.
        array: uint8, of any rank.
        compression: Level of gzip, 1 (fast) to 9 (small).

    Raises:
        IdxError: If ``array`` is not uint8 or the file cannot be written.
    """
    header = _header(array)
    if holds_array(path, array):
        return
    values = np.ascontiguousarray(array).data
    try:
        with atomic_write(path) as file:
            if path.suffix == ".gz":
                with gzip.GzipFile("", "wb", compression, file, mtime=0) as compressed:
                    compressed.write(header)
                    compressed.write(values)
            else:
                file.write(header)
                file.write(values)
    except OSError as error:
        raise IdxError(f"{path}: cannot be written, and is as it was: {error.strerror or error}") from error


def _header(array: np.ndarray) -> bytes:
    if array.dtype != np.uint8:
        raise IdxError(f"expected a uint8 array for an IDX file, got {array.dtype} of shape {array.shape}")
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, UNSIGNED_BYTE, array.ndim, *array.shape)


def _read_uncompressed(path: Path) -> bytes | bytearray:
    """Read no more than the header announces, and nothing where it announces more than the file can hold."""
    size = path.stat().st_size
    with path.open("rb") as file:
        compressed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        file.seek(0)
        if not compressed:
            _check_size(file.read(_LONGEST_HEADER), size)
            file.seek(0)
            return file.read()
        # Grown in place: one copy of the images in memory, where gzip.decompress needs two.
        content = bytearray()
        with gzip.GzipFile(fileobj=file) as stream:
            content += stream.read(_LONGEST_HEADER)
            expected = _check_size(content, size * _MOST_COMPRESSION)
            while len(content) <= expected and (block := stream.read(READ_SIZE)):
                content += block
        return content


def _shape_in(beginning: bytes | bytearray) -> tuple[int, ...] | None:
    """The shape that a header states; None where it is not whole."""
    rank = beginning[3] if len(beginning) > 3 else 0
    header_size = 4 + 4 * rank
    is_whole = 4 <= len(beginning) >= header_size
    return struct.unpack(f">{rank}I", beginning[4:header_size]) if is_whole else None


def _check_size(beginning: bytes | bytearray, most: int) -> int:
    """The size that a header announces, in bytes, which must not be more than ``most``."""
    shape = _shape_in(beginning)
    if shape is None:
        return len(beginning)  # damaged, as parse_idx says
    expected = 4 + 4 * len(shape) + math.prod(shape)
    if expected > most:
        raise IdxError(
            f"the file ends early: expected {expected:,} bytes for shape {shape}, got at most {most:,}"
        )
    return expected
