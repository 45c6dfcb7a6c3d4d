"""A run below the open one in MLflow, for each network and each trial."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import mlflow
from mlflow.utils.mlflow_tags import MLFLOW_SOURCE_NAME, MLFLOW_SOURCE_TYPE, MLFLOW_USER

from fashion_nets.parameters import flatten_parameters
from fashion_nets.tracking.entries import (
    Earlier,
    Entry,
    Status,
    begin,
    describe,
    end,
    log_file,
    log_inputs,
    log_metrics,
    log_model,
    log_params,
    set_tags,
)
from fashion_nets.tracking.processes import PROCESS, this_process
from fashion_nets.tracking.runs import current_outbox

FINGERPRINT = "data_fingerprint"
"""The tag with the fingerprints of the images behind a run, and what it is called in the profile of a set."""
SETS = {"train_": "train_set", "val_": "validation_set", "test_": "test_set"}
"""What a result was measured on, by what its name begins with."""


class ChildRun:
    """A run below the open one, beside others if need be; where nothing is tracked it does nothing.

    Args:
        name: Name of the run.
        parameters: Logged flattened.
        tags: Logged as they are.
        earlier: By what MLflow knows it, if it is a run that another process may have begun.
    """

    def __init__(
        self,
        name: str,
        parameters: Mapping[str, Any],
        tags: Mapping[str, Any],
        earlier: Earlier | None = None,
    ) -> None:
        self._outbox = current_outbox()
        self.name = name
        self.run = uuid.uuid4().hex
        """By what the process knows it; MLflow gives it an id of its own."""
        self.is_earlier = earlier is not None
        """Whether an earlier ``kedro run`` has trained what it is about."""
        self.results: dict[str, float] = {}
        """What the final network is like, as far as it was told."""
        self.class_names: Sequence[str] = ()
        """What the final network calls its classes, as far as it was told."""
        if self._outbox is None:
            return
        self._outbox.below.append(self)
        parent = self._outbox.run
        all_tags = {**_origin_of(parent), PROCESS: this_process(), **self._outbox.tags, **tags}
        self._put(begin(self.run, name, all_tags, parent.info.run_id, earlier))
        self.log_parameters(parameters)

    @property
    def told_as(self) -> str | None:
        """By what the process knows it; None where nothing is tracked."""
        return None if self._outbox is None else self.run

    def log_parameters(self, parameters: Mapping[str, Any]) -> None:
        """Log parameters, flattened."""
        if parameters:
            self._put(log_params(self.run, flatten_parameters(parameters)))

    def log(self, metrics: Mapping[str, float], step: int = 0) -> None:
        """Log numbers by name."""
        self._put(log_metrics(self.run, metrics, step))

    def log_results(self, metrics: Mapping[str, float], model: str | None = None) -> None:
        """Log what the final network is like: of a metric that has a curve, this is what MLflow shows.

        Args:
            metrics: By name; those of a set of images begin with its prefix, as in ``SETS``.
            model: The name of the model, where the run has told of it.
        """
        self.results |= metrics
        by_set: dict[str | None, dict[str, float]] = {}
        for name, value in metrics.items():
            dataset = next((each for prefix, each in SETS.items() if name.startswith(prefix)), None)
            by_set.setdefault(dataset, {})[name] = value
        for dataset, numbers in by_set.items():
            entry = log_metrics(self.run, numbers, None, model, dataset)
            self._put(entry._replace(time=entry.time + 1))  # after the last epoch, were that a moment ago

    def log_inputs(self, names: Iterable[str]) -> None:
        """Log data that the run works with, as far as anybody has described it."""
        if self._outbox is not None:
            known = [self._outbox.data[name] for name in names if name in self._outbox.data]
            if known:
                self._put(log_inputs(self.run, known))
            prints = sorted({str(each.profile.get(FINGERPRINT, "")) for each in known} - {""})
            if prints and not self.is_earlier:
                self.tag({FINGERPRINT: ", ".join(prints)})

    def log_file(self, file: str, folder: str = "") -> None:
        """Log a copy of a file."""
        self._put(log_file(self.run, file, folder))

    def log_model(self, name: str, folder: str) -> None:
        """Log a model that MLflow has saved into a folder."""
        self._put(log_model(self.run, name, folder))

    def tag(self, tags: Mapping[str, str]) -> None:
        """Set tags."""
        self._put(set_tags(self.run, tags))

    def describe(self, text: str) -> None:
        """Give it a description, in Markdown."""
        self._put(describe(self.run, text))

    def end(self, status: Status) -> None:
        """End it."""
        self._put(end(self.run, status))

    def _put(self, entry: Entry) -> None:
        if self._outbox is not None:
            self._outbox.put(entry)


def _origin_of(run: mlflow.entities.Run) -> dict[str, str]:
    """The tags that say who has started a run, and from where."""
    names = (MLFLOW_USER, MLFLOW_SOURCE_NAME, MLFLOW_SOURCE_TYPE)
    return {name: run.data.tags[name] for name in names if name in run.data.tags}
