"""How fast and how large this project trains, against the lecture's way of doing the same.

``make bench``, or ``python -m bench.training --networks mlp --rounds 1`` for less. Each measurement is a
process of its own, and the ways take turns, so that a busy machine slows all of them. Where PyTorch is
installed it takes part. The stored sets are used: run the pipelines data_ingestion and preprocessing
first.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from bench.ways import RAW, ROOT, SETS, WAYS
from fashion_nets.plotting.style import FIGURE_DPI, display_name, new_figure, styled

RESULTS = ROOT / "bench" / "results"
N_IMAGES = {"mlp": 55_000, "linear_autoencoder": 55_000, "stacked_autoencoder": 55_000, "cnn": 5_500}


def measure(network: str, way: str, epochs: int) -> dict:
    """Train in a process of its own; the first epoch, which compiles, is left out of the times."""
    command = [
        sys.executable,
        "-m",
        "bench.ways",
        network,
        way,
        f"--epochs={epochs}",
        f"--images={N_IMAGES[network]}",
    ]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{finished.stderr}")
    result = json.loads(finished.stdout.splitlines()[-1])
    return {"network": network, "way": way, **result, "epoch": statistics.median(result["epoch_seconds"][1:])}


def summarize(measurements: list[dict]) -> pd.DataFrame:
    """A row per network and way: medians over the rounds, and the ratio to the lecture's way."""
    table = (
        pd.DataFrame(measurements)
        .groupby(["network", "way"], sort=False)[["epoch", "peak_mb", "validation_loss"]]
        .median()
        .reset_index()
    )
    reference = table[table["way"] == "lecture"].set_index("network")
    table["times_faster"] = table["network"].map(reference["epoch"]) / table["epoch"]
    table["memory_ratio"] = table["peak_mb"] / table["network"].map(reference["peak_mb"])
    table.insert(1, "images", table["network"].map(N_IMAGES))
    return table.rename(columns={"epoch": "epoch_seconds"})


@styled
def plot_times(table: pd.DataFrame) -> Figure:
    """Bars: how many times faster than the lecture's way, by network."""
    ours = table[table["way"] != "lecture"]
    wide = ours.pivot_table(index="network", columns="way", values="times_faster", sort=False)
    figure = new_figure("Epochs against the lecture's way: times faster", width=8, height=4)
    axes = figure.subplots()
    wide.index = [display_name(network) for network in wide.index]
    wide.plot.barh(ax=axes)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xlabel("times as fast as plain Keras on float64 arrays")
    axes.set_ylabel("")
    axes.legend(title="")
    return figure


def main() -> None:
    """Measure in turns, print a table, write JSON and a figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--networks", nargs="+", choices=N_IMAGES, default=list(N_IMAGES))
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each way")
    parser.add_argument(
        "--epochs", type=int, default=3, help="epochs of each, of which the first does not count"
    )
    arguments = parser.parse_args()
    if not (SETS / "train_set").exists() or not RAW.exists():
        raise SystemExit(
            "The sets are not stored. Run first: make data, then kedro run --pipelines=preprocessing"
        )
    ways = [way for way in WAYS if way != "torch" or find_spec("torch")]
    measurements = []
    for number in range(1, arguments.rounds + 1):
        for network in arguments.networks:
            for way in ways:
                measured = measure(network, way, arguments.epochs)
                measurements.append(measured)
                print(
                    f"round {number}, {network}, {way}: {measured['epoch']:.2f} s an epoch, "
                    f"{measured['peak_mb']:.0f} MB",
                    flush=True,
                )
    table = summarize(measurements)
    print()
    print(table.to_string(index=False, float_format=lambda value: f"{value:.4g}"))
    RESULTS.mkdir(exist_ok=True)
    machine = {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count()}
    record = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine,
        "command": " ".join(["python -m bench.training", *sys.argv[1:]]),
        "summary": table.to_dict("records"),
        "measurements": measurements,
    }
    (RESULTS / "training.json").write_text(json.dumps(record, indent=2) + "\n")
    plot_times(table).savefig(RESULTS / "training.png", dpi=FIGURE_DPI)
    print(f"\nWritten: {RESULTS.relative_to(Path.cwd()) if RESULTS.is_relative_to(Path.cwd()) else RESULTS}")


if __name__ == "__main__":
    main()
