"""Many trainings in a row without a flood of lines."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_quiet = ContextVar("quiet", default=False)


@contextmanager
def quiet_training() -> Iterator[None]:
    """Leave out what training tells of engines and epochs, the bar on a terminal too; warnings stay."""
    logger = logging.getLogger("fashion_nets.training")
    level = logger.level
    token = _quiet.set(True)
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
        _quiet.reset(token)


def is_quiet() -> bool:
    """Whether this is inside :func:`quiet_training`."""
    return _quiet.get()
