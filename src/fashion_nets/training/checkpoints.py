"""What an interrupted training goes on from: all of its state, in one file a phase."""

import json
import logging
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Self
from zipfile import BadZipFile

import numpy as np

from fashion_nets.data.files import atomic_write, clear_leftover, leftovers
from fashion_nets.provenance.changes import changes

SUFFIX = ".npz"
ENDED_SUFFIX = ".ended.npz"
FOLLOWS_FROM_OTHERS = ("initial weights", "the length of its schedule", "callbacks")
"""What a training was made from that is named as changed only where nothing else did."""

# Not below fashion_nets.training, of which many trainings in a row let nothing be heard.
logger = logging.getLogger("fashion_nets.checkpoints")


class TrainingState(NamedTuple):
    """All that a training goes on from, after one of its epochs.

    Attributes:
        made_from: What the training is a function of, as plain values.
        epochs: How many it was to have.
        stopped: Whether something stopped it for good, so that more epochs would change nothing.
        history: What each epoch so far gave, by name.
        weights: Those of the network as the last epoch left them.
        optimizer: The variables of the optimizer.
        callbacks: The state of each callback by name: plain values, arrays and lists of them.
        run: Which run of a training it is of, as its account knows it; None if nobody keeps one.
    """

    made_from: dict[str, Any]
    epochs: int
    stopped: bool
    history: list[dict[str, float]]
    weights: list[np.ndarray]
    optimizer: list[np.ndarray]
    callbacks: list[dict[str, Any]]
    run: str | None = None

    def next_epoch(self, epochs: int) -> int:
        """The epoch, counted from 0, that comes next of so many; their number if none is left to come."""
        return epochs if self.stopped else len(self.history)


class Account(Protocol):
    """Whoever keeps account of a training."""

    @property
    def run(self) -> str | None:
        """Its name for the run that trains; None if it knows of none."""

    def resumes(self, run: str) -> None:
        """The training goes on from the state that this run has left."""


class Checkpoint:
    """The file with the state of one training, or of one phase of it.

    Args:
        folder: Where it lies.
        phase: Its name in the folder.
        title: What log lines call the training.
        details: What the training is made from beside what :meth:`find` is given.
        account: Who keeps account of it, if anybody does.
        pause_after: After how many epochs, counted from the first one, the training pauses; None for never.
    """

    def __init__(
        self,
        folder: Path,
        phase: str,
        title: str,
        details: Mapping[str, Any],
        account: Account | None = None,
        pause_after: int | None = None,
    ) -> None:
        self.details = dict(details)
        self.pause_after = pause_after
        self._account = account
        self._path = folder / f"{phase}{SUFFIX}"
        self._ended = folder / f"{phase}{ENDED_SUFFIX}"
        self._title = title
        self._is_told = False

    def find(self, made_from: Mapping[str, Any], epochs: int) -> TrainingState | None:
        """Find the state to go on from, and log what is found, or why it does not serve.

        A run that ended whole is gone on from only for more epochs than it was to have.

        Args:
            made_from: What the training is a function of, but for its length; as JSON holds it.
            epochs: How many it is to have.
        """
        with suppress(OSError):  # where nothing can be written, storing a state says so
            for leftover, target in list(leftovers(self._path.parent)):
                clear_leftover(leftover, target)  # the run was killed while it wrote
        for path in (self._path, self._ended):
            state = _read(path, self._title)
            if state is None or (path == self._ended and epochs <= state.epochs):
                continue
            if reason := _why_not(state, made_from, epochs):
                logger.info("%s starts anew: %s", self._title, reason)
                continue
            with suppress(OSError):
                path.replace(self._path)
            self._tell(state, epochs, was_interrupted=path == self._path)
            if self._account is not None and state.run is not None:
                self._account.resumes(state.run)
            return state
        return None

    def save(self, state: TrainingState) -> None:
        """Store the state in one step; where that fails, say so once, and let the training go on."""
        if self._account is not None:
            state = state._replace(run=self._account.run)
        arrays: dict[str, np.ndarray] = {}
        plain = json.dumps(_take_out_arrays(state._asdict(), "", arrays))
        try:
            with atomic_write(self._path) as file:
                np.savez(file, state=np.frombuffer(plain.encode(), np.uint8), **arrays)  # type: ignore[arg-type]
        except OSError as error:
            if not self._is_told:
                logger.warning(
                    "%s: %s cannot be written (%s). The training goes on; interrupted, it would start anew.",
                    self._title,
                    self._path,
                    error.strerror or error,
                )
            self._is_told = True

    def _tell(self, state: TrainingState, epochs: int, was_interrupted: bool) -> None:
        next_epoch = state.next_epoch(epochs)
        if next_epoch < epochs:
            logger.info("%s goes on at epoch %d of %d", self._title, next_epoch + 1, epochs)
        elif was_interrupted:
            logger.info("%s: trained by the interrupted run, taken as it is", self._title)
        else:
            logger.info(
                "%s: stopped after epoch %d of %d, so that more epochs change nothing; taken as it is",
                self._title,
                len(state.history),
                state.epochs,
            )


