"""Dropout whose random numbers XLA makes fast on a CPU."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import keras
import tensorflow as tf

_for_xla = ContextVar("for_xla", default=False)


@contextmanager
def traced_for_xla() -> Iterator[None]:
    """Let the layers draw by Threefry in what is traced here, which XLA has to compile: only XLA has it."""
    token = _for_xla.set(True)
    try:
        yield
    finally:
        _for_xla.reset(token)


@keras.saving.register_keras_serializable("fashion_nets")
class ThreefryDropout(keras.layers.Dropout):
    """Keras's dropout, which within :func:`traced_for_xla` takes its random numbers from Threefry.

    On a CPU XLA takes fifty times longer for TensorFlow's default generator: ten times as long as for all the
    rest of a step of an MLP.

    A network has it only while it is trained; what is stored has Keras's own layer.

    Args:
        rate: The fraction of the inputs to drop, in [0, 1).
        noise_shape: Shape of the mask, which is repeated over the inputs; None for their own shape.
        seed: Of the random numbers; None takes one from Keras's global seed.
        options: Further arguments of a layer of Keras.

    Input shape:
        Any.

    Output shape:
        That of the input.

    Reference:
        Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", 2011.
    """

    def call(self, inputs: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """Drop inputs in training, and divide the others by ``1 - rate``."""
        if not (_for_xla.get() and training and self.rate > 0):
            return super().call(inputs, training=training)
        seed = tf.cast(self.seed_generator.next(), tf.int32)  # XLA takes no other type
        return tf.nn.experimental.stateless_dropout(
            inputs, self.rate, seed, rng_alg="threefry", noise_shape=self.noise_shape
        )
