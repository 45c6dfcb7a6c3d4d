"""How training samples reach a compiled loop: held in memory, or streamed from where they lie."""

import mmap
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

MAX_HELD_BYTES = 2**28  # 268 MB, in which grey levels take a byte a pixel; more is streamed
MAX_BLOCK_BYTES = 2**23  # 8 MB; about three streamed blocks are in memory at a time
MIN_UNMAPPED_BYTES = 2**24  # 17 MB; memory-mapped arrays from this size are read from their files

_GREY_LEVELS = np.arange(256, dtype="float32") / np.float32(255)
_FIRST_FACTOR = np.float32(257 / 65_536)
_SECOND_FACTOR = np.float32(1 / 255 / 65_536)
_CHUNK_ROWS = 1_000

Arrays = tuple[np.ndarray, np.ndarray]
"""Inputs and targets."""


class Block(NamedTuple):
    """What one call of the loop trains on."""

    inputs: tf.Tensor
    targets: tf.Tensor
    order: tf.Tensor  # numbers of their rows, int32, shape (steps_per_block * batch_size,)
    n_samples: tf.Tensor  # how many of these count, int32; the rest fills the last block of an epoch


def hold_or_stream(arrays: Arrays, batch_size: int, steps_per_block: int) -> "Samples":
    """Hold the samples in memory where they take little of it, else stream them.

    Args:
        arrays: Inputs and targets; the same array twice is read once.
        batch_size: Samples a step.
        steps_per_block: Steps a block; streamed, as many of them as fit into ``MAX_BLOCK_BYTES``.
    """
    compact = [_compact(array) for array in _distinct(arrays)]
    if sum(array.nbytes for array in compact) <= MAX_HELD_BYTES:
        return HeldSamples(arrays, compact, batch_size, steps_per_block)
    batch_bytes = batch_size * sum(array[:1].nbytes for array in _distinct(arrays))
    return StreamedSamples(arrays, batch_size, min(steps_per_block, max(1, MAX_BLOCK_BYTES // batch_bytes)))


class Samples(ABC):
    """Inputs and targets, shuffled for each epoch as Keras shuffles them under the same seed."""

    def __init__(self, arrays: Arrays, batch_size: int, steps_per_block: int) -> None:
        self.batch_size = batch_size
        self.steps_per_block = steps_per_block
        self._block_size = steps_per_block * batch_size
        self._arrays = _distinct(arrays)
        self._n_samples = len(arrays[0])

    def stream(self) -> tf.data.Dataset:
        """An epoch of what :meth:`block` makes blocks of, each ready when the one before is done."""

        def shuffle(_: tf.Tensor) -> tf.Tensor:
            # As Keras's own adapter of arrays writes it, so that the same seed gives the same order.
            return tf.random.shuffle(tf.range(self._n_samples, dtype=tf.int64))

        def split(numbers: tf.Tensor) -> tf.data.Dataset:
            starts = tf.data.Dataset.range(0, self._n_samples, self._block_size)
            return starts.map(lambda start: tf.cast(numbers[start : start + self._block_size], tf.int32))

        parts = tf.data.Dataset.range(1).map(shuffle).flat_map(split).map(self._load).prefetch(1)
        # Keras counts steps. It asks for a part every steps_per_block of them, so never past the last one.
        return parts.apply(tf.data.experimental.assert_cardinality(-(-self._n_samples // self.batch_size)))

    @abstractmethod
    def _load(self, numbers: tf.Tensor) -> Any:
        """Turn the numbers of the samples of a block, full or not, into an element of the stream."""

    @abstractmethod
    def block(self, element: Any) -> Block:
        """Turn an element of the stream into a block."""

    def empty_stream(self) -> Iterator:
        """One element of the same types as those of :meth:`stream`, none of whose samples count."""
        return iter(tf.data.Dataset.from_tensors(self.empty_element()))

    @abstractmethod
    def empty_element(self) -> Any:
        """What :meth:`empty_stream` has one of."""

    def take(self, inputs: tf.Tensor, targets: tf.Tensor, numbers: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The batch of a block's inputs and targets that has these numbers."""
        batch = [
            _decode(tf.gather(rows, numbers), array.dtype)
            for rows, array in zip((inputs, targets), self._arrays, strict=False)
        ]
        return batch[0], batch[-1]


class HeldSamples(Samples):
    """Samples that lie in memory; a block is a choice of their numbers.

    Grey levels on [0, 1] take a byte each and are decoded to what they were, bit for bit.

    Args:
        compact: Inputs and targets, or the one array that is both, grey levels as uint8.
    """

    def __init__(
        self, arrays: Arrays, compact: list[np.ndarray], batch_size: int, steps_per_block: int
    ) -> None:
        super().__init__(arrays, batch_size, steps_per_block)
        self._rows = tuple(tf.constant(array) for array in compact)

    def _load(self, numbers: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        n_samples = tf.size(numbers)
        padded = tf.pad(numbers, [[0, self._block_size - n_samples]])
        return tf.ensure_shape(padded, (self._block_size,)), n_samples

    def block(self, element: tuple[tf.Tensor, tf.Tensor]) -> Block:  # noqa: D102
        return Block(self._rows[0], self._rows[-1], *element)

    def empty_element(self) -> tuple[tf.Tensor, tf.Tensor]:  # noqa: D102
        return tf.zeros(self._block_size, tf.int32), tf.constant(0)


class StreamedSamples(Samples):
    """Samples that are read from their arrays, or the files behind them, block by block."""

    def _load(self, numbers: tf.Tensor) -> tuple[tf.Tensor, ...]:
        types = [tf.as_dtype(array.dtype) for array in self._arrays]
        rows = tf.numpy_function(self._read, [numbers], types, stateful=False)
        shaped = (
            tf.ensure_shape(part, (self._block_size, *array.shape[1:]))
            for part, array in zip(rows, self._arrays, strict=True)
        )
        return *shaped, tf.size(numbers)

    def _read(self, numbers: np.ndarray) -> list[np.ndarray]:
        blocks = [np.zeros((self._block_size, *array.shape[1:]), array.dtype) for array in self._arrays]
        for array, block in zip(self._arrays, blocks, strict=True):
            _read_rows(array, numbers, out=block[: len(numbers)])
        return blocks

    def block(self, element: tuple[tf.Tensor, ...]) -> Block:  # noqa: D102
        *rows, n_samples = element
        return Block(rows[0], rows[-1], tf.range(self._block_size), n_samples)

    def empty_element(self) -> tuple[tf.Tensor, ...]:  # noqa: D102
        rows = [tf.zeros((self._block_size, *array.shape[1:]), array.dtype) for array in self._arrays]
        return *rows, tf.constant(0)


def _distinct(arrays: Arrays) -> list[np.ndarray]:
    return [arrays[0]] if arrays[0] is arrays[1] else list(arrays)


def _compact(array: np.ndarray) -> np.ndarray:
    """The grey levels as uint8 where the array is made of nothing else, else the array itself."""
    if array.dtype != np.float32 or array.nbytes // array.itemsize > MAX_HELD_BYTES:
        return array
    levels = np.empty(array.shape, np.uint8)
    for start in range(0, len(array), _CHUNK_ROWS):
        chunk = levels[start : start + _CHUNK_ROWS]
        rows = np.empty(chunk.shape, np.float32)
        _read_rows(array, np.arange(start, start + len(chunk)), out=rows)
        with np.errstate(invalid="ignore"):  # the next line finds what is no grey level
            chunk[:] = np.rint(rows * 255)
        if not np.array_equal(_GREY_LEVELS[chunk], rows):
            return array
    return levels


def _decode(rows: tf.Tensor, dtype: np.dtype) -> tf.Tensor:
    """Undo :func:`_compact`, bit for bit.

    XLA turns a division into a product with 1 / 255, which is rounded otherwise. But 1 / 255 is 257 / 65,536
    and 1 / 255 of 1 / 65,536; the first product is exact, so that their sum is rounded like the quotient.
    """
    if rows.dtype == dtype:
        return rows
    levels = tf.cast(rows, tf.float32)
    return levels * _FIRST_FACTOR + levels * _SECOND_FACTOR


def _read_rows(array: np.ndarray, numbers: np.ndarray, out: np.ndarray) -> None:
    """Copy rows of an array, those of a large memory-mapped one from its file.

    Touching a row of a memory-mapped array maps megabytes around it, soon all of the file.
    """
    mapped = array
    while isinstance(mapped.base, np.ndarray):  # a part of a memory-mapped array, such as its first rows
        mapped = mapped.base
    if not isinstance(mapped.base, mmap.mmap) or array.nbytes < MIN_UNMAPPED_BYTES:
        np.take(array, numbers, axis=0, out=out)
        return
    start = mapped.offset + array.ctypes.data - mapped.ctypes.data
    with Path(mapped.filename).open("rb", buffering=0) as file:
        for row, number in zip(out, numbers.tolist(), strict=True):
            file.seek(start + number * array.strides[0])
            file.readinto(row)
