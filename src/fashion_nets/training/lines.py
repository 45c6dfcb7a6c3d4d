"""What the log says of a training while it lasts, and as it ends."""

import logging
import time
from collections.abc import Callable, Mapping

import pandas as pd

from fashion_nets.formatting import count_epochs, format_duration
from fashion_nets.progress import Pace, current_trainings
from fashion_nets.training.fit import EpochListener

SECONDS_BETWEEN_LINES = 5.0
"""Quicker epochs are not all told."""
WATCHED = ("val_accuracy", "val_loss")
"""What is told of an epoch: the first of these that there is."""

logger = logging.getLogger(__name__)


class EpochLines:
    """Listens to a training, and says how far it is and what is left, in a line now and then.

    The last epoch is told by :meth:`end`. Epochs that are not told are so only to who wants to know all.

    Args:
        network: Its name.
        epochs: How many it has at most, through all phases.
        may_stop_early: Whether something may end it before.
        listener: Who else listens.
        clock: Gives the seconds since any point in time.
    """

    def __init__(
        self,
        network: str,
        epochs: int,
        may_stop_early: bool = False,
        listener: EpochListener | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._network = network
        self._epochs = epochs
        self._listener = listener
        self._pace = Pace(SECONDS_BETWEEN_LINES, clock)
        self._trainings = current_trainings()
        self._training = self._trainings.begin(network, epochs, may_stop_early)
        self._of = "of at most" if may_stop_early else "of"

    def __call__(self, epoch: int, metrics: Mapping[str, float]) -> None:
        """An epoch has ended, also one of an earlier run, from whose state the training goes on."""
        self._training.end_epoch(seconds_of(metrics))
        if self._listener is not None:
            self._listener(epoch, metrics)
        is_due = epoch < self._epochs and self._pace.is_due()
        logger.log(
            logging.INFO if is_due else logging.DEBUG,
            "%s, epoch %d %s %d%s",
            *(self._network, epoch, self._of, self._epochs),
            self._with_progress(tell_watched(metrics)),
        )

    def end(self, history: pd.DataFrame, kept: int) -> None:
        """The training has ended.

        Args:
            history: A row per epoch.
            kept: The epoch that has left the weights.
        """
        self._trainings.end(self._network)
        row, n_epochs = history.set_index("epoch").loc[kept], len(history)
        watched = tell_watched(row.to_dict())
        if kept != n_epochs:
            watched += f" of epoch {kept}, whose weights are kept"
        logger.info(
            "%s is trained: %s in %s%s",
            self._network,
            count_epochs(n_epochs),
            format_duration(history["seconds"].sum()),
            self._with_progress(watched),
        )

    def _with_progress(self, watched: str) -> str:
        progress = self._trainings.tell(self._network)
        return f", {watched}" + (f"; {progress}" if progress else "")


def seconds_of(metrics: Mapping[str, float]) -> float:
    """How long an epoch took; in phases, the phase's name stands before the name."""
    return metrics[_names_by_last_part(metrics)["seconds"]]


def tell_watched(metrics: Mapping[str, float]) -> str:
    """The number by which a training is followed: ``val_accuracy 0.906``, ``layer_1/val_loss 0.0123``."""
    names = _names_by_last_part(metrics)
    name = next(names[each] for each in WATCHED if each in names)
    digits = 3 if name.endswith("accuracy") else 4
    return f"{name} {metrics[name]:.{digits}f}"


def _names_by_last_part(metrics: Mapping[str, float]) -> dict[str, str]:
    return {name.rpartition("/")[2]: name for name in metrics}
