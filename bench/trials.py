"""Trials of a study an hour: one after the other with both cores, as it was, and in workers with a core each.

The ways take turns, each in a process of its own; what counts are the ratios. Imports of the process that
plans are left out, those of its workers count. Ray of this machine takes its turn where the extra is there.
``python -m bench.trials --env=sample`` takes some minutes.
"""

import argparse
from importlib.util import find_spec
from typing import Any

import pandas as pd

from bench.places import RESULTS, check_stored
from bench.processes import run_module
from bench.report import Target, report

ALONE, WORKERS, RAY = "one by one", "2 workers", "2 trainers of Ray"
WAYS: dict[str, dict[str, Any]] = {
    ALONE: {"workers": 1, "threads": 2},
    WORKERS: {"workers": 2, "threads": 1},
    RAY: {"workers": 2, "threads": 1, "ray": "auto"},
}
"""How trials are run, by what tables call it."""
TIMES_FASTER = {"mlp": 1.4, "cnn": 1.0}
"""What workers are to reach."""
STUDIES = {
    "base": {
        "mlp": {"trials": 27, "epochs": 10},  # some more than the study optimizers
        "cnn": {"trials": 10, "epochs": 2, "images": 5504},
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
    ways = [way for way in WAYS if way != RAY or find_spec("ray")]
    measured = [
        measure(network, way, arguments.env)
        for network in arguments.networks
        for _ in range(arguments.rounds)
        for way in ways
    ]
    table = make_table(measured)
    rates = table.set_index(["network", "way"])["times_faster"]
    targets = [
        Target(
            f"{network}, trials an hour, {WORKERS} to {ALONE}",
            rates[network, WORKERS],
            "at least",
            TIMES_FASTER[network],
        )
        for network in arguments.networks
    ]
    report("trials", table, targets, measured)


def make_table(measured: list[dict[str, Any]]) -> pd.DataFrame:
    """The medians of all rounds.

    Args:
        measured: A row of each way in each round of each network, round by round.

    Returns:
        A row for each network and way. ``times_faster`` is the median of the ratios of the rounds, in each of
        which the ways took their turns.
    """
    rows = pd.DataFrame(measured)
    rows["round"] = rows.groupby(["network", "way"]).cumcount()
    alone = rows[rows["way"] == ALONE].set_index(["network", "round"])["trials_an_hour"]
    rows = rows.join(alone.rename("alone"), on=["network", "round"])
    rows["times_faster"] = rows["trials_an_hour"] / rows["alone"]
    columns = ["seconds", "seconds_to_start", "trials_an_hour", "times_faster"]
    columns += ["worker_mb", "mapped_mb", "parent_mb"]
    return rows.groupby(["network", "way"], sort=False)[columns].median().reset_index()


if __name__ == "__main__":
    main()
