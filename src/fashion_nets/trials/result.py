"""What a trial gave, and how it is stored."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import pandas as pd


class TrialResult(NamedTuple):
    """What a trial gave.

    Attributes:
        diverged: What happened if the loss or a score became infinite or NaN, else None.
        numbers: What the network costs, as in :class:`fashion_nets.trials.trial.Trial`, ``epochs``,
            ``seconds_per_epoch`` (the median), ``training_seconds`` (of all epochs), ``seconds`` (of the
            whole trial) and, unless it diverged, its scores, each with the name of what it was measured on in
            front: ``val_loss`` and ``val_accuracy`` of a classifier; ``val_mse``,
            ``val_binary_crossentropy`` and ``val_psnr`` of an autoencoder. Loss is the cross-entropy alone,
            without penalties, dropout or smoothed labels, so that trials compare.
        history: A row per epoch: ``epoch``, ``updates`` (steps of the optimizer) and ``elapsed_seconds`` up
            to its end, and what :func:`fashion_nets.training.fit.fit_network` records.
        measurements: A table for each measurement.
        processor: The name of the one that trained it; None if it is not known.
    """

    diverged: str | None
    numbers: dict[str, float]
    history: pd.DataFrame
    measurements: dict[str, pd.DataFrame]
    processor: str | None = None

    def to_record(self) -> dict[str, Any]:
        """Plain values that JSON holds; what is not finite becomes None."""
        tables = {name: _to_columns(table) for name, table in self.measurements.items()}
        return {**self._asdict(), "history": _to_columns(self.history), "measurements": tables}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_record`; numbers that were not finite come back as NaN."""
        return cls(
            record["diverged"],
            record["numbers"],
            _from_columns(record["history"]),
            {name: _from_columns(table) for name, table in record["measurements"].items()},
            record.get("processor"),
        )


def _to_columns(table: pd.DataFrame) -> dict[str, list[Any]]:
    return {
        name: [None if isinstance(value, float) and not math.isfinite(value) else value for value in column]
        for name, column in table.to_dict("list").items()
    }


def _from_columns(columns: Mapping[str, list[Any]]) -> pd.DataFrame:
    return pd.DataFrame(
        {name: [math.nan if value is None else value for value in column] for name, column in columns.items()}
    )
