"""Keeping the state of a training while it lasts, and putting it back."""

import json
import math
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import keras
import numpy as np

from fashion_nets.provenance.changes import KEEPING
from fashion_nets.provenance.digests import digest_arrays, digest_weights
from fashion_nets.provenance.machine import describe_machine, library_versions
from fashion_nets.training.checkpoints import Checkpoint
from fashion_nets.training.fit import put_state
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import TrainingParams
from fashion_nets.training.states import TrainingState

_STATE_OF = {
    keras.callbacks.EarlyStopping: ("best", "best_epoch", "best_weights", "wait", "stopped_epoch"),
    keras.callbacks.ReduceLROnPlateau: ("best", "wait", "cooldown_counter"),
}
"""What callbacks of Keras go by from epoch to epoch, all of which they forget when a training begins."""

_LENGTHS = {"epochs", "fine_tuning_epochs"}

Data = tuple[np.ndarray, np.ndarray]


@runtime_checkable
class HasState(Protocol):
    """A callback that knows something of earlier epochs."""

    def state(self) -> dict[str, Any]:
        """What it knows: plain values, arrays and lists of them."""

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Know this instead."""


class StateKeeper(keras.callbacks.Callback):
    """Store the state of a training after its epochs; begin with that of an interrupted one.

    It has to be the last callback: the others begin a training by forgetting all, and end an epoch by what
    belongs to the state. Order, dropout and noise are no part of it, as they are functions of the seed and
    the epoch. An epoch whose loss is infinite or NaN is not worth going on from, and is not stored.

    Args:
        model: The network, compiled; what is fitted may be another model of its layers.
        callbacks: The other callbacks.
        checkpoint: Where states are stored: after an epoch, once ``checkpoint_seconds`` have passed since the
            last time, and after the last one.
        made_from: What the training is a function of.
        training: How it is fitted.
        epochs: How many it has before it ends or pauses.
        state: What to begin with; None begins at the beginning.
    """

    def __init__(
        self,
        model: keras.Model,
        callbacks: Sequence[keras.callbacks.Callback],
        checkpoint: Checkpoint,
        made_from: dict[str, Any],
        training: TrainingParams,
        epochs: int,
        state: TrainingState | None,
    ) -> None:
        super().__init__()
        self._network = model
        self._callbacks = callbacks
        self._checkpoint = checkpoint
        self._made_from = made_from
        self._training = training
        self._epochs = epochs
        self._before = state
        self._history = [] if state is None else list(state.history)
        self._stored_at = 0.0

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002, D102
        if self._before is not None:
            put_state(self._network, self._before.weights, self._before.optimizer)
            for callback, state in zip(self._callbacks, self._before.callbacks, strict=True):
                _set_state(callback, state)
            self._before = None
        self._stored_at = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: D102
        self._history.append({name: float(value) for name, value in (logs or {}).items()})
        if not math.isfinite(self._history[-1]["loss"]):
            return
        stopped = bool(self.model.stop_training)
        is_last = stopped or epoch + 1 == self._epochs
        if is_last or time.monotonic() - self._stored_at >= self._training.checkpoint_seconds:
            self._checkpoint.save(self._state(stopped))
            self._stored_at = time.monotonic()

    def _state(self, stopped: bool) -> TrainingState:
        return TrainingState(
            made_from=self._made_from,
            epochs=self._training.epochs,
            stopped=stopped,
            history=self._history,
            weights=self._network.get_weights(),
            optimizer=[np.asarray(variable.numpy()) for variable in self._network.optimizer.variables],
            callbacks=[_state_of(callback) for callback in self._callbacks],
        )


def _state_of(callback: keras.callbacks.Callback) -> dict[str, Any]:
    if isinstance(callback, HasState):
        return callback.state()
    return {name: getattr(callback, name) for name in _STATE_OF.get(type(callback), ())}


def _set_state(callback: keras.callbacks.Callback, state: Mapping[str, Any]) -> None:
    if isinstance(callback, HasState):
        callback.set_state(state)
        return
    for name, value in state.items():
        setattr(callback, name, value)


def describe_training(
    details: Mapping[str, Any],
    model: keras.Model,
    train_data: Data,
    validation_data: Data,
    optimizer: OptimizerParams,
    training: TrainingParams,
    seed: int,
    callbacks: Sequence[keras.callbacks.Callback],
) -> dict[str, Any]:
    """All that a training is a function of, but for its number of epochs, as JSON holds it.

    Args:
        details: What is known beside the following, such as the architecture.
        model: The network, compiled, with its initial weights.
        train_data: Inputs and targets to fit.
        validation_data: Inputs and targets to watch.
        optimizer: Optimizer with its settings.
        training: With precision and engine as resolved.
        seed: Of the training.
        callbacks: What takes part in it; a state holds what each one knows, in their order.
    """
    rate = model.optimizer.get_config()["learning_rate"]
    described = {
        **details,
        "optimizer": optimizer.model_dump(mode="json"),
        "the length of its schedule": json.dumps(rate) if isinstance(rate, dict) else None,
        "training": training.model_dump(mode="json", exclude={*_LENGTHS, *KEEPING}),
        "seed": seed,
        "callbacks": [type(callback).__name__ for callback in callbacks],
        "training data": _digest(train_data),
        "validation data": _digest(validation_data),
        "initial weights": digest_weights(model),
        "machine": describe_machine(),
        "versions": library_versions(),
    }
    return json.loads(json.dumps(described))


def _digest(data: Data) -> str:
    inputs, targets = data
    return digest_arrays(inputs) if targets is inputs else digest_arrays(inputs, targets)
