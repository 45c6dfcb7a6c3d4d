"""How training samples reach a compiled loop: held in memory, or streamed from where they lie."""

import mmap
import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from fashion_nets.data.image_set import intensities
from fashion_nets.data.order import epoch_order

MAX_HELD_BYTES = 2**28  # 268 MB, in which grey levels take a byte per pixel; more is streamed
MAX_BLOCK_BYTES = 2**23  # 8 MB; about three streamed blocks are in memory at a time
MIN_UNMAPPED_BYTES = 2**24  # 17 MB; memory-mapped arrays from this size are read from their files

Arrays = tuple[np.ndarray, np.ndarray]
"""Inputs and targets; images as grey levels (uint8) or intensities (float32)."""


class Block(NamedTuple):
    """What one call of the loop trains on."""

    inputs: tf.Tensor
    targets: tf.Tensor
    order: tf.Tensor  # numbers of their rows, int32, shape (steps_per_block * batch_size,)
    n_samples: tf.Tensor  # how many of these count, int32; the rest fills the last block of an epoch


def hold_or_stream(arrays: Arrays, batch_size: int, steps_per_block: int = 1, seed: int = 0) -> "Samples":
    """Hold the samples in memory where they take little of it, else stream them.

    Args:
        arrays: Inputs and targets; the same array twice is read once.
        batch_size: Samples per step.
        steps_per_block: Steps per block; streamed, as many of them as fit into ``MAX_BLOCK_BYTES``.
        seed: Of the order of each epoch.
    """
    distinct = _distinct(arrays)
    if sum(array.nbytes for array in distinct) <= MAX_HELD_BYTES:
        return HeldSamples(arrays, batch_size, steps_per_block, seed)
    batch_bytes = batch_size * sum(array[:1].nbytes for array in distinct)
    steps_per_block = min(steps_per_block, max(1, MAX_BLOCK_BYTES // batch_bytes))
    return StreamedSamples(arrays, batch_size, steps_per_block, seed)


class Samples(ABC):
    """Inputs and targets, in an order of its own for each epoch; see :func:`epoch_order`.

    Attributes:
        epoch: The epoch whose order :meth:`blocks` and :meth:`batches` have when they are begun, from 0.
    """

    def __init__(self, arrays: Arrays, batch_size: int, steps_per_block: int, seed: int) -> None:
        self.batch_size = batch_size
        self.steps_per_block = steps_per_block
        self.epoch = 0
        self._seed = seed
        self._n_samples = len(arrays[0])
        self._block_size = steps_per_block * batch_size
        self._arrays = _distinct(arrays)

    @property
    def leave_a_rest(self) -> bool:
        """Whether the last batch of an epoch has fewer samples than the others."""
        return self._n_samples % self.batch_size > 0

    def blocks(self) -> tf.data.Dataset:
        """An epoch of what :meth:`block` makes blocks of, each ready when the one before is done."""
        # Keras counts steps. It asks for a part every steps_per_block of them, so never past the last one.
        return self._count_steps(self._split(self._shuffled(), self._block_size).map(self._load).prefetch(1))

    def batches(self, shuffled: bool = True) -> tf.data.Dataset:
        """Inputs and targets as the network takes them, step by step: the order of an epoch, or their own."""
        numbers = self._shuffled() if shuffled else tf.data.Dataset.from_tensors(tf.range(self._n_samples))
        parts = self._split(numbers, self.batch_size).map(self._batch, num_parallel_calls=tf.data.AUTOTUNE)
        return self._count_steps(parts.prefetch(tf.data.AUTOTUNE))

    def _shuffled(self) -> tf.data.Dataset:
        samples = weakref.proxy(self)  # TensorFlow never lets go of a function of NumPy, nor of what it holds

        def draw() -> np.ndarray:
            return epoch_order(samples._n_samples, samples._seed, samples.epoch)

        def order(_: tf.Tensor) -> tf.Tensor:
            return tf.ensure_shape(tf.numpy_function(draw, [], tf.int32), (self._n_samples,))

        return tf.data.Dataset.range(1).map(order)

    def _split(self, numbers: tf.data.Dataset, size: int) -> tf.data.Dataset:
        """Its one element in parts of one size, the last one smaller."""

        def split(numbers: tf.Tensor) -> tf.data.Dataset:
            starts = tf.data.Dataset.range(0, self._n_samples, size)
            return starts.map(lambda start: numbers[start : start + size])

        return numbers.flat_map(split)

    def _count_steps(self, parts: tf.data.Dataset) -> tf.data.Dataset:
        return parts.apply(tf.data.experimental.assert_cardinality(-(-self._n_samples // self.batch_size)))

    def _batch(self, numbers: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        rows = [intensities(part) for part in self._rows(numbers)]
        return rows[0], rows[-1]

    @abstractmethod
    def _rows(self, numbers: tf.Tensor) -> list[tf.Tensor]:
        """The rows with these numbers, of each array."""

    @abstractmethod
    def _load(self, numbers: tf.Tensor) -> Any:
        """Turn the numbers of the samples of a block, full or not, into an element of the stream."""

    @abstractmethod
    def block(self, element: Any) -> Block:
        """Turn an element of the stream into a block."""

    def empty_stream(self) -> Iterator[Any]:
        """One element of the same types as those of :meth:`blocks`, none of whose samples count."""
        return iter(tf.data.Dataset.from_tensors(self.empty_element()))

    @abstractmethod
    def empty_element(self) -> Any:
        """What :meth:`empty_stream` has one of."""

    def take(self, inputs: tf.Tensor, targets: tf.Tensor, numbers: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The batch of a block's inputs and targets that has these numbers, as the network takes it."""
        parts = [inputs, targets][: len(self._arrays)]
        batch = [intensities(tf.gather(rows, numbers)) for rows in parts]
        return batch[0], batch[-1]


class HeldSamples(Samples):
    """Samples that lie in memory, grey levels as a byte each; a block is a choice of their numbers."""

    def __init__(self, arrays: Arrays, batch_size: int, steps_per_block: int, seed: int) -> None:
        super().__init__(arrays, batch_size, steps_per_block, seed)
        self._held = [tf.constant(array) for array in self._arrays]

    def _rows(self, numbers: tf.Tensor) -> list[tf.Tensor]:
        return [tf.gather(rows, numbers) for rows in self._held]

    def _load(self, numbers: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        n_samples = tf.size(numbers)
        padded = tf.pad(numbers, [[0, self._block_size - n_samples]])
        return tf.ensure_shape(padded, (self._block_size,)), n_samples

    def block(self, element: tuple[tf.Tensor, tf.Tensor]) -> Block:  # noqa: D102
        return Block(self._held[0], self._held[-1], *element)

    def empty_element(self) -> tuple[tf.Tensor, tf.Tensor]:  # noqa: D102
        return tf.zeros(self._block_size, tf.int32), tf.constant(0)


class StreamedSamples(Samples):
    """Samples that are read from their arrays, or the files behind them, block by block."""

    def _rows(self, numbers: tf.Tensor) -> list[tf.Tensor]:
        return self._read(numbers, n_rows=None)

    def _load(self, numbers: tf.Tensor) -> tuple[tf.Tensor, ...]:
        return *self._read(numbers, self._block_size), tf.size(numbers)

    def _read(self, numbers: tf.Tensor, n_rows: int | None) -> list[tf.Tensor]:
        """Rows of each array; ``n_rows`` fills them up with zeros."""
        samples = weakref.proxy(self)  # as above

        def read(numbers: np.ndarray) -> list[np.ndarray]:
            n = len(numbers) if n_rows is None else n_rows
            parts = [np.zeros((n, *array.shape[1:]), array.dtype) for array in samples._arrays]
            for array, part in zip(samples._arrays, parts, strict=True):
                _read_rows(array, numbers, out=part[: len(numbers)])
            return parts

        types = [tf.as_dtype(array.dtype) for array in self._arrays]
        rows = tf.numpy_function(read, [numbers], types, stateful=False)
        return [
            tf.ensure_shape(part, (n_rows, *array.shape[1:]))
            for part, array in zip(rows, self._arrays, strict=True)
        ]

    def block(self, element: tuple[tf.Tensor, ...]) -> Block:  # noqa: D102
        *rows, n_samples = element
        return Block(rows[0], rows[-1], tf.range(self._block_size), n_samples)

    def empty_element(self) -> tuple[tf.Tensor, ...]:  # noqa: D102
        rows = [tf.zeros((self._block_size, *array.shape[1:]), array.dtype) for array in self._arrays]
        return *rows, tf.constant(0)


def _distinct(arrays: Arrays) -> list[np.ndarray]:
    return [arrays[0]] if arrays[0] is arrays[1] else list(arrays)


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
