"""What an interrupted training goes on from: all of its state, in one file a phase."""

import copy
import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, Self

from fashion_nets.data.files import clear_leftover, leftovers
from fashion_nets.provenance.changes import changes
from fashion_nets.training.states import TrainingState, read_state, write_state

SUFFIX = ".npz"
ENDED_SUFFIX = ".ended.npz"
TRAINING = "training"
"""The phase of a training that has but one."""
FOLLOWS_FROM_OTHERS = ("initial weights", "the length of its schedule", "callbacks")
"""What a training was made from that is named as changed only where nothing else did."""

# Not below fashion_nets.training, of which many trainings in a row let nothing be heard.
logger = logging.getLogger("fashion_nets.checkpoints")


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
        for state, has_ended in self._stored():
            if has_ended and epochs <= state.epochs:
                continue
            if reason := _why_not(state, made_from, epochs):
                logger.info("%s starts anew: %s", self._title, reason)
                continue
            self._take_up(has_ended)
            self._tell(state, epochs, was_interrupted=not has_ended)
            if self._account is not None and state.run is not None:
                self._account.resumes(state.run)
            return state
        return None

    def save(self, state: TrainingState) -> None:
        """Store the state in one step; where that fails, say so once, and let the training go on."""
        if self._account is not None:
            state = state._replace(run=self._account.run)
        try:
            self._write(state)
        except OSError as error:
            if not self._is_told:
                logger.warning(
                    "%s: %s cannot be written (%s). The training goes on; interrupted, it would start anew.",
                    self._title,
                    self._path,
                    error.strerror or error,
                )
            self._is_told = True

    def read(self) -> TrainingState | None:
        """The state of an interrupted run, whatever it was made from; a damaged one is named in the log."""
        self._clear_leftovers()
        return read_state(self._path, self._title)

    def _stored(self) -> Iterator[tuple[TrainingState, bool]]:
        """The states that are there, and whether the run that left each of them had ended."""
        if (state := self.read()) is not None:
            yield state, False
        if (state := read_state(self._ended, self._title)) is not None:
            yield state, True

    def _take_up(self, has_ended: bool) -> None:
        """A training goes on from a state, which is from now on that of a run that may be interrupted."""
        if has_ended:
            with suppress(OSError):
                self._ended.replace(self._path)

    def _write(self, state: TrainingState) -> None:
        write_state(self._path, state)

    def _clear_leftovers(self) -> None:
        with suppress(OSError):  # where nothing can be written, storing a state says so
            for leftover, target in list(leftovers(self._path.parent)):
                clear_leftover(leftover, target)  # the run was killed while it wrote

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

    @property
    def is_kept(self) -> bool:
        """Whether anything is kept."""
        return self._folder is not None

    @property
    def title(self) -> str:
        """What log lines call the training."""
        return self._title

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
        if not self.is_kept:
            raise ValueError("A training that pauses needs a folder for its state.")
        return self._with(pause_after=epochs)

    def resumes(self, run: str) -> None:
        """Tell whoever keeps account from the state of which other run the training goes on."""
        if self._account is not None and run != self._account.run:
            self._account.resumes(run)

    def of(self, name: str, title: str) -> Self:
        """The folder of one of many trainings, below this one."""
        return self._with(folder=None if self._folder is None else self._folder / name, title=title)

    def _with(self, **changes: Any) -> Self:
        other = copy.copy(self)
        for name, value in changes.items():
            setattr(other, f"_{name}", value)
        return other

    def states(self) -> dict[str, TrainingState] | None:
        """The states that an interrupted run has left, by phase; None if nothing is kept."""
        if self._folder is None:
            return None
        names = [path.stem for path in sorted(self._folder.glob(f"*{SUFFIX}")) if not _has_ended(path)]
        found = ((name, self._checkpoint(name).read()) for name in names)
        return {name: state for name, state in found if state is not None}

    def phase(self, name: str = TRAINING, **details: Any) -> Checkpoint | None:
        """The file of a phase, or of a training that has but one; None if nothing is kept."""
        return self._checkpoint(name, **details) if self.is_kept else None

    def _checkpoint(self, name: str, **details: Any) -> Checkpoint:
        assert self._folder is not None
        details = {**self._details, **details}
        return Checkpoint(self._folder, name, self._title_of(name), details, self._account, self._pause_after)

    def _title_of(self, phase: str) -> str:
        return self._title if phase == TRAINING else f"{self._title}, {phase}"

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
        trained = [path for path in entries if path.suffix == SUFFIX and not _has_ended(path)]
        for path in entries:
            if path.is_dir():
                shutil.rmtree(path)
            elif trained and path not in trained:
                path.unlink()
        for path in trained:
            path.replace(path.with_name(f"{path.stem}{ENDED_SUFFIX}"))
        if not any(folder.iterdir()):
            folder.rmdir()


def _has_ended(path: Path) -> bool:
    return path.name.endswith(ENDED_SUFFIX)


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
