"""On a GPU: each engine in each precision against the lecture's way, in ten minutes what matters most.

It says which engine and which precision suit the GPU, and whether what comes out is the same within noise.
Each measurement is a process of its own, about half a minute. What comes first matters most: the lecture's
way and this project's as conf/ says, then other engines, more seeds of the lecture's way, and other
precisions. What there is no time for is left out and named; ``--seconds=1500`` is enough for all. The table
tells what cannot be compiled, is out of memory, is out of time or has failed otherwise. The exit code is 1 if
there is any of it but an engine that cannot compile a network, which another one runs then. To try it without
a GPU:
``python -m bench.gpu --on-cpu --networks mlp --images 640``.
"""

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import pandas as pd
from scipy.stats import t as student

from bench.measurement import Measurement
from bench.networks import ALL_NETWORKS
from bench.places import check_stored
from bench.processes import NothingGivenError, Outcome, run_module
from bench.report import Target, report
from bench.ways import measure
from fashion_nets.networks.names import display_name

CASES = ("mlp", "cnn", "stacked_autoencoder", "resnet18")
ENGINES = ("xla", "graph", "keras")
PRECISIONS = ("float32", "mixed_bfloat16")
COLUMNS = [
    *("network", "images", "way", "engine", "precision", "outcome"),
    *("epoch_seconds", "first_epoch_seconds", "times_faster", "validation_loss", "is_same"),
]
SECONDS = 540
SLACK = 1.1
"""The way that is chosen by itself may take so many times as long as the fastest."""
CONFIDENCE = 0.99
"""Of the interval in which the loss of one more training in the lecture's way would lie."""
AUTO = "auto"
"""As conf/ says."""
MEASURED = "measured"
"""The outcome of what has not failed."""


class Case(NamedTuple):
    """One training.

    Attributes:
        way: ``lecture``, ``auto`` (this project as conf/ says) or ``set`` (this project with the engine and
            the precision of the case).
        engine: What runs the steps.
        precision: What they compute in; ``auto`` for what conf/ says.
    """

    network: str
    way: str
    engine: str = AUTO
    precision: str = AUTO
    seed: int = 42

    def measure(self, **options: Any) -> Measurement:
        """Train in a process of its own; ``engine`` and ``precision`` of the result are those that ran."""
        if self.way == "lecture":
            measured = measure(self.network, "lecture", seed=self.seed, **options)
        else:
            stated = {"engine": self.engine, "precision": self.precision}
            chosen = {name: value for name, value in stated.items() if value != AUTO}
            measured = measure(self.network, "project", **chosen, seed=self.seed, **options)
        return {**self._asdict(), **measured, "way": self.way}

    def is_known(self, runs: list[Measurement], failed: "list[Failure]") -> bool:
        """Whether it has been measured, as what conf/ says is one of the ways, or its engine has failed."""
        what = (self.network, self.engine)
        return self.way == "set" and (
            any(
                run["way"] != "lecture"
                and (run["network"], run["engine"]) == what
                and self.precision in (AUTO, run["precision"])
                for run in runs
            )
            or any(case.way == "set" and (case.network, case.engine) == what for case, *_ in failed)
        )


class Failure(NamedTuple):
    """A training that gave nothing.

    Attributes:
        images: With how many it was to train.
        outcome: Why it gave nothing.
        reason: The last line of what it said.
    """

    case: Case
    images: int
    outcome: Outcome
    reason: str

    @property
    def is_expected(self) -> bool:
        """Whether it is an engine that cannot run a network, which another one runs then."""
        return self.case.way == "set" and self.outcome == "cannot compile"

    def as_row(self) -> dict[str, Any]:
        """What is written of it."""
        told = {"images": self.images, "outcome": self.outcome, "reason": self.reason}
        return {**self.case._asdict(), **told}


