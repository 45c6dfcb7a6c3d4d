"""Many trainings in a row without a flood of lines."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_quiet = ContextVar("quiet", default=False)


@contextmanager
def quiet_training() -> Iterator[None]:
    """Leave out what training tells of engines and epochs, the bar on a terminal too; warnings stay.

    TensorFlow's warning that it traces functions anew is left out as well: every network has its own.
    """
    logger, tensorflow_logger = logging.getLogger("fashion_nets.training"), logging.getLogger("tensorflow")
    level = logger.level
    token = _quiet.set(True)
    logger.setLevel(logging.WARNING)
    tensorflow_logger.addFilter(_is_not_about_retracing)
    try:
        yield
    finally:
        tensorflow_logger.removeFilter(_is_not_about_retracing)
        logger.setLevel(level)
        _quiet.reset(token)


def is_quiet() -> bool:
    """Whether this is inside :func:`quiet_training`."""
    return _quiet.get()


def _is_not_about_retracing(record: logging.LogRecord) -> bool:
    return "triggered tf.function retracing" not in record.getMessage()
