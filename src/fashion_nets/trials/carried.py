"""The checkpoints of a trial that trains where the folder of its states is not."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from fashion_nets.training.checkpoints import Account, Checkpoint, Checkpoints
from fashion_nets.training.states import TrainingState

Save = Callable[[str, TrainingState], None]
"""Sends the state of a phase to whoever stores it."""


class CarriedCheckpoints(Checkpoints):
    """Begins with states that somebody else has read, and sends new ones for them to store.

    Args:
        states: Those of an interrupted run, by phase.
        save: Sends a state.
        title: What log lines call the training.
        account: Who keeps account of it.
    """

    def __init__(
        self, states: Mapping[str, TrainingState], save: Save, title: str, account: Account | None = None
    ) -> None:
        super().__init__(None, title, account=account)
        self._states = states
        self._save = save

    def _checkpoint(self, name: str, **details: Any) -> Checkpoint:
        state, title = self._states.get(name), self._title_of(name)
        details = {**self._details, **details}
        return CarriedCheckpoint(state, self._save, name, title, details, self._account, self._pause_after)

    @property
    def is_kept(self) -> bool:
        """Whether states are kept: somebody does."""
        return True


class CarriedCheckpoint(Checkpoint):
    """The state of one phase of it.

    Args:
        state: What an interrupted run has left, if anything.
        save: Sends a state.
        phase: Its name.
        title: What log lines call the training.
        details: What the training is made from beside what :meth:`find` is given.
        account: Who keeps account of it.
        pause_after: After how many epochs the training pauses; None for never.
    """

    def __init__(
        self,
        state: TrainingState | None,
        save: Save,
        phase: str,
        title: str,
        details: Mapping[str, Any],
        account: Account | None,
        pause_after: int | None,
    ) -> None:
        super().__init__(Path(), phase, title, details, account, pause_after)
        self._state = state
        self._send = save
        self._phase = phase

    def _stored(self) -> Iterator[tuple[TrainingState, bool]]:
        if self._state is not None:
            yield self._state, False

    def _write(self, state: TrainingState) -> None:
        self._send(self._phase, state)
