"""Keras's own training steps, many of them in one call of TensorFlow.

A step of a small network takes less time than starting it does. Here ``fit`` starts a block of steps
at once: :class:`BlockModel` has the layers of a network, and runs Keras's ``train_step`` over the
batches of a block in one loop. Epochs, validation, metrics, callbacks and the progress bar stay Keras's.
A block has as many steps as the model's ``steps_per_execution``.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from itertools import pairwise
from typing import Any

import keras
import tensorflow as tf

from fashion_nets.errors import first_line
from fashion_nets.inspection.prediction import BATCH_SIZE
from fashion_nets.layers.threefry_dropout import ThreefryDropout, traced_for_xla
from fashion_nets.training.engine import Engine, is_plain_dropout, resolve_engine
from fashion_nets.training.randomness import SeededEpochs
from fashion_nets.training.samples import Arrays, Samples, hold_or_stream

logger = logging.getLogger(__name__)

ENGINES: tuple[Engine, ...] = ("xla", "graph", "keras")
"""Where one cannot compile a network, the next one runs it; the last compiles no loop."""


def fit_in_blocks(
    model: keras.Model,
    train_data: Arrays,
    batch_size: int,
    engine: Engine,
    seed: int,
    validation_data: Arrays | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    **fit_options: Any,
) -> keras.callbacks.History:
    """Do what ``model.fit`` does, faster, and so that an epoch is a function of the seed and its number.

    The order of the samples and what layers draw at random depend on nothing else, so that with Keras's
    ``initial_epoch`` a training goes on as if it had not stopped. Data larger than memory is streamed,
    whatever the engine. Callbacks of batches are called once a block, as with ``steps_per_execution``.

    Args:
        model: A compiled model of layers in a graph; its ``steps_per_execution`` is the size of a block, and
            the largest size where the data is streamed.
        train_data: Inputs and targets; the same array twice is kept and read once.
        batch_size: Samples per step; the last batch of an epoch may have fewer.
        engine: What runs the steps. Where ``xla`` cannot compile a network ``graph`` runs it, and where that
            cannot ``keras``; a warning says so.
        seed: Of the order of the samples and of what layers draw.
        validation_data: Inputs and targets to measure after each epoch.
        callbacks: As of ``model.fit``.
        fit_options: Further arguments of ``model.fit``.

    Returns:
        What ``model.fit`` returns.
    """
    engine = resolve_engine(engine, model)
    samples = hold_or_stream(train_data, batch_size, model.steps_per_execution, seed)
    trained: keras.Model = model
    stream: Callable[[], tf.data.Dataset] = samples.batches
    for compiler, next_engine in pairwise(ENGINES[ENGINES.index(engine) :]):
        try:
            trained, stream = BlockModel.of(model, samples, compiler), samples.blocks
            break
        except Exception as error:  # noqa: BLE001 whatever it is: if it is serious, Keras's loop raises it too
            logger.warning(
                "Engine %s cannot compile %s, so %s runs it (%s)",
                compiler,
                model.name,
                next_engine,
                first_line(error),
            )
    if validation_data is not None:
        fit_options["validation_data"] = hold_or_stream(validation_data, BATCH_SIZE).batches(shuffled=False)
    return trained.fit(
        stream(), shuffle=False, callbacks=[SeededEpochs(samples, seed), *callbacks], **fit_options
    )


class BlockModel(keras.Model):
    """The layers of a network, and so its weights, in a model whose ``fit`` takes blocks of samples."""

    @classmethod
    def of(cls, model: keras.Model, samples: Samples, engine: str) -> "BlockModel":
        """Take over the layers of a compiled model, with its optimizer, and compile the loop.

        For XLA its dropout layers are replaced by such as draw by Threefry.

        Raises:
            Exception: Whatever TensorFlow raises if the network cannot be compiled.
        """
        graph = _with_threefry(model) if engine == "xla" else model
        block_model = cls(graph.inputs, graph.outputs, name=model.name)
        options = keras.saving.deserialize_keras_object(model.get_compile_config())
        options |= {"optimizer": model.optimizer, "steps_per_execution": samples.steps_per_block}
        block_model.compile(**options)
        block_model.train_function = _compile_loop(block_model, samples, engine)
        return block_model

    def make_train_function(self, force: bool = False) -> Callable[..., Any] | None:  # noqa: ARG002
        """Give Keras's ``fit`` the loop instead of the function that it would make itself."""
        return self.train_function


def _with_threefry(model: keras.Model) -> keras.Model:
    """The same layers, but for dropout: that of a layer of our own, without weights as Keras's is."""

    def replace(layer: keras.Layer) -> keras.Layer:
        return ThreefryDropout.from_config(layer.get_config()) if is_plain_dropout(layer) else layer

    if not any(map(is_plain_dropout, model.layers)):
        return model
    return keras.models.clone_model(model, clone_function=replace)


def _compile_loop(
    model: keras.Model, samples: Samples, engine: str
) -> Callable[[Iterator[Any]], dict[str, tf.Tensor]]:
    """Compile the loop over a block's batches and give it the form of Keras's ``train_function``."""
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
    # The last batch of an epoch may have a shape of its own, for which compiling would not pay.
    run_rest = tf.function(run_steps, input_signature=specify((None, None)))

    @tf.function  # type: ignore[untyped-decorator]  # TensorFlow has no hints
    def train_function(elements: Iterator[Any]) -> dict[str, tf.Tensor]:
        inputs, targets, order, n_samples = samples.block(next(elements))
        n_steps = n_samples // batch_size
        run_full(inputs, targets, tf.reshape(order, (steps_per_block, batch_size)), n_steps)
        if samples.leave_a_rest:  # as it is traced
            rest = order[n_steps * batch_size : n_samples]
            run_rest(inputs, targets, rest[None], tf.cast(tf.size(rest) > 0, tf.int32))
        return model.get_metrics_result()

    start = time.perf_counter()
    with traced_for_xla() if engine == "xla" else nullcontext():
        run_full.get_concrete_function()
    # No step: it only compiles. Called by itself, run_full would be compiled once more in here.
    train_function(samples.empty_stream())
    logger.debug("Engine %s: compiled %s in %.1f s", engine, model.name, time.perf_counter() - start)
    return train_function
