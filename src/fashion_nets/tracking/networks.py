"""The run of each network below the run of ``kedro run``."""

from collections.abc import Mapping, Sequence
from threading import RLock
from typing import Any
from weakref import WeakKeyDictionary

import pandas as pd

from fashion_nets.tracking.child_runs import ChildRun
from fashion_nets.tracking.entries import Earlier, id_of
from fashion_nets.tracking.outbox import Outbox
from fashion_nets.tracking.runs import current_outbox

NETWORK = "network"
"""The tag that says which network a run is about."""
MODEL_DIGEST = "model_digest"
"""The tag with the digest of the model's content, by which the run of a network is found again."""
RESUMES = "resumes"
"""The tag with the id of the run from whose last state a training goes on."""

_lock = RLock()  # nodes may be in threads
_runs: WeakKeyDictionary[Outbox, dict[str, ChildRun]] = WeakKeyDictionary()


def network_run(network: str, tags: Mapping[str, Any] | None = None) -> ChildRun:
    """The run of a network that is at work, begun by whoever needs it first.

    Args:
        network: Its name, which the run has too.
        tags: Of the run, if it begins.
    """
    with _lock:
        return _open_runs().get(network) or _begin(network, tags)


def continue_network_run(network: str, model: str | None, tags: Mapping[str, Any]) -> ChildRun:
    """The same for a network that an earlier ``kedro run`` has trained: it is the run of that model.

    Args:
        network: Its name.
        model: The digest of the content of its model; None if nobody knows.
        tags: Of a run that begins now, where MLflow has none of that model.
    """
    with _lock:
        if (run := _open_runs().get(network)) is not None:
            return run
        known = {NETWORK: network, MODEL_DIGEST: model} if model else {}
        run = _begin(network, {**tags, **known}, Earlier(known, goes_on=True) if known else None)
        run.is_earlier = True
        return run


def is_at_work(network: str) -> bool:
    """Whether a network has a run that has begun and not ended."""
    return network in _open_runs()


def end_network_run(network: str) -> None:
    """End the run of a network, if it is at work: all is done that is to be done of it."""
    with _lock:
        if (run := _open_runs().pop(network, None)) is not None:
            run.end("FINISHED")


def _open_runs() -> dict[str, ChildRun]:
    outbox = current_outbox()
    return {} if outbox is None else _runs.setdefault(outbox, {})


def _begin(network: str, tags: Mapping[str, Any] | None, earlier: Earlier | None = None) -> ChildRun:
    run = _open_runs()[network] = ChildRun(network, {}, {**(tags or {}), NETWORK: network}, earlier)
    return run


class TrainingLog:
    """What the training of a network tells MLflow, in the run of the network; without a run, nothing.

    Args:
        network: Its name.
        class_names: One for each class that it learns to tell apart; none of an autoencoder.
    """

    def __init__(self, network: str, class_names: Sequence[str] = ()) -> None:
        self._network = network
        self._class_names = class_names
        self._curves: set[str] = set()

    def __call__(self, epoch: int, metrics: Mapping[str, float]) -> None:
        """Log the metrics of an epoch, counted from 1."""
        self._curves |= set(metrics)
        self._run().log(metrics, epoch)

    def keep_best(self, history: pd.DataFrame, epoch: int) -> None:
        """Tell which epoch has left the weights that the network has, and how these do on validation data.

        The curves get no epoch that was none: the numbers stand where the curves end.

        Args:
            history: A row per epoch.
            epoch: That one, counted from 1.
        """
        row, last = history.set_index("epoch").loc[epoch], history["epoch"].iloc[-1]
        watched = {name: row[name] for name in self._curves if name.startswith("val_") and epoch != last}
        self._run().log_results({**watched, "best_epoch": epoch})

    def resumes(self, run: str) -> None:
        """Tell from the state of which run the training goes on."""
        self._run().tag({RESUMES: id_of(run)})

    @property
    def run(self) -> str | None:
        """By what the process knows the run; None where nothing is tracked."""
        return self._run().told_as

    def _run(self) -> ChildRun:
        run = network_run(self._network)
        run.class_names = self._class_names
        return run
