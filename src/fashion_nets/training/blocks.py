"""Keras's own training steps, many of them in one call of TensorFlow.

A step of a small network takes less time than starting it does. Here ``fit`` starts a block of steps
at once: :func:`fit_in_blocks` gives Keras a stream of blocks and a ``train_function`` that runs
Keras's ``train_step`` over the batches of a block in one loop. Epochs, validation, metrics, callbacks
and the progress bar stay Keras's. A block has as many steps as the model's ``steps_per_execution``.
"""

import logging
import mmap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from fashion_nets.training.engine import Engine, resolve_engine

logger = logging.getLogger(__name__)

MIN_UNMAPPED_BYTES = 2**24  # 17 MB; memory-mapped arrays from this size are read from their files, row by row


def fit_in_blocks(
    model: keras.Model,
    train_data: tuple[np.ndarray, np.ndarray],
    batch_size: int,
    engine: Engine,
    **fit_options: Any,
) -> keras.callbacks.History:
    """Do what ``model.fit(*train_data, batch_size=batch_size, **fit_options)`` does, faster.

    Batches come in the order in which Keras shuffles them under the same seed. The data is read
    block by block, so that memory-mapped arrays may be larger than memory; ``keras`` copies them
    into memory. Callbacks of batches are called once a block, as with ``steps_per_execution``.

    Args:
        model: A compiled model; its ``steps_per_execution`` is the size of a block.
        train_data: Inputs and targets; the same array twice is read once.
        batch_size: Samples a step; the last batch of an epoch may have fewer.
        engine: What runs the steps. A network that cannot be compiled falls back to ``keras``.
        fit_options: Further arguments of ``model.fit``.

    Returns:
        What ``model.fit`` returns.
    """
    engine = resolve_engine(engine, model)
    if engine != "keras":
        try:
            model.train_function = _make_train_function(model, train_data, batch_size, engine)
        except Exception as error:  # noqa: BLE001 whatever it is: if it is serious, Keras's loop raises it too
            logger.warning(
                "Engine %s cannot compile %s, so Keras's own loop runs it (%s)",
                engine,
                model.name,
                str(error).partition("\n")[0],
            )
            engine = "keras"
    if engine == "keras":
        return model.fit(*train_data, batch_size=batch_size, **fit_options)
    try:
        blocks = _stream_blocks(train_data, batch_size, model.steps_per_execution)
        return model.fit(blocks, shuffle=False, **fit_options)
    finally:
        model.train_function = model.test_function = None  # made for blocks; Keras makes its own again