class Checkpoints:
    """The folder in which a training leaves its state, a file for each phase; others may lie in it.

    Args:
        folder: The folder, which need not be there; None keeps nothing.
        title: What log lines call the training.
        details: What the training is made from, beside what fitting it knows by itself.
        account: Who keeps account of it, if anybody does.
        pause_after: After how many epochs, counted from the first one, a training of one phase pauses, and
            leaves its state; None for never.
    """

    def __init__(
        self,
        folder: Path | None,
        title: str = "",
        details: Mapping[str, Any] | None = None,
        account: Account | None = None,
        pause_after: int | None = None,
    ) -> None:
        self._folder = folder
        self._title = title
        self._details = dict(details or {})
        self._account = account
        self._pause_after = pause_after

    def about(self, **details: Any) -> Self:
        """The same folder, for a training that is made from these plain values too."""
        return self._with(details={**self._details, **details})

    def for_account(self, account: Account) -> Self:
        """The same folder, for a training of which somebody keeps account."""
        return self._with(account=account)

    def pausing_after(self, epochs: int) -> Self:
        """The same folder, for a training that pauses after so many epochs and goes on in another call.

        Raises:
            ValueError: If nothing is kept, so that it could not go on.
        """
        if self._folder is None:
            raise ValueError("A training that pauses needs a folder for its state.")
        return self._with(pause_after=epochs)

    def of(self, name: str, title: str) -> Self:
        """The folder of one of many trainings, below this one."""
        return self._with(folder=None if self._folder is None else self._folder / name, title=title)

    def _with(self, **changes: Any) -> Self:
        fields = ("folder", "title", "details", "account", "pause_after")
        return type(self)(**{**{name: getattr(self, f"_{name}") for name in fields}, **changes})

    def phase(self, name: str = "training", **details: Any) -> Checkpoint | None:
        """The file of a phase, or of a training that has but one; None if nothing is kept."""
        if self._folder is None:
            return None
        title = self._title if name == "training" else f"{self._title}, {name}"
        details = {**self._details, **details}
        return Checkpoint(self._folder, name, title, details, self._account, self._pause_after)

    def remove(self) -> None:
        """Remove the folder: its trainings are over, and their results stored."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def end(self) -> None:
        """A run has ended whole: keep of its training what more epochs go on from, and nothing else."""
        if self._folder is None or not self._folder.is_dir():
            return
        try:
            self._clear_up(self._folder)
        except OSError as error:
            logger.warning("%s cannot be cleared up: %s", self._folder, error.strerror or error)

    @staticmethod
    def _clear_up(folder: Path) -> None:
        entries = list(folder.iterdir())
        trained = [path for path in entries if path.suffix == SUFFIX and not path.name.endswith(ENDED_SUFFIX)]
        for path in entries:
            if path.is_dir():
                shutil.rmtree(path)
            elif trained and path not in trained:
                path.unlink()
        for path in trained:
            path.replace(path.with_name(f"{path.stem}{ENDED_SUFFIX}"))
        if not any(folder.iterdir()):
            folder.rmdir()


NOT_KEPT = Checkpoints(None)
"""For a training of which nothing is kept."""


def _why_not(state: TrainingState, made_from: Mapping[str, Any], epochs: int) -> str | None:
    """What keeps a training from going on from a state, if anything does."""
    different = changes(state.made_from, made_from)
    causes = [path for path in different if path not in FOLLOWS_FROM_OTHERS] or different
    if causes:
        return f"{', '.join(causes)} changed since its checkpoint"
    if len(state.history) > epochs:
        return f"it is to have {epochs} epochs, and its checkpoint is of epoch {len(state.history)}"
    return None


def _read(path: Path, title: str) -> TrainingState | None:
    """Read a file if it is there; one that is damaged or may not be read is named, and left alone."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = dict(file)
        return TrainingState(**_put_in_arrays(json.loads(arrays["state"].tobytes()), arrays))
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = f"cannot be read ({error.strerror or error})"
    except (BadZipFile, EOFError, KeyError, TypeError, ValueError) as error:
        reason = f"is damaged ({error})"
    logger.warning("%s starts anew: its checkpoint %s %s", title, path, reason)
    return None


def _take_out_arrays(value: Any, path: str, arrays: dict[str, np.ndarray]) -> Any:
    """Replace each array in nested plain values by its path, under which ``arrays`` gets it."""
    match value:
        case np.ndarray():
            arrays[path] = value
            return {"array": path}
        case dict():
            return {name: _take_out_arrays(inner, f"{path}.{name}", arrays) for name, inner in value.items()}
        case list() | tuple():
            return [_take_out_arrays(inner, f"{path}.{number}", arrays) for number, inner in enumerate(value)]
    return value


def _put_in_arrays(value: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """The inverse of :func:`_take_out_arrays`."""
    match value:
        case {"array": str(path)}:
            return arrays[path]
        case dict():
            return {name: _put_in_arrays(inner, arrays) for name, inner in value.items()}
        case list():
            return [_put_in_arrays(inner, arrays) for inner in value]
    return value
