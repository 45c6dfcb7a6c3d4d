"""Whether studies and other experiments tell on the sample what they tell on the full data.

    python -m bench.verdicts                         runs all of them on the sample: 20 minutes on 2 cores
    python -m bench.verdicts dropout transfer        runs these
    python -m bench.verdicts --stored                runs nothing and looks at what is stored

What an experiment tells are the outcomes of its claims: each holds, is reversed or is open. Those of a study
are named in conf/base/parameters_study.yml, and it stores their outcomes in ``conclusion.json``; those of the
other experiments in bench/claims.py. An experiment tells the same if every claim has the same outcome and no
two variants that differ beyond noise on the full data do so the other way round on the sample. One that says
that it cannot tell may leave a claim open or decide an open one; it may not turn one round that it does not
name.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pandas as pd

from bench.claims import OTHERS, Told, find_ahead, read_table
from bench.experiments import KEPT
from bench.places import ROOT, check_stored, load_parameters
from bench.report import Target, report

EARLIER, OLD = "earlier.json", "earlier"
"""Outcomes by tables of docs/ that were measured before results were kept, and the folder of these tables."""
SAMPLE = ROOT / "data" / "sample" / "08_reporting"
N_STUDIES, N_OTHERS = 13, 3

Verdict = Literal["same", "cannot tell", "DIFFERS", "not known"]


class Comparison(NamedTuple):
    """What an experiment tells on both.

    Attributes:
        experiment: Its name.
        full: On the full data; None where it was not run there.
        sample: On the sample; None where it was not run there.
        seconds: Of its run on the sample; None if what was stored is taken.
        by_old_table: Whether the full data's is told by a table that was measured before results were kept.
    """

    experiment: str
    full: Told | None
    sample: Told | None
    seconds: float | None
    by_old_table: bool = False

    @property
    def reversed_claims(self) -> list[str]:
        """The claims that hold on one and are reversed on the other, without those named as doubtful."""
        if not self.full or not self.sample:
            return []
        return [
            claim
            for claim, outcome in self.full.claims.items()
            if {outcome, self.sample.claims.get(claim)} == {"holds", "reversed"}
            and claim not in (self.sample.cannot_tell or "")
        ]

    @property
    def reversed_pairs(self) -> list[str]:
        """The pairs that differ beyond noise on both, but not in the same direction."""
        if not self.full or not self.sample:
            return []
        return [
            f"{one} and {other}"
            for one, others in self.full.ahead.items()
            for other in others
            if one in self.sample.ahead.get(other, ())
        ]

    @property
    def verdict(self) -> Verdict:
        """Whether the sample tells the same."""
        if not self.full or not self.sample:
            return "not known"
        if self.reversed_claims or self.reversed_pairs:
            return "DIFFERS"
        if self.sample.cannot_tell:
            return "cannot tell"
        return "same" if self.sample.claims == self.full.claims else "DIFFERS"

    def rows(self) -> list[dict[str, Any]]:
        """A row for each claim; the first has what is told of all."""
        claims = {**(self.full.claims if self.full else {}), **(self.sample.claims if self.sample else {})}
        rows = [
            {
                "experiment": "",
                "claim": claim,
                "full data": self.full.claims.get(claim) if self.full else None,
                "sample": self.sample.claims.get(claim) if self.sample else None,
                "verdict": "",
            }
            for claim in claims
        ]
        rows += [
            {"experiment": "", "claim": f"reversed: {pair}", "verdict": ""} for pair in self.reversed_pairs
        ]
        rows = rows or [{"claim": None}]
        verdict = "same, by an older table" if self.by_old_table and self.verdict == "same" else self.verdict
        rows[0] |= {"experiment": self.experiment, "verdict": verdict, "seconds": self.seconds}
        return rows


def run_on_sample(experiment: str, is_study: bool) -> float:
    """Run an experiment on the sample, and all of its trainings; return the seconds of the command.

    Raises:
        SystemExit: If it fails, with what it wrote.
    """
    group = "study" if is_study else experiment
    given = [f"{group}.reuse=false", *([f"study.name={experiment}"] if is_study else [])]
    command = ["kedro", "run", "--env=sample", f"--pipelines={group}", "--params", ",".join(given)]
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - start


def read_told(experiment: str, is_study: bool, folder: Path) -> Told | None:
    """What an experiment tells by what it has stored; None where it has not.

    Args:
        experiment: Its name.
        is_study: Whether it is a study.
        folder: That of its results.
    """
    file = folder / read_table(experiment, is_study)
    if not file.exists():
        return None
    if not is_study:
        return OTHERS[experiment](folder)
    stored = json.loads(file.read_text())
    return Told(stored["claims"], stored["ahead"], stored["cannot_tell"])


def read_earlier(kept: Path = KEPT) -> dict[str, Any]:
    """What older tables of docs/ tell of the full data, by experiment; nothing where none is kept."""
    file = kept / EARLIER
    return json.loads(file.read_text()) if file.exists() else {}


def read_old(experiment: str, is_study: bool, kept: Path = KEPT) -> Told | None:
    """What the tables of docs/ tell of the full data that were measured before results were kept."""
    folder = kept / OLD / experiment
    if not is_study and folder.exists():
        return OTHERS[experiment](folder)
    earlier = read_earlier(kept)
    if experiment not in earlier:
        return None
    table = folder / "comparison.csv"
    ahead = find_ahead(pd.read_csv(table)) if table.exists() else {}
    return Told(earlier[experiment]["claims"], ahead)


def compare(experiment: str, is_study: bool, parameters: Mapping[str, Any], run: bool) -> Comparison:
    """Compare what an experiment tells on both."""
    seconds = run_on_sample(experiment, is_study) if run else None
    folder = SAMPLE / "studies" / experiment if is_study else SAMPLE / experiment
    sample = read_told(experiment, is_study, folder)
    if sample and not is_study:
        sample = sample._replace(cannot_tell=parameters[experiment].get("cannot_tell"))
    return compare_with_full(experiment, is_study, sample, seconds, KEPT)


def compare_with_full(
    experiment: str, is_study: bool, sample: Told | None, seconds: float | None, kept: Path
) -> Comparison:
    """Set what an experiment tells on the sample beside what docs/ keep of the full data.

    Args:
        experiment: Its name.
        is_study: Whether it is a study.
        sample: What it tells there; None where it was not run.
        seconds: Of its command there, if known.
        kept: ``docs/results`` of a project.
    """
    full = read_told(experiment, is_study, kept / experiment)
    if full is not None:
        return Comparison(experiment, full, sample, seconds)
    return Comparison(experiment, read_old(experiment, is_study, kept), sample, seconds, by_old_table=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare what is named, or all of them."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.verdicts", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("experiments", nargs="*", metavar="experiment")
    parser.add_argument("--stored", action="store_true", help="run nothing")
    chosen = parser.parse_args(arguments)
    parameters = load_parameters("sample")
    known = {**dict.fromkeys(parameters["studies"], True), **dict.fromkeys(OTHERS, False)}
    if unknown := [name for name in chosen.experiments if name not in known]:
        parser.error(f"no such experiment: {', '.join(unknown)}; there are {', '.join(known)}")
    if not chosen.stored:
        check_stored("sample")
    compared = []
    for name in chosen.experiments or known:
        compared.append(compare(name, known[name], parameters, run=not chosen.stored))
        print(f"{name}: {compared[-1].verdict}", flush=True)
    table = pd.DataFrame([row for each in compared for row in each.rows()])
    targets = [] if chosen.experiments else count_verdicts(compared, known)
    old = [each.experiment for each in compared if each.verdict == "same" and each.by_old_table]
    print(f"Of those that tell the same, by an older table of docs/: {', '.join(old) or 'none'}")
    kept = [each._asdict() | {"full": _name(each.full), "sample": _name(each.sample)} for each in compared]
    report("verdicts", table.astype(object).fillna(""), targets, kept)
    if any(each.verdict == "DIFFERS" for each in compared):
        raise SystemExit(
            "The sample tells something else. Change what is cut in conf/sample, or let it say so."
        )


def _name(told: Told | None) -> dict[str, Any] | None:
    return told and told._asdict()


def count_verdicts(compared: Sequence[Comparison], is_study: Mapping[str, bool]) -> list[Target]:
    """How many tell the same, of the studies and of the others."""
    same = [each.experiment for each in compared if each.verdict == "same"]
    studies = [name for name in same if is_study[name]]
    return [
        Target("studies that tell the same on the sample", float(len(studies)), "at least", N_STUDIES),
        Target("other experiments that do", float(len(same) - len(studies)), "at least", N_OTHERS),
    ]


if __name__ == "__main__":
    main()