def _stream_blocks(
    train_data: tuple[np.ndarray, np.ndarray], batch_size: int, steps_per_block: int
) -> tf.data.Dataset:
    """Shuffle the samples and read them in blocks, each ready when the one before is done."""
    inputs, targets = train_data
    n_samples = len(inputs)

    def shuffle(_: tf.Tensor) -> tf.Tensor:
        # As Keras's own adapter of arrays writes it, so that the same seed gives the same order.
        indices = tf.range(n_samples, dtype=tf.int64)
        return tf.random.shuffle(indices)

    def split(indices: tf.Tensor) -> tf.data.Dataset:
        block_size = steps_per_block * batch_size
        starts = tf.data.Dataset.range(0, n_samples, block_size)
        return starts.map(lambda start: indices[start : start + block_size])

    def read(indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        input_rows = _read_rows(inputs, indices)
        return input_rows, input_rows if targets is inputs else _read_rows(targets, indices)

    def read_block(indices: tf.Tensor) -> tuple[tf.Tensor, ...]:
        types = [tf.as_dtype(array.dtype) for array in train_data]
        block = tf.numpy_function(read, [indices], types, stateful=False)
        return tuple(
            tf.ensure_shape(rows, (None, *array.shape[1:]))
            for rows, array in zip(block, train_data, strict=True)
        )

    blocks = tf.data.Dataset.range(1).map(shuffle).flat_map(split).map(read_block).prefetch(1)
    # Keras counts steps. It asks for a block every steps_per_block of them, so never past the last one.
    return blocks.apply(tf.data.experimental.assert_cardinality(-(-n_samples // batch_size)))


def _read_rows(array: np.ndarray, indices: np.ndarray) -> np.ndarray:
    if not isinstance(array.base, mmap.mmap) or array.nbytes < MIN_UNMAPPED_BYTES:
        return np.take(array, indices, axis=0)
    # Touching a row of a memory-mapped array maps megabytes around it, soon all of the file.
    rows = np.empty((len(indices), *array.shape[1:]), array.dtype)
    with Path(array.filename).open("rb", buffering=0) as file:
        for row, index in zip(rows, indices.tolist(), strict=True):
            file.seek(array.offset + index * row.nbytes)
            file.readinto(row)
    return rows


def _make_train_function(
    model: keras.Model, train_data: tuple[np.ndarray, np.ndarray], batch_size: int, engine: str
) -> Callable[[Iterator], dict[str, tf.Tensor]]:
    """Compile the loop over a block's batches and give it the form of Keras's ``train_function``.

    Raises:
        Exception: Whatever TensorFlow raises if the network cannot be compiled.
    """
    # The loop cannot create variables, so the optimizer and the metrics create theirs now.
    model.optimizer.build(model.trainable_variables)
    inputs, targets = (array[:1] for array in train_data)
    model.compute_metrics(inputs, targets, model(inputs))
    model.reset_metrics()

    def run_steps(inputs: tf.Tensor, targets: tf.Tensor, n_steps: tf.Tensor) -> dict[str, tf.Tensor]:
        def step(number: tf.Tensor) -> list[tf.Tensor]:
            model.train_step((inputs[number], targets[number]))
            return [number + 1]

        tf.while_loop(lambda number: number < n_steps, step, [0], parallel_iterations=1)
        return model.get_metrics_result()

    shapes = [(None, None, *array.shape[1:]) for array in train_data]  # steps, samples of each, a sample
    types = [tf.as_dtype(array.dtype) for array in train_data]
    signature = [*map(tf.TensorSpec, shapes, types), tf.TensorSpec((), tf.int32)]
    run_any = tf.function(run_steps, input_signature=signature)
    run_full = (
        tf.function(run_steps, input_signature=signature, jit_compile=True) if engine == "xla" else run_any
    )

    start = time.perf_counter()
    with dropout_for_xla() if engine == "xla" else nullcontext():
        full = [(model.steps_per_execution, batch_size, *array.shape[1:]) for array in train_data]
        run_full(*map(tf.zeros, full, types), 0)  # no step: compiles, and changes nothing
    logger.info("Engine %s: compiled %s in %.1f s", engine, model.name, time.perf_counter() - start)

    def train_function(blocks: Iterator) -> dict[str, tf.Tensor]:
        block = next(blocks)
        n_steps, n_rest = divmod(len(block[0]), batch_size)
        if n_steps:
            # XLA compiles anew for every shape: the last, shorter block of an epoch is not worth it.
            run = run_full if n_steps == model.steps_per_execution else run_any
            shape = (n_steps, batch_size)
            logs = run(
                *(tf.reshape(part[: n_steps * batch_size], (*shape, *part.shape[1:])) for part in block),
                n_steps,
            )
        if n_rest:
            logs = run_any(*(part[-n_rest:][None] for part in block), 1)
        return logs

    return train_function


@contextmanager
def dropout_for_xla() -> Iterator[None]:
    """Let the dropout of what is traced here draw its random numbers by Threefry.

    On a CPU XLA takes fifty times longer for TensorFlow's default generator: ten times as long as for
    all the rest of a step of an MLP.
    """
    dropout = tf.nn.experimental.stateless_dropout
    tf.nn.experimental.stateless_dropout = partial(dropout, rng_alg="threefry")
    try:
        yield
    finally:
        tf.nn.experimental.stateless_dropout = dropout
