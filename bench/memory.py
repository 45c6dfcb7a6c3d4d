"""What the memory of a training was estimated at, against what it takes: architectures with large batches.

Each measurement is a process of its own. Beyond the estimate a process takes some memory once, whatever the
batch; the memory of one more image, from the smallest to the largest batch, is free of that.
"""

import argparse
from itertools import product

import pandas as pd

from bench.measurement import Measurement
from bench.processes import run_module
from bench.report import Target, report
from fashion_nets.networks.registry import architectures_of

ARCHITECTURES_MEASURED = ("lecture", "resnet18", "vgg16")
PRECISIONS = ("float32", "mixed_bfloat16")
BATCH_SIZES = (256, 512, 1024)
LOWER, UPPER = 1.0, 3.0  # of the estimate, which leaves out the errors on their way back


def measure_batches(
    architectures: list[str], batch_sizes: list[int], precisions: list[str]
) -> list[Measurement]:
    """Train each architecture on batches of each size in each precision."""
    measurements = []
    for architecture, precision, batch_size in product(architectures, precisions, batch_sizes):
        options = (f"--architecture={architecture}", f"--precision={precision}")
        measured = run_module("bench.memory_run", str(batch_size), *options)
        measurements.append(measured)
        print(
            f"{architecture}, {precision}, batches of {batch_size:,}: {measured['measured_mb']:,.0f} MB, "
            f"estimated {measured['estimated_mb']:,.0f} MB",
            flush=True,
        )
    return measurements


def summarize(measurements: list[Measurement]) -> pd.DataFrame:
    """A row for each architecture, precision and batch size, then a row for one image more of each."""
    table = pd.DataFrame(measurements)
    columns = ["estimated_mb", "measured_mb"]
    trainings = table.groupby(["architecture", "precision"], sort=False)
    ends = trainings[["batch_size", *columns]].agg(["first", "last"])
    difference = ends.xs("last", axis=1, level=1) - ends.xs("first", axis=1, level=1)
    one_more = difference[columns].div(difference["batch_size"], axis=0).assign(batch_size=1).reset_index()
    table["what"], one_more["what"] = "a batch", "one image more"
    table = pd.concat([table, one_more], ignore_index=True)
    table["ratio"] = table["measured_mb"] / table["estimated_mb"]
    return table[["architecture", "precision", "what", "batch_size", *columns, "ratio"]]


def compare_with_targets(table: pd.DataFrame) -> list[Target]:
    """Whether the estimate is not too much, and not far too little."""
    targets = []
    for row in table[table["what"] == "one image more"].itertuples():
        what = f"{row.architecture}, {row.precision}, measured memory of one image more against the estimate"
        targets += [Target(what, row.ratio, "at least", LOWER), Target(what, row.ratio, "at most", UPPER)]
    return targets


def main() -> None:
    """Measure; print a table and write JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--architectures",
        nargs="+",
        choices=architectures_of("classifier"),
        default=list(ARCHITECTURES_MEASURED),
    )
    parser.add_argument(
        "--batch-sizes", nargs="+", type=int, default=list(BATCH_SIZES), help="rising, 2 or more"
    )
    parser.add_argument("--precisions", nargs="+", choices=PRECISIONS, default=list(PRECISIONS[:1]))
    arguments = parser.parse_args()
    if sorted(set(arguments.batch_sizes)) != arguments.batch_sizes or len(arguments.batch_sizes) < 2:
        parser.error("--batch-sizes must be two or more numbers that rise")
    measurements = measure_batches(arguments.architectures, arguments.batch_sizes, arguments.precisions)
    table = summarize(measurements)
    report("memory", table, compare_with_targets(table), measurements)


if __name__ == "__main__":
    main()
