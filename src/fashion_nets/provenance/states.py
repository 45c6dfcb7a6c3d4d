"""Whether what is stored is what would be made now."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from fashion_nets.provenance.changes import describe_changes
from fashion_nets.provenance.content import Stored
from fashion_nets.provenance.records import Contents, Record, read_record

CHANGED = "was changed after it was stored, by hand or by a run that was killed"
UNKNOWN = "stored by an earlier version"


class Output(NamedTuple):
    """A stored dataset that a node makes.

    Attributes:
        stored: Where it lies.
        node: Name of what makes it.
        pipeline: Name of the first registered pipeline that makes it.
        parameters: Those that make it now, by name as nodes take them, with their values.
        inputs: The stored datasets that make it; those between that are only in memory are passed over.
        threads: How many it is to be trained with; None: with as many as there are.
    """

    stored: Stored
    node: str
    pipeline: str
    parameters: Mapping[str, Any]
    inputs: tuple[Stored, ...]
    threads: int | None = None

    @property
    def name(self) -> str:
        """In the catalog."""
        return self.stored.name


class State(NamedTuple):
    """How an output stands.

    Attributes:
        kind: ``current``: it would be made as it is. ``stale``: it would not. ``unknown``: nothing says what
            made it. ``missing``: it is not there.
        reasons: By what it is stale, or by what its inputs are: parameters with both values, data by name.
    """

    kind: Literal["current", "stale", "unknown", "missing"]
    reasons: tuple[str, ...] = ()


class States:
    """Tells how outputs stand, each looked at once.

    Args:
        outputs: All that nodes make and store, by name.
        contents: What is known of files already.
    """

    def __init__(self, outputs: Mapping[str, Output], contents: Contents | None = None) -> None:
        self._outputs = outputs
        self._contents = contents or Contents()
        self._found: dict[str, State] = {}
        self._records: dict[str, Record | None] = {}

    def of(self, name: str) -> State:
        """How an output stands; what nothing makes counts as current."""
        if name not in self._outputs:
            return State("current")
        if name not in self._found:
            self._found[name] = self._look_at(self._outputs[name])
        return self._found[name]

    def _look_at(self, output: Output) -> State:
        record = self._record(output.stored)
        if not self._is_stored(output.stored, record):
            return State("missing", tuple(self._reasons(output, record)) if record else ())
        if record is None:
            reasons = self._inherited(output)
            return State("stale", tuple(reasons)) if reasons else State("unknown", (UNKNOWN,))
        reasons = [*self._own_changes(output.stored, record), *self._reasons(output, record)]
        return State("stale", tuple(dict.fromkeys(reasons))) if reasons else State("current")

    def _reasons(self, output: Output, record: Record) -> list[str]:
        changed = describe_changes(record["parameters"], output.parameters)
        threads = record["machine"].get("threads")
        if output.threads is not None and output.threads != threads:
            changed.append(f"threads {threads} -> {output.threads}")
        return [*changed, *self._inherited(output), *self._changed_inputs(output, record)]

    def _inherited(self, output: Output) -> list[str]:
        """By what the inputs are stale, or would differ where they are missing."""
        states = (self.of(each.name) for each in output.inputs)
        reasons = (
            reason for state in states if state.kind in ("stale", "missing") for reason in state.reasons
        )
        return list(dict.fromkeys(reasons))

    def _record(self, stored: Stored) -> Record | None:
        if stored.name not in self._records:
            self._records[stored.name] = read_record(stored.path)
        return self._records[stored.name]

    def _is_stored(self, stored: Stored, record: Record | None) -> bool:
        if record is None or not record["content"]["files"]:
            return stored.path.exists()
        folder = stored.path if stored.path.is_dir() else stored.path.parent
        return all((folder / name).is_file() for name in record["content"]["files"])

    def _own_changes(self, stored: Stored, record: Record) -> list[str]:
        is_the_same = self._digest(stored) == record["content"]["digest"]
        return [] if is_the_same else [f"{stored.name} {CHANGED}"]

    def _changed_inputs(self, output: Output, record: Record) -> list[str]:
        names = {each.name for each in output.inputs}
        changed = [f"{output.name} without {name}" for name in record["inputs"] if name not in names]
        for each in output.inputs:
            state = self.of(each.name)
            if each.name not in record["inputs"]:
                changed.append(f"{output.name} with {each.name}")
            elif state.kind in ("current", "unknown") and self._digest(each) != record["inputs"][each.name]:
                changed.append(f"{each.name} has changed")
        return changed

    def _digest(self, stored: Stored) -> str | None:
        """Of what is stored; None if it is not there, or is being replaced."""
        if not stored.path.exists():
            return None
        try:
            return self._contents.describe(stored, self._record(stored))["digest"]
        except FileNotFoundError:
            return None
