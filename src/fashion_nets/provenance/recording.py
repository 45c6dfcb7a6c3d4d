"""How the record of an output is made."""

import sys
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from fashion_nets.provenance.commit import commit_tags
from fashion_nets.provenance.digests import digest_record
from fashion_nets.provenance.machine import (
    count_threads,
    describe_machine,
    describe_processor,
    library_versions,
)
from fashion_nets.provenance.records import FORMAT, Content, Record
from fashion_nets.provenance.states import Output

Records = Mapping[str, Record | None]
"""Of inputs, by name; None where one has none."""


class Circumstances:
    """What the records of one run have in common: the code, the versions, the machine.

    Args:
        folder: Any of the Git checkout.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def commit(self) -> dict[str, str]:
        """Of the code, and whether files differ from it."""
        return commit_tags(self._folder)

    @cached_property
    def versions(self) -> dict[str, str]:
        """Of the libraries that compute."""
        return library_versions()

    def machine(self) -> dict[str, str | int]:
        """Processor and threads; the device too once networks may be at work, which TensorFlow tells."""
        device = describe_machine() if "tensorflow" in sys.modules else {}
        return {"processor": self._processor, "threads": count_threads(), **device}

    @cached_property
    def _processor(self) -> str:
        return describe_processor()


def make_record(
    output: Output,
    content: Content,
    digests: Mapping[str, str],
    sets: Mapping[str, str],
    fingerprints: Iterable[str],
    stale_inputs: Mapping[str, str],
    circumstances: Circumstances,
    run: str | None,
) -> Record:
    """Say what made an output that was stored just now.

    Args:
        output: What makes it.
        content: What it is.
        digests: Of its inputs, by name.
        sets: As by :func:`sets_behind`.
        fingerprints: Of the image sets behind it.
        stale_inputs: What was out of date among what it was made of, and why.
        circumstances: Of the run.
        run: In MLflow, if there is one.
    """
    return {
        "format": FORMAT,
        "output": output.name,
        "node": output.node,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "parameters": dict(output.parameters),
        "parameters_digest": digest_record(output.parameters),
        "inputs": dict(digests),
        "sets": dict(sets),
        "fingerprints": list(fingerprints),
        "stale_inputs": dict(stale_inputs),
        "commit": circumstances.commit,
        "versions": circumstances.versions,
        "machine": circumstances.machine(),
        "run": run,
        "content": content,
    }


def sets_behind(digests: Mapping[str, str], inputs: Records, names: Collection[str]) -> dict[str, str]:
    """The sets of images that an output comes from, those that it takes itself before those of its inputs.

    Args:
        digests: Of its inputs, by name.
        inputs: Their records.
        names: Which datasets are sets of images.
    """
    sets: dict[str, str] = {}
    for record in inputs.values():
        sets |= record["sets"] if record else {}
    return sets | {name: digest for name, digest in digests.items() if name in names}


def fingerprints_behind(records: Records) -> list[str]:
    """The fingerprints of all image sets that records name, each once, in order."""
    return sorted({each for record in records.values() if record for each in record["fingerprints"]})
