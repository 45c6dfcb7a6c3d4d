"""Data larger than one would hold: the MLP on the training set, and on the set repeated in one large file.

The large set (1.7 GB) lies in a temporary folder beside the results, and is deleted afterwards.
"""

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from bench.measurement import Measurement
from bench.networks import NETWORKS
from bench.places import RESULTS, SETS, check_stored
from bench.report import Target, report
from bench.ways import measure

NETWORK = "mlp"
MEMORY_RATIO = 1.3
TIME_RATIO = 1.1  # of the time an image takes: growth is linear, but for noise
SPARE_BYTES = 10**9


def repeat_set(source: Path, folder: Path, times: int) -> None:
    """Write a set as large as ``times`` copies of another, without holding it in memory."""
    folder.mkdir(parents=True)
    for name in ("images.npy", "labels.npy"):
        array = np.load(source / name, mmap_mode="r")
        header = {"descr": array.dtype.str, "fortran_order": False}
        header["shape"] = (times * len(array), *array.shape[1:])
        with (folder / name).open("wb") as target:
            np.lib.format.write_array_header_1_0(target, header)
            for _ in range(times):
                with (source / name).open("rb") as values:
                    values.seek(array.offset)
                    shutil.copyfileobj(values, target, 1 << 22)


def measure_sizes(times: int, rounds: int, epochs: int) -> list[Measurement]:
    """Train on the set and on its multiple, in turns."""
    n_images = NETWORKS[NETWORK].n_images
    size = times * (SETS / "train_set" / "images.npy").stat().st_size
    RESULTS.mkdir(exist_ok=True)
    if shutil.disk_usage(RESULTS).free < size + SPARE_BYTES:
        raise SystemExit(f"The large set takes {size / 1e9:.1f} GB, and {RESULTS} has not as much to spare.")
    measurements = []
    with tempfile.TemporaryDirectory(dir=RESULTS) as folder:
        large = Path(folder)
        repeat_set(SETS / "train_set", large / "train_set", times)
        (large / "validation_set").symlink_to(SETS / "validation_set")
        for number in range(1, rounds + 1):
            for sets, images in ((SETS, n_images), (large, times * n_images)):
                measured = measure(NETWORK, "project", epochs=epochs, images=images, sets=sets)
                measurements.append({"images": images, **measured})
                print(f"round {number}, {images:,} images: {measured['peak_mb']:.0f} MB", flush=True)
    return measurements


def summarize(measurements: list[Measurement]) -> pd.DataFrame:
    """A row for each size: medians over the rounds."""
    runs = pd.DataFrame(measurements)
    runs["epoch_seconds"] = [statistics.median(seconds[1:]) for seconds in runs["epoch_seconds"]]
    runs["microseconds_per_image"] = runs["epoch_seconds"] / runs["images"] * 1e6
    columns = ["epoch_seconds", "microseconds_per_image", "peak_mb", "loss", "validation_loss"]
    return runs.groupby("images")[columns].median().reset_index()


def main() -> None:
    """Measure both sizes; print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10, help="how often the set is repeated")
    parser.add_argument("--rounds", type=int, default=2, help="measurements of each size")
    parser.add_argument("--epochs", type=int, default=3, help="of each; at least 2, as the first compiles")
    arguments = parser.parse_args()
    check_stored()
    measurements = measure_sizes(arguments.times, arguments.rounds, arguments.epochs)
    table = summarize(measurements)
    ratios = table.iloc[-1] / table.iloc[0]
    time = ratios["microseconds_per_image"]
    targets = [
        Target("peak memory, large against small", ratios["peak_mb"], "at most", MEMORY_RATIO),
        Target("time an image takes, large against small", time, "at most", TIME_RATIO),
    ]
    report("large_data", table, targets, measurements)


if __name__ == "__main__":
    main()
