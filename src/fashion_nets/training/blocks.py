"""Keras's own training steps, many of them in one call of TensorFlow.

A step of a small network takes less time than starting it does. Here ``fit`` starts a block of steps
at once: :func:`fit_in_blocks` gives Keras a stream of blocks and a ``train_function`` that runs
Keras's ``train_step`` over the batches of a block in one loop. Epochs, validation, metrics, callbacks
and the progress bar stay Keras's. A block has as many steps as the model's ``steps_per_execution``.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from fashion_nets.training.engine import Engine, resolve_engine
from fashion_nets.training.samples import Samples, hold_or_stream

logger = logging.getLogger(__name__)


def fit_in_blocks(
    model: keras.Model,
    train_data: tuple[np.ndarray, np.ndarray],
    batch_size: int,
    engine: Engine,
    **fit_options: Any,
) -> keras.callbacks.History:
    """Do what ``model.fit(*train_data, batch_size=batch_size, **fit_options)`` does, faster.

    Batches come in the order in which Keras shuffles them under the same seed. Data larger than
    memory is streamed; ``keras`` copies it into memory. Callbacks of batches are called once a
    block, as with ``steps_per_execution``.

    Args:
        model: A compiled model; its ``steps_per_execution`` is the size of a block, and the largest
            size where the data is streamed.
        train_data: Inputs and targets; the same array twice is kept and read once.
        batch_size: Samples a step; the last batch of an epoch may have fewer.
        engine: What runs the steps. A network that cannot be compiled falls back to ``keras``.
        fit_options: Further arguments of ``model.fit``.

    Returns:
        What ``model.fit`` returns.
    """
    engine = resolve_engine(engine, model)
    if engine == "keras":
        return model.fit(*train_data, batch_size=batch_size, **fit_options)
    steps_per_execution = model.steps_per_execution
    samples = hold_or_stream(train_data, batch_size, steps_per_execution)
    try:
        model.train_function = _make_train_function(model, samples, engine)
    except Exception as error:  # noqa: BLE001 whatever it is: if it is serious, Keras's loop raises it too
        logger.warning(
            "Engine %s cannot compile %s, so Keras's own loop runs it (%s)",
            engine,
            model.name,
            str(error).partition("\n")[0],
        )
        return model.fit(*train_data, batch_size=batch_size, **fit_options)
    try:
        model.steps_per_execution = samples.steps_per_block
        return model.fit(samples.stream(), shuffle=False, **fit_options)
    finally:
        model.steps_per_execution = steps_per_execution
        model.train_function = model.test_function = None  # made for blocks; Keras makes its own again


def _make_train_function(
    model: keras.Model, samples: Samples, engine: str
) -> Callable[[Iterator], dict[str, tf.Tensor]]:
    """Compile the loop over a block's batches and give it the form of Keras's ``train_function``.

    Raises:
        Exception: Whatever TensorFlow raises if the network cannot be compiled.
    """
    batch_size, steps_per_block = samples.batch_size, samples.steps_per_block
    empty = samples.block(samples.empty_element())
    # The loop cannot create variables, so the optimizer and the metrics create theirs now.
    model.optimizer.build(model.trainable_variables)
    inputs, targets = samples.take(empty.inputs, empty.targets, empty.order[:1])
    model.compute_metrics(inputs, targets, model(inputs))
    model.reset_metrics()

    def run_steps(inputs: tf.Tensor, targets: tf.Tensor, batches: tf.Tensor, n_steps: tf.Tensor) -> None:
        def step(number: tf.Tensor) -> list[tf.Tensor]:
            model.train_step(samples.take(inputs, targets, batches[number]))
            return [number + 1]

        tf.while_loop(lambda number: number < n_steps, step, [0], parallel_iterations=1)

    def specify(batches: tuple[int | None, int | None]) -> list[tf.TensorSpec]:
        rows = [tf.TensorSpec(part.shape, part.dtype) for part in (empty.inputs, empty.targets)]
        return [*rows, tf.TensorSpec(batches, tf.int32), tf.TensorSpec((), tf.int32)]

    full_batches = specify((steps_per_block, batch_size))
    run_full = tf.function(run_steps, input_signature=full_batches, jit_compile=engine == "xla")
    # The last batch of an epoch is a shape of its own, for which compiling would not pay.
    run_rest = tf.function(run_steps, input_signature=specify((None, None)))

    @tf.function
    def train_function(elements: Iterator) -> dict[str, tf.Tensor]:
        inputs, targets, order, n_samples = samples.block(next(elements))
        n_steps = n_samples // batch_size
        run_full(inputs, targets, tf.reshape(order, (steps_per_block, batch_size)), n_steps)
        rest = order[n_steps * batch_size : n_samples]
        run_rest(inputs, targets, rest[None], tf.cast(tf.size(rest) > 0, tf.int32))
        return model.get_metrics_result()

    start = time.perf_counter()
    with dropout_for_xla() if engine == "xla" else nullcontext():
        run_full.get_concrete_function()
    # No step: it only compiles. Called by itself, run_full would be compiled once more in here.
    train_function(samples.empty_stream())
    logger.info("Engine %s: compiled %s in %.1f s", engine, model.name, time.perf_counter() - start)
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