def list_cases(networks: list[str], engines: list[str], precisions: list[str], n_seeds: int) -> list[Case]:
    """All trainings, first what matters most."""
    lecture = partial(Case, way="lecture", engine="keras", precision="float32")
    first = [case for network in networks for case in (lecture(network), Case(network, "auto"))]
    more_seeds = [lecture(network, seed=42 + n) for n in range(1, n_seeds) for network in networks]
    other_engines, other_precisions = (
        [
            Case(network, "set", engine, precision)
            for precision in chosen
            for engine in engines
            for network in networks
        ]
        for chosen in ([AUTO], precisions)
    )
    return [*first, *other_engines, *more_seeds, *other_precisions]


class Measured(NamedTuple):
    """What came out.

    Attributes:
        runs: What was measured.
        failed: What could not be.
        left_out: What there was no time for.
    """

    runs: list[Measurement]
    failed: list[Failure]
    left_out: list[Case]


def measure_cases(cases: list[Case], seconds: float, **options: Any) -> Measured:
    """Measure one after the other while there is time, whatever one of them fails with."""
    runs: list[Measurement] = []
    failed: list[Failure] = []
    end, longest = time.monotonic() + seconds, 0.0
    for number, case in enumerate(cases):
        if case.is_known(runs, failed):
            continue
        told = f"{len(runs) + len(failed) + 1}. {_name(case)}"
        start = time.monotonic()
        if start + longest > end:
            left = [each for each in cases[number:] if not each.is_known(runs, failed)]
            return Measured(runs, failed, left)
        images = options.get("images", ALL_NETWORKS[case.network].n_images)
        try:
            measured = case.measure(within=end - start, **options)
        except NothingGivenError as nothing:
            failed.append(Failure(case, images, nothing.outcome, str(nothing).splitlines()[-1]))
            print(f"{told}: {nothing.outcome}", flush=True)
        else:
            runs.append({**measured, "images": images})
            epoch = statistics.median(measured["epoch_seconds"][1:])
            print(f"{told}: {epoch:.2f} s an epoch", flush=True)
        longest = max(longest, time.monotonic() - start)
    return Measured(runs, failed, [])


def summarize(measurements: list[Measurement], failed: Sequence[Failure] = ()) -> pd.DataFrame:
    """A row for each network and way: seconds of an epoch, and whether its loss is one of the lecture's.

    Epochs of the lecture's way are the median over its seeds. A loss counts as the same if it lies within the
    interval of :func:`interval_of_one_more`; with one seed nobody knows. Of a network whose trainings in the
    lecture's way have all failed there is only what has failed: of each such training a row without numbers.
    """
    runs = pd.DataFrame(measurements)
    runs["outcome"] = MEASURED
    runs["first_epoch_seconds"] = [seconds[0] for seconds in runs["epoch_seconds"]]
    runs["epoch_seconds"] = [statistics.median(seconds[1:]) for seconds in runs["epoch_seconds"]]
    rows = []
    for _, of_network in runs.groupby("network", sort=False):
        lecture = of_network[of_network["way"] == "lecture"]
        if lecture.empty:
            continue
        seconds = lecture["epoch_seconds"].median()
        mean, half = interval_of_one_more(lecture["validation_loss"].to_list())
        for _, row in of_network[of_network["way"] != "lecture"].iterrows():
            rows.append(
                {
                    **row,
                    "times_faster": seconds / row["epoch_seconds"],
                    "is_same": None if half is None else bool(abs(row["validation_loss"] - mean) <= half),
                }
            )
        first = lecture.iloc[0].to_dict()
        medians = {name: lecture[name].median() for name in ("epoch_seconds", "first_epoch_seconds")}
        rows.append({**first, **medians, "validation_loss": mean, "times_faster": 1.0, "is_same": None})
    table = pd.DataFrame([*rows, *(failure.as_row() for failure in failed)], columns=COLUMNS)
    return table.sort_values(["network", "epoch_seconds"], ignore_index=True)


