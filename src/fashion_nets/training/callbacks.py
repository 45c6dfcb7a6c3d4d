"""Callbacks of this project."""

import logging
import math
import time
from collections.abc import Callable, Mapping

import keras

logger = logging.getLogger(__name__)


class EpochReport(keras.callbacks.Callback):
    """Complete each epoch's metrics, stop where the loss is no number any more, and tell how it went.

    Adds ``learning_rate`` (the one in force at the end of the epoch) and ``seconds`` (of the epoch,
    validation included) to the epoch's logs, so that they reach the history.

    Args:
        listener: Receives the completed metrics of each epoch.
        log_lines: Whether to log a line an epoch.
    """

    def __init__(
        self, listener: Callable[[int, Mapping[str, float]], None] | None = None, log_lines: bool = True
    ) -> None:
        super().__init__()
        self._listener = listener
        self._log_lines = log_lines
        self._start = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002, D102
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: D102
        logs = logs if logs is not None else {}
        logs["learning_rate"] = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        logs["seconds"] = time.perf_counter() - self._start
        if not math.isfinite(logs["loss"]):
            self.model.stop_training = True
        if self._log_lines:
            logger.info("%s epoch %d/%d: %s", self.model.name, epoch + 1, self.params["epochs"], _line(logs))
        if self._listener is not None:
            self._listener(epoch + 1, logs)


def _line(logs: Mapping[str, float]) -> str:
    numbers = [
        f"{name} {value:.4f}" for name, value in logs.items() if name not in {"learning_rate", "seconds"}
    ]
    return f"{', '.join(numbers)} ({logs['seconds']:.1f} s)"
