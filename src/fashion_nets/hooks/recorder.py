"""Writes what made the outputs of one run."""

import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from fashion_nets.advice import run_command
from fashion_nets.config_loader import project_loader
from fashion_nets.data.image_set import RawImageSet, fingerprint
from fashion_nets.datasets.damage import find_damage
from fashion_nets.hooks.lineage import Lineage
from fashion_nets.pipeline_registry import renewed_by
from fashion_nets.provenance.content import ANY_FILE, Stored
from fashion_nets.provenance.recording import (
    Circumstances,
    Records,
    fingerprints_behind,
    make_record,
    sets_behind,
)
from fashion_nets.provenance.records import Contents, Record, read_record, record_path, write_record
from fashion_nets.provenance.states import Output, State, States
from fashion_nets.tracking.runs import active_run_id

RAW = ("raw_train_images", "raw_train_labels", "raw_test_images", "raw_test_labels")
SETS = ("train_set", "validation_set", "test_set")
CARD = "data_card"

logger = logging.getLogger(__name__)


class Recorder:
    """What is known of outputs and inputs while one run is at work.

    Args:
        lineage: Knows what makes each output.
        pipeline: What runs.
        catalog: Loads raw images where no data card is about them.
        root: Of the project.
    """

    def __init__(self, lineage: Lineage, pipeline: Pipeline, catalog: DataCatalog, root: Path) -> None:
        self._lineage = lineage
        self._pipeline = pipeline
        self._catalog = catalog
        self._contents = Contents()
        self._circumstances = Circumstances(root)
        self._expected: set[str] = set()
        self._recorded: dict[str, Record] = {}
        self._stale_inputs: dict[str, str] = {}
        self._set_beside: list[str] = []
        self._behind_before: set[str] = set()

    def warn_of_stale_inputs(self) -> None:
        """Say which stored inputs of the run are out of date, by what, and how to make them again."""
        finder = States(self._outputs, self._contents, find_damage)
        self._behind_before = finder.made_of_other_content(self._pipeline.all_outputs())
        inputs = {each.name: finder.of(each.name) for each in self._lineage.stored_inputs(self._pipeline)}
        self._stale_inputs = _reasons_of_stale(inputs)
        self._set_beside = sorted(self._lineage.set_beside(self._pipeline) & set(self._stale_inputs))
        if beside := self._set_beside:
            logger.info("Out of date in tables of all networks, as kedro status tells: %s", ", ".join(beside))
        if taken := self._stale_taken():
            logger.warning(
                "This run takes what is stored and out of date: %s. %s", _join(taken), self._advise(taken)
            )

    def _stale_taken(self) -> dict[str, str]:
        """What is out of date of the inputs, but for other networks in tables of all of them."""
        return {name: reason for name, reason in self._stale_inputs.items() if name not in self._set_beside}

    def find_stale_outputs(self) -> set[str]:
        """Say which outputs of the run are out of date and made again, and return all that are to be made.

        What the run takes and does not make is taken as it is. What is stored piece by piece and was not
        finished counts too: its node takes the pieces there are.
        """
        own = {
            name: self._outputs[name] for name in sorted(self._pipeline.all_outputs() & set(self._outputs))
        }
        finder = States(own, self._contents, find_damage)
        states = {name: finder.of(name) for name in own}
        piecewise = self._lineage.stored_piecewise()
        stale = _reasons_of_stale(states)
        unknown = {name for name, state in states.items() if state.kind == "unknown"}
        if stale:
            logger.info("Out of date, and made again: %s", _join(stale))
        if earlier := sorted(unknown - piecewise):
            logger.warning("Stored by an earlier version, and taken as it is: %s", ", ".join(earlier))
        missing = {name for name, state in states.items() if state.kind == "missing"}
        extended = {name for name in own if missing & finder.made_without(name)}  # by what this run makes
        return set(stale) | (unknown & piecewise) | extended

    def tell_what_is_out_of_date(self) -> None:
        """Say what was made of other content than this run has stored, and was not before."""
        behind = States(self._outputs, self._contents, find_damage).made_of_other_content(self._recorded)
        if stale := sorted(behind - self._behind_before):
            logger.info("Out of date by this run: %s. %s", ", ".join(stale), self._advise(stale))

    def _advise(self, names: Iterable[str]) -> str:
        renewing = dict.fromkeys(renewed_by(name, self._outputs[name].pipeline) for name in names)
        return f"To make it again: {run_command(project_loader(), renewing, '--only-missing-outputs')}"

    def tags(self) -> dict[str, str]:
        """What MLflow is told: commit, machine, stale inputs by name, fingerprints of the images behind."""
        records: dict[str, Record | None] = {**self._recorded}
        if not records:  # the run begins
            inputs = self._lineage.stored_inputs(self._pipeline)
            records = {stored.name: read_record(stored.path) for stored in inputs}
        tags = {
            **self._circumstances.commit,
            **{name: str(value) for name, value in self._circumstances.machine().items()},
            "stale_inputs": ", ".join(self._stale_taken()),
            "data_fingerprint": ", ".join(fingerprints_behind(records)),
        }
        return {name: value for name, value in tags.items() if value}

    def expect(self, names: Iterable[str]) -> None:
        """Outputs are going to be stored piece by piece, or are found to be there already."""
        self._expected |= set(names)

    def begin(self, name: str) -> None:
        """An output got a piece: until it is whole, nothing says what made it."""
        if (stored := self._lineage.stored(name)) is not None:
            with suppress(OSError):  # then it is about other content, as whoever reads it finds
                record_path(stored.path).unlink(missing_ok=True)

    def finish(self, names: Iterable[str]) -> None:
        """Record those of these outputs that were stored piece by piece."""
        for name in self._expected & set(names):
            self._expected.discard(name)
            self.record(name)

    def finish_all(self) -> None:
        """Record what was stored piece by piece and is not recorded yet."""
        self.finish(set(self._expected))

    def record(self, name: str, data: Any = None) -> None:
        """Write the record of an output that has been stored; where that fails, warn, and let the run go on.

        Args:
            name: Of the output.
            data: What was saved, where it is at hand.
        """
        output = self._lineage.output(name)
        if output is None:
            return
        try:
            record = self._make_record(output, data)
            self._recorded[name] = record
            write_record(output.stored.path, record)
        except Exception as error:  # the output is stored: a run does not fail for its record
            logger.warning("What made %s could not be recorded: %s", name, _reason(error))
            logger.debug("How it could not", exc_info=True)

    def _make_record(self, output: Output, data: Any) -> Record:
        inputs = {each.name: self._record_of(each) for each in output.inputs}
        digests = {each.name: self._digest(each, inputs[each.name]) for each in output.inputs}
        return make_record(
            output,
            self._contents.describe(output.stored, names=_files_saved(output.stored, data)),
            digests,
            sets_behind(digests, inputs, SETS),
            self._fingerprints(output, inputs, data),
            self._stale_behind(inputs),
            self._circumstances,
            active_run_id(),
        )

    def _record_of(self, stored: Stored) -> Record | None:
        return self._recorded.get(stored.name) or read_record(stored.path)

    def _digest(self, stored: Stored, record: Record | None) -> str:
        return self._contents.describe(stored, record)["digest"]

    def _stale_behind(self, inputs: Records) -> dict[str, str]:
        """What was out of date among inputs, or among what made those of them that this run has made."""
        stale = {name: self._stale_inputs[name] for name in inputs if name in self._stale_inputs}
        for name in inputs:
            stale |= self._recorded[name]["stale_inputs"] if name in self._recorded else {}
        return stale

    def _fingerprints(self, output: Output, inputs: Records, data: Any) -> list[str]:
        if output.name == CARD and data is not None:
            return [data["fingerprint"]]
        known = fingerprints_behind(inputs)
        return known or ([self._raw_fingerprint] if set(RAW) & set(inputs) else [])

    @cached_property
    def _raw_fingerprint(self) -> str:
        """That of the raw images: as the data card has it, if it is about these."""
        card, raw = self._lineage.stored(CARD), [self._lineage.stored(name) for name in RAW]
        record = self._record_of(card) if card else None
        digests = {each.name: self._digest(each, self._record_of(each)) for each in raw if each}
        if record and record["fingerprints"] and digests.items() <= record["inputs"].items():
            return record["fingerprints"][0]
        return fingerprint(RawImageSet(*(self._catalog.load(name) for name in RAW)))

    @cached_property
    def _outputs(self) -> dict[str, Output]:
        return self._lineage.outputs()


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


def _files_saved(stored: Stored, data: Any) -> Iterable[str] | None:
    """The files of a folder by which figures were saved, which may share it with others; None: all of it."""
    return data if isinstance(data, Mapping) and stored.pattern == ANY_FILE else None


def _reasons_of_stale(states: Mapping[str, State]) -> dict[str, str]:
    return {name: "; ".join(state.reasons) for name, state in states.items() if state.kind == "stale"}


def _join(stale: Mapping[str, str]) -> str:
    """Names with the reason that they share: ``mlp.model, mlp.history (mlp.training.epochs 10 -> 20)``."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in stale.items():
        by_reason.setdefault(reason, []).append(name)
    return "; ".join(f"{', '.join(names)} ({reason})" for reason, names in by_reason.items())