def interval_of_one_more(losses: list[float]) -> tuple[float, float | None]:
    """Mean of some losses, and half of the interval in which one more lies; None where there is but one."""
    n = len(losses)
    if n < 2:
        return losses[0], None
    quantile = student.ppf((1 + CONFIDENCE) / 2, n - 1)
    return statistics.fmean(losses), quantile * statistics.stdev(losses) * (1 + 1 / n) ** 0.5


def compare(table: pd.DataFrame) -> list[Target]:
    """Whether what is chosen by itself is nearly the fastest, and whether all give the same."""
    targets = []
    ways = table[(table["way"] != "lecture") & (table["outcome"] == MEASURED)]
    for network, rows in ways.groupby("network", sort=False):
        name = display_name(network)
        chosen = rows[rows["way"] == AUTO]
        if not chosen.empty and len(rows) > len(chosen):
            ratio = chosen["epoch_seconds"].iloc[0] / rows["epoch_seconds"].min()
            targets.append(Target(f"{name}, time of auto against the fastest", ratio, "at most", SLACK))
        if rows["is_same"].notna().all():
            share = float(rows["is_same"].astype(bool).mean())
            targets.append(
                Target(f"{name}, share of ways with a loss of the lecture's", share, "at least", 1)
            )
    return targets


def describe_device() -> dict[str, Any]:
    """What computes, and whether it does so in bfloat16."""
    from fashion_nets.provenance.machine import describe_machine, library_versions
    from fashion_nets.training.precision import has_bfloat16

    device, versions = describe_machine()["device"], library_versions()
    return {"device": device, "has_bfloat16": has_bfloat16(), "tensorflow": versions["tensorflow"]}


def _name(case: Case) -> str:
    way = "lecture" if case.way == "lecture" else f"this project, {case.engine}, {case.precision}"
    return f"{display_name(case.network)}, {way}, seed {case.seed}"


def main() -> None:
    """Measure; print a table and write JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--networks", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument(
        "--precisions", nargs="+", choices=PRECISIONS, default=list(PRECISIONS), help="beside that of conf/"
    )
    parser.add_argument("--epochs", type=int, default=3, help="of each; at least 2, as the first compiles")
    parser.add_argument("--images", type=int, help="for a trial; the default is each network's own number")
    parser.add_argument("--seeds", type=int, default=3, help="of the lecture's way, which tell its noise")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="what it may take in all")
    parser.add_argument("--on-cpu", action="store_true", help="measure where there is no GPU")
    parser.add_argument("--describe", action="store_true", help="only say what is there, as JSON")
    arguments = parser.parse_args()
    if arguments.describe:
        print(json.dumps(describe_device()))
        return
    if arguments.epochs < 2:
        parser.error("--epochs must be at least 2: the first, which compiles, does not count")
    device = run_module("bench.gpu", "--describe")
    if device["device"] == "CPU" and not arguments.on_cpu:
        raise SystemExit(
            'TensorFlow sees no GPU. With one from Nvidia: .venv/bin/pip install -e ".[gpu]", see '
            "docs/gpu.md. To try this on the processor: --on-cpu."
        )
    check_stored()
    options = {name: value for name in ("epochs", "images") if (value := getattr(arguments, name))}
    cases = list_cases(arguments.networks, arguments.engines, arguments.precisions, arguments.seeds)
    measured = measure_cases(cases, arguments.seconds, **options)
    if measured.runs:
        table = summarize(measured.runs, measured.failed)
        failed = [failure.as_row() for failure in measured.failed]
        measurements = {"device": device, "runs": measured.runs, "failed": failed}
        report("gpu", table, compare(table), measurements)
    for case in measured.left_out:
        print(f"No time was left for {_name(case)}.")
    for failure in measured.failed:
        print(f"{_name(failure.case)}: {failure.outcome}: {failure.reason}")
    if not all(failure.is_expected for failure in measured.failed):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
