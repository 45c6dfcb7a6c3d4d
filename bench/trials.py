"""Trials of a study an hour: one after the other with both cores, as it was, and in workers with a core each.

The ways take turns, each in a process of its own; what counts are the ratios. Imports of the process that
plans are left out, those of its workers count. ``python -m bench.trials --env=sample`` takes some minutes.
"""

import argparse
from statistics import median
from typing import Any

import pandas as pd

from bench.places import RESULTS, check_stored
from bench.processes import run_module
from bench.report import Target, report

WAYS = {"one by one": {"workers": 1, "threads": 2}, "2 workers": {"workers": 2, "threads": 1}}
"""How trials are run, by what tables call it; the first one is what the others are compared with."""
TIMES_FASTER = {"mlp": 1.4, "cnn": 1.0}
STUDIES = {
    "base": {
        "mlp": {"trials": 27, "epochs": 10},  # as the study optimizers
        "cnn": {"trials": 4, "epochs": 2, "images": 5504},
    },
    "sample": {
        "mlp": {"trials": 12, "epochs": 40},
        "cnn": {"trials": 4, "epochs": 2},
    },
}
"""What is trained of each network: as many seeds of it, on so many images."""


def measure(network: str, way: str, env: str) -> dict[str, Any]:
    """Measure a study in a process of its own."""
    options = {**STUDIES[env][network], **WAYS[way], "env": env}
    given = [f"--{name}={value}" for name, value in options.items()]
    return {"network": network, "way": way, **run_module("bench.trials_run", network, *given)}


def main() -> None:
    """Let the ways take turns; print a table and write JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--env", choices=STUDIES, default="base", help="sample: in minutes")
    parser.add_argument("--networks", nargs="+", choices=TIMES_FASTER, default=list(TIMES_FASTER))
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    check_stored(arguments.env)
    RESULTS.mkdir(exist_ok=True)
    measured = [
        measure(network, way, arguments.env)
        for network in arguments.networks
        for _ in range(arguments.rounds)
        for way in WAYS
    ]
    rows = pd.DataFrame(measured)
    columns = ["seconds", "seconds_to_start", "trials_an_hour", "worker_mb", "mapped_mb", "parent_mb"]
    table = rows.groupby(["network", "way"], sort=False)[columns].median().reset_index()
    first = next(iter(WAYS))
    targets = [
        Target(
            f"{network}, trials an hour, {way} to {first}",
            times_faster(measured, network, way, first),
            "at least",
            TIMES_FASTER[network],
        )
        for network in arguments.networks
        for way in list(WAYS)[1:]
    ]
    report("trials", table, targets, measured)


def times_faster(measured: list[dict[str, Any]], network: str, way: str, first: str) -> float:
    """The median of the ratios of the rounds, in each of which the ways took their turns."""
    rates = {
        each: [row["trials_an_hour"] for row in measured if (row["network"], row["way"]) == (network, each)]
        for each in (way, first)
    }
    return median(one / other for one, other in zip(rates[way], rates[first], strict=True))


if __name__ == "__main__":
    main()
