"""The same numbers: test accuracies of the lecture's way and this project's, over seeds.

An MLP with dropout in float32, and a part of the CNN's training, float32 against bfloat16 where the
processor computes in it.
"""

import argparse

import pandas as pd
from scipy.stats import ttest_ind

from bench.measurement import Measurement
from bench.places import check_stored
from bench.report import Target, report
from bench.ways import measure
from fashion_nets.networks.names import display_name

CASES = {  # epochs and images
    "mlp_dropout": {"epochs": 5, "images": 55_000},
    "cnn": {"epochs": 2, "images": 11_000},
}
SIGNIFICANCE = 0.05  # of Welch's t-test: below, the means differ by more than noise


def measure_seeds(cases: dict[str, dict[str, int]], n_seeds: int) -> list[Measurement]:
    """Train each case with each seed, both ways in turns."""
    measurements = []
    for network, options in cases.items():
        for seed in range(1, n_seeds + 1):
            for way in ("lecture", "project"):
                measured = measure(network, way, **options, seed=seed, test=True)
                measurements.append({**options, "seed": seed, **measured})
                print(
                    f"{display_name(network)}, seed {seed}, {way}: "
                    f"{measured['test_accuracy']:.4f} on the test set",
                    flush=True,
                )
    return measurements


def summarize(measurements: list[Measurement]) -> pd.DataFrame:
    """A row for each network and way: mean and standard deviation of the test accuracy over the seeds."""
    groups = pd.DataFrame(measurements).groupby(["network", "images", "epochs", "way"], sort=False)
    return groups["test_accuracy"].agg(seeds="count", mean="mean", deviation="std").reset_index()


def compare(measurements: list[Measurement]) -> list[Target]:
    """Whether the two ways agree within noise, for each network."""
    targets = []
    for network, runs in pd.DataFrame(measurements).groupby("network", sort=False):
        by_way = runs.groupby("way")["test_accuracy"]
        test = ttest_ind(by_way.get_group("lecture"), by_way.get_group("project"), equal_var=False)
        what = f"{display_name(network)}, probability of such a difference by chance"
        targets.append(Target(what, test.pvalue, "at least", SIGNIFICANCE))
    return targets


def main() -> None:
    """Measure; print a table and write JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--networks", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--seeds", type=int, default=3, help="how many; at least 2")
    parser.add_argument("--epochs", type=int, help="for a trial; the default is each case's own number")
    parser.add_argument("--images", type=int, help="for a trial, likewise")
    arguments = parser.parse_args()
    check_stored()
    given = {name: value for name in ("epochs", "images") if (value := getattr(arguments, name))}
    cases = {network: {**CASES[network], **given} for network in arguments.networks}
    measurements = measure_seeds(cases, arguments.seeds)
    report("accuracy", summarize(measurements), compare(measurements), measurements)


if __name__ == "__main__":
    main()
