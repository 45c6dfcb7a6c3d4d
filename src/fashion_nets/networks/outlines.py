"""Networks without their weights: quick to build, however large they are."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from fashion_nets.networks.types import KerasModel


def outline(build: Callable[[], KerasModel]) -> KerasModel:
    """Build a network of which only the layers and the shapes are known, not the weights.

    That is enough for what it costs, for what may be built on it, and to find out whether it can be built.
    What Python's random generator gives next stays as it was. It is built in a thread of its own, whose
    state of Keras ends with it: otherwise Keras would make the weights with those of the next network.

    Args:
        build: Gives the network, uncompiled; it may be built on other outlines.

    Returns:
        The network, whose weights must not be read.

    Raises:
        UserError: As ``build`` does.
    """
    state = random.getstate()
    try:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(copy_context().run, _build, build).result()
    finally:
        random.setstate(state)


def _build(build: Callable[[], KerasModel]) -> KerasModel:
    import keras

    with keras.StatelessScope(initialize_variables=False):
        return build()
