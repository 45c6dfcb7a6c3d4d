"""What every part ends with: a table and the targets on the screen, everything as JSON in a file."""

import json
import os
import sys
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import pandas as pd

from bench.places import RESULTS, ROOT
from fashion_nets.provenance.machine import describe_processor
from fashion_nets.training.precision import processor_has_bfloat16

MEASURED = {"at least": float.__ge__, "at most": float.__le__}


class Target(NamedTuple):
    """What was measured, and what it should be."""

    what: str
    value: float
    bound: Literal["at least", "at most"]
    limit: float

    @property
    def is_reached(self) -> bool:
        """Whether the value keeps the limit."""
        return MEASURED[self.bound](float(self.value), float(self.limit))


def report(part: str, table: pd.DataFrame, targets: list[Target], measurements: Any) -> None:
    """Print a part's table and targets, and write them to ``bench/results/<part>.json``.

    Args:
        part: Name of the part, which is its module's.
        table: The numbers to be read.
        targets: What is to be reached.
        measurements: All that was measured, for the record.
    """
    print()
    print(table.to_string(index=False, na_rep="-", float_format=lambda value: f"{value:.4g}"))
    print()
    for target in targets:
        verdict = "reached" if target.is_reached else "MISSED"
        print(f"{verdict:8} {target.what}: {target.value:.3g}, {target.bound} {target.limit:g}")
    record = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": _machine(),
        "command": " ".join(["python -m", f"bench.{part}", *sys.argv[1:]]),
        "table": json.loads(table.to_json(orient="records")),
        "targets": [{**target._asdict(), "reached": target.is_reached} for target in targets],
        "measurements": measurements,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{part}.json"
    path.write_text(json.dumps(record, indent=2) + "\n")
    print(f"\nWritten: {path.relative_to(ROOT)}")


def _machine() -> dict[str, Any]:
    return {
        "processor": describe_processor(),
        "has_bfloat16": processor_has_bfloat16(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
    }
