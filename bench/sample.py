"""What docs/ keep of the sample: what each experiment tells there, and how long its command took."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.claims import Told
from bench.experiments import DOCS, KEPT, STUDIES
from bench.verdicts import Comparison, compare_with_full

SAMPLE = "sample"
"""The name under which :mod:`bench.collect` takes it over."""
FILE = f"{SAMPLE}.json"
MEASURED = Path("bench", "results", "verdicts.json")
VERDICTS = {
    "same": "the same",
    "cannot tell": "that it cannot tell",
    "DIFFERS": "**something else**",
    "not known": "not known",
}


def collect_sample(project: Path, docs: Path = DOCS) -> None:
    """Keep what ``python -m bench.verdicts`` has measured in a project.

    Raises:
        SystemExit: If it was not run there, or not for all experiments.
    """
    file = project / MEASURED
    measured = json.loads(file.read_text()) if file.exists() else {"measurements": []}
    run = {
        each["experiment"]: each for each in measured["measurements"] if each["seconds"] and each["sample"]
    }
    if missing := [name for name in STUDIES if name not in run]:
        raise SystemExit(
            f"{file} lacks runs of {', '.join(missing)}. Run there first: python -m bench.verdicts"
        )
    kept = {name: measured[name] for name in ("command", "date", "machine")}
    kept["experiments"] = {
        name: {**each["sample"], "seconds": round(each["seconds"], 1)} for name, each in run.items()
    }
    (docs / "results").mkdir(parents=True, exist_ok=True)
    (docs / "results" / FILE).write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n")


def read_sample(folder: Path = KEPT) -> tuple[list[Comparison], dict[str, Any]]:
    """What is kept, set beside what is told of the full data, and ``command``, ``date`` and ``machine``.

    Raises:
        SystemExit: If nothing is kept.
    """
    file = folder / FILE
    if not file.exists():
        raise SystemExit(f"docs/results/{FILE} is not there, but a page shows it. Run first: bench.collect")
    about = json.loads(file.read_text())
    compared = []
    for name, kept in about.pop("experiments").items():
        seconds = kept.pop("seconds")
        compared.append(compare_with_full(name, name in STUDIES, Told(**kept), seconds, folder))
    return compared, about


def rows_of(compared: list[Comparison]) -> Iterator[tuple[str, ...]]:
    """The cells of a table: experiment, claim, full data, sample, verdict, seconds."""
    for each in compared:
        name = f"{each.experiment} (earlier)" if each.by_old_table and each.full else each.experiment
        first = (name, VERDICTS[each.verdict], f"{each.seconds:.0f}" if each.seconds else "")
        for row in each.rows():
            yield (first[0], row["claim"], row.get("full data") or "", row.get("sample") or "", *first[1:])
            first = ("", "", "")


def count(compared: list[Comparison]) -> Iterator[str]:
    """How many experiments tell the same, in sentences."""
    for kind, those in (
        ("studies", [each for each in compared if each.experiment in STUDIES]),
        ("other experiments", [each for each in compared if each.experiment not in STUDIES]),
    ):
        same, unsure, other = (
            [each for each in those if each.verdict == verdict]
            for verdict in ("same", "cannot tell", "DIFFERS")
        )
        old = [each.experiment for each in same if each.by_old_table]
        by_old = f" ({', '.join(old)} by an older table)" if old else ""
        yield (
            f"Of the {len(those)} {kind} {len(same)} tell the same{by_old}, "
            f"{len(unsure)} that they cannot tell, {len(other)} something else."
        )
