"""What runs the training steps of a network: XLA, TensorFlow's graphs or Keras's own loop."""

import logging
from collections.abc import Iterator
from typing import Literal

from fashion_nets.networks.layer_kinds import slides_kernel
from fashion_nets.networks.types import KerasModel, Layer

logger = logging.getLogger(__name__)

Engine = Literal["auto", "xla", "graph", "keras"]
"""``xla`` runs blocks of steps that XLA compiled, ``graph`` the same blocks without XLA, ``keras`` is
Keras's own loop; ``auto`` chooses among them, see :func:`resolve_engine`."""


def resolve_engine(engine: Engine, model: KerasModel) -> Engine:
    """Turn ``auto`` into the engine that suits a network, and log which and why.

    The rule comes from measurements on a processor; ``python -m bench.gpu`` tells whether it holds on a GPU.
    It times nothing itself: engines differ in the last bits, and the same seed has to give the same weights
    on a busy day too.
    """
    if engine != "auto":
        return engine
    layers = list(_layers_of(model))
    choice: Engine
    if model.run_eagerly:
        choice, reason = "keras", "the network is compiled with run_eagerly"
    elif any(map(slides_kernel, layers)):
        choice, reason = "graph", "convolutions take longer in XLA"
    elif any(_draws_random_numbers(layer) for layer in layers if not is_plain_dropout(layer)):
        choice, reason = "graph", "random numbers other than dropout's take longer in XLA"
    else:
        choice, reason = "xla", "compiled steps have the least overhead"
    logger.debug("Engine auto: %s for %s, as %s", choice, model.name, reason)
    return choice


def is_plain_dropout(layer: Layer) -> bool:
    """Whether a layer is Keras's dropout of single values, for which this project has one that suits XLA."""
    import keras

    return type(layer) is keras.layers.Dropout and layer.noise_shape is None


def _layers_of(model: KerasModel) -> Iterator[Layer]:
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _layers_of(layer)
        else:
            yield layer


def _draws_random_numbers(layer: Layer) -> bool:
    import keras

    from fashion_nets.training.randomness import random_states

    if isinstance(layer, keras.layers.RNN):  # has a generator also where it drops nothing
        return any(getattr(layer, rate, 0) for rate in ("dropout", "recurrent_dropout"))
    return bool(random_states(layer))
