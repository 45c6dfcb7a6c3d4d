"""The process that measures one training: its times, memory and losses as JSON on the last line.

``python -m bench.ways mlp lecture --epochs=3``; the benchmarks start one for each measurement.
"""

import argparse
import json
import traceback
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.measurement import Job, Measurement
from bench.networks import ALL_NETWORKS
from bench.places import SETS
from bench.processes import give_nothing, outcome_of, run_module
from fashion_nets.errors import first_line

WAYS = {"lecture": "bench.lecture", "project": "bench.project", "torch": "bench.torch_eager"}


def installed_ways() -> list[str]:
    """All ways but PyTorch's where it is not installed."""
    return [way for way in WAYS if way != "torch" or find_spec("torch")]


def measure(network: str, way: str, within: float | None = None, **options: Any) -> Measurement:
    """Measure in a process of its own.

    Args:
        network: A name of ``ALL_NETWORKS``.
        way: A name of ``WAYS``.
        within: Seconds that it may take; None for any time.
        options: Options of this module's command line, such as ``epochs``.

    Raises:
        NothingGivenError: If nothing was measured; says why.
    """
    given = [f"--{name}" if value is True else f"--{name}={value}" for name, value in options.items()]
    measured = run_module("bench.ways", network, way, *given, seconds=within)
    return {"network": network, "way": way, **measured}


def main() -> None:
    """Measure one training and print what came out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("network", choices=ALL_NETWORKS)
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--images", type=int, help="to train with; the default is the network's own number")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--sets", type=Path, default=SETS, help="the stored sets that the project trains on")
    parser.add_argument("--test", action="store_true", help="measure the accuracy on the test images too")
    parser.add_argument("--engine", help="what runs the steps in this project's way")
    parser.add_argument("--precision", help="what it computes in")
    arguments = parser.parse_args()
    network = ALL_NETWORKS[arguments.network]
    job = Job(
        network,
        arguments.epochs,
        arguments.images or network.n_images,
        arguments.seed,
        arguments.sets,
        arguments.test,
        arguments.engine,
        arguments.precision,
    )
    try:
        measured = import_module(WAYS[arguments.way]).measure(job)
    except Exception as error:  # noqa: BLE001  # whatever it is, the parent is told
        traceback.print_exc()
        give_nothing(first_line(error), outcome_of(error))
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
