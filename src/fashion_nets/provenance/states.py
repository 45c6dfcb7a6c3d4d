"""Whether what is stored is what would be made now."""

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from fashion_nets.provenance.changes import describe_changes
from fashion_nets.provenance.content import NOTHING, Stored
from fashion_nets.provenance.records import Contents, Record, read_record

CHANGED = "was changed after it was stored, by hand or by a run that was killed"
UNKNOWN = "stored by an earlier version"
StateName = Literal["current", "stale", "unknown", "missing"]


class Output(NamedTuple):
    """A stored dataset that a node makes.

    Attributes:
        stored: Where it lies.
        node: Name of what makes it.
        pipeline: Name of the first registered pipeline that makes it.
        parameters: Those that make it now, by name as nodes take them, with their values.
        inputs: The stored datasets that make it; those between that are only in memory are passed over.
        threads: How many it is to be trained with; None: with as many as there are.
        without: Parameters that records of earlier versions have, on which it does not depend.
    """

    stored: Stored
    node: str
    pipeline: str
    parameters: Mapping[str, Any]
    inputs: tuple[Stored, ...]
    threads: int | None = None
    without: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """In the catalog."""
        return self.stored.name


class State(NamedTuple):
    """How an output stands.

    Attributes:
        kind: ``current``: it would be made as it is. ``stale``: it would not. ``unknown``: nothing says what
            made it. ``missing``: it is not there.
        reasons: By what it is stale: content of its inputs by name, its parameters with both values, and what
            makes stale the inputs that it was made of.
    """

    kind: StateName
    reasons: tuple[str, ...] = ()


class States:
    """Tells how outputs stand, each looked at once.

    Args:
        outputs: All that nodes make and store, by name.
        contents: What is known of files already.
        find_damage: Says what is wrong with a file or a folder that is not as it was stored, if it can.
    """

    def __init__(
        self,
        outputs: Mapping[str, Output],
        contents: Contents | None = None,
        find_damage: Callable[[Path], str | None] = lambda _: None,
    ) -> None:
        self._outputs = outputs
        self._find_damage = find_damage
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

    def made_without(self, name: str) -> set[str]:
        """The inputs that were not there when an output was made, which did without them."""
        record = self._record(self._outputs[name].stored)
        return {each for each, digest in record["inputs"].items() if digest == NOTHING} if record else set()

    def replaced(self, name: str) -> frozenset[str]:
        """The inputs that an output was made of, of which something else is stored now."""
        output = self._outputs[name]
        record = self._record(output.stored)
        if record is None:
            return frozenset()
        return frozenset(each.name for each in output.inputs if self._has_other_content(each, record))

    def made_of_other_content(self, names: Collection[str]) -> set[str]:
        """What is stored and was made of other content than inputs have now, directly or not.

        Parameters do not count, and what left no file and no record tells nothing.

        Args:
            names: The inputs whose content counts.
        """
        traces = {
            name: output
            for name, output in self._outputs.items()
            if self._record(output.stored) is not None or output.stored.path.exists()
        }
        found: set[str] = set()
        further = {name for name, output in traces.items() if self._takes_other_content(output, names)}
        while further:
            found |= further
            further = {
                name
                for name, output in traces.items()
                if name not in found and any(each.name in further for each in output.inputs)
            }
        return {name for name in found if self.of(name).kind != "missing"}

    def _takes_other_content(self, output: Output, names: Collection[str]) -> bool:
        record = self._record(output.stored)
        return record is not None and any(
            self._has_other_content(each, record) for each in output.inputs if each.name in names
        )

    def _look_at(self, output: Output) -> State:
        record = self._record(output.stored)
        if not self._is_stored(output.stored, record):
            return State("missing", tuple(self._reasons(output, record)) if record else ())
        if record is None:
            reasons = self._inherited(output.inputs)
            return State("stale", tuple(reasons)) if reasons else State("unknown", (UNKNOWN,))
        reasons = [*self._own_changes(output.stored, record), *self._reasons(output, record)]
        return State("stale", tuple(dict.fromkeys(reasons))) if reasons else State("current")

    def _reasons(self, output: Output, record: Record) -> list[str]:
        others = [each for each in output.inputs if self._has_other_content(each, record)]
        changed = [*(self._tell_change(each) for each in others), *self._other_inputs(output, record)]
        before = {name: value for name, value in record["parameters"].items() if name not in output.without}
        changed += describe_changes(before, output.parameters)
        threads = record["machine"].get("threads")
        if output.threads is not None and output.threads != threads:
            changed.append(f"threads {threads} -> {output.threads}")
        # by what other content is stale says nothing of the content that this was made of
        return [*changed, *self._inherited(each for each in output.inputs if each not in others)]

    def _inherited(self, inputs: Iterable[Stored]) -> list[str]:
        """By what inputs are stale, or would differ where they are missing."""
        states = (self.of(each.name) for each in inputs)
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
        return [] if is_the_same else [self._describe_change(stored)]

    def _describe_change(self, stored: Stored) -> str:
        try:
            damage = self._find_damage(stored.path)
        except OSError:  # it cannot be read, which whoever loads it says
            damage = None
        return f"{stored.name} is {damage}" if damage else f"{stored.name} {CHANGED}"

    def _other_inputs(self, output: Output, record: Record) -> list[str]:
        names = [each.name for each in output.inputs]
        without = [f"{output.name} without {name}" for name in record["inputs"] if name not in names]
        return without + [f"{output.name} with {name}" for name in names if name not in record["inputs"]]

    def _has_other_content(self, stored: Stored, record: Record) -> bool:
        """Whether an input is there, and not what an output was made of by its record."""
        if stored.name not in record["inputs"] or not self._is_stored(stored, self._record(stored)):
            return False
        return self._digest(stored) != record["inputs"][stored.name]

    def _tell_change(self, stored: Stored) -> str:
        itself = self._describe_change(stored)
        return itself if itself in self.of(stored.name).reasons else f"{stored.name} has changed"

    def _digest(self, stored: Stored) -> str | None:
        """Of what is stored; None if it is not there, or is being replaced."""
        if not stored.path.exists():
            return None
        try:
            return self._contents.describe(stored, self._record(stored))["digest"]
        except FileNotFoundError:
            return None
