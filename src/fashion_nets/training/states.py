"""The state of a training, and the file that keeps it."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import numpy as np

from fashion_nets.data.files import atomic_write

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


def write_state(path: Path, state: TrainingState) -> None:
    """Store a state in one step.

    Raises:
        OSError: If it cannot be written.
    """
    arrays: dict[str, np.ndarray] = {}
    plain = json.dumps(_take_out_arrays(state._asdict(), "", arrays))
    with atomic_write(path) as file:
        np.savez(file, state=np.frombuffer(plain.encode(), np.uint8), **arrays)  # type: ignore[arg-type]


def read_state(path: Path, title: str) -> TrainingState | None:
    """Read a state if it is there; one that is damaged or may not be read is named, and left alone.

    Args:
        path: Of its file.
        title: What log lines call the training.
    """
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
