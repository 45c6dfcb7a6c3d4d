"""Epochs of each network: the lecture's way, this project's and PyTorch's where it is installed.

Each measurement is a process of its own, and the ways take turns, so that a busy machine slows all of
them. Less of it: ``python -m bench.training --networks mlp cnn --rounds=1``.
"""

import argparse
import statistics

import pandas as pd

from bench.figure import plot_times
from bench.measurement import Measurement
from bench.networks import NETWORKS
from bench.places import RESULTS, ROOT, check_stored
from bench.report import Target, report
from bench.ways import installed_ways, measure
from fashion_nets.networks.names import display_name
from fashion_nets.plotting.style import FIGURE_DPI

COLUMNS = [
    "network",
    "images",
    "way",
    "epoch_seconds",
    "first_epoch_seconds",
    "times_faster",
    "times_torch",
    "peak_mb",
    "memory_ratio",
    "loss",
    "validation_loss",
]
MLP_MEMORY_RATIO = 0.65


def measure_in_turns(networks: list[str], rounds: int, epochs: int) -> list[Measurement]:
    """Measure each network in each way, all of them once a round."""
    measurements = []
    for number in range(1, rounds + 1):
        for network in networks:
            for way in installed_ways():
                measured = measure(network, way, epochs=epochs)
                measurements.append(measured)
                seconds = statistics.median(measured["epoch_seconds"][1:])
                print(
                    f"round {number} of {rounds}, {display_name(network)}, {way}: "
                    f"{seconds:.2f} s an epoch, {measured['peak_mb']:.0f} MB",
                    flush=True,
                )
    return measurements


def summarize(measurements: list[Measurement]) -> pd.DataFrame:
    """A row for each network and way: medians over the rounds, ratios to the lecture's way and to PyTorch."""
    runs = pd.DataFrame(measurements)
    runs["first_epoch_seconds"] = [seconds[0] for seconds in runs["epoch_seconds"]]
    runs["epoch_seconds"] = [statistics.median(seconds[1:]) for seconds in runs["epoch_seconds"]]
    table = runs.groupby(["network", "way"], sort=False).median(numeric_only=True)

    def ratio(column: str, way: str) -> pd.Series:
        reference = table[column].xs(way, level="way")
        return reference.reindex(table.index.get_level_values("network")).to_numpy() / table[column]

    table["times_faster"] = ratio("epoch_seconds", "lecture")
    table["memory_ratio"] = 1 / ratio("peak_mb", "lecture")
    table["times_torch"] = float("nan")
    if "torch" in table.index.get_level_values("way"):
        ours = table.index.get_level_values("way") == "project"
        table.loc[ours, "times_torch"] = ratio("epoch_seconds", "torch")[ours]
    table = table.reset_index()
    table["images"] = [NETWORKS[network].n_images for network in table["network"]]
    return table[COLUMNS]


def compare_with_targets(table: pd.DataFrame) -> list[Target]:
    """The targets of each network that was measured."""
    targets = []
    for row in table[table["way"] == "project"].itertuples():
        network, name = NETWORKS[row.network], display_name(row.network)
        for what, value, limit in (
            ("lecture", row.times_faster, network.times_faster),
            ("PyTorch", row.times_torch, network.times_torch),
        ):
            if limit is not None and not pd.isna(value):
                targets.append(Target(f"{name}, times faster than {what}", value, "at least", limit))
        if row.network == "mlp":
            what = f"{name}, peak memory against lecture"
            targets.append(Target(what, row.memory_ratio, "at most", MLP_MEMORY_RATIO))
    return targets


def main() -> None:
    """Measure in turns; print a table, write JSON and draw a figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each way")
    parser.add_argument("--epochs", type=int, default=3, help="of each; at least 2, as the first compiles")
    arguments = parser.parse_args()
    if arguments.epochs < 2:
        parser.error("--epochs must be at least 2: the first, which compiles, does not count")
    check_stored()
    measurements = measure_in_turns(arguments.networks, arguments.rounds, arguments.epochs)
    table = summarize(measurements)
    report("training", table, compare_with_targets(table), measurements)
    figure = RESULTS / "training.png"
    plot_times(table).savefig(figure, dpi=FIGURE_DPI)
    print(f"Written: {figure.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
