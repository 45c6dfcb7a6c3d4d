"""The whole default run, ``kedro run``, against the lecture's way of doing the same trainings.

The run is a real one, in a temporary copy of the project: what is stored here, and ``mlflow.db``, stay as
they are. In a minute: ``python -m bench.default_run --env=sample --epochs=1``.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

from bench.measurement import Measurement
from bench.places import RESULTS, ROOT, check_stored
from bench.processes import run_module
from bench.report import Target, report

RATIO = 0.45
SECONDS = 600
OVERHEAD = 0.2
COMPLETED = re.compile(r"Completed node: (\S+)")
EVALUATES = ("predict_", "evaluate_")


def copy_project(folder: Path) -> None:
    """Copy what a run reads, but for the settings of this machine: they might lead out of the copy."""
    shutil.copytree(ROOT / "conf", folder / "conf", ignore=shutil.ignore_patterns("local"))
    (folder / "conf" / "local").mkdir()
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("*.egg-info", ".*"))
    shutil.copytree(ROOT / "data" / "01_raw", folder / "data" / "01_raw")
    for name in ("pyproject.toml", ".telemetry"):
        shutil.copy(ROOT / name, folder)


def run_project(env: str, epochs: int | None) -> Measurement:
    """Run ``kedro run`` in a copy of the project; tell where its seconds went."""
    with tempfile.TemporaryDirectory(dir=RESULTS) as name:
        folder = Path(name)
        copy_project(folder)
        parameters = ",".join(f"{network}.training.epochs={epochs}" for network in _networks() if epochs)
        options = ["--params", parameters] if parameters else []
        options += [] if env == "base" else [f"--env={env}"]
        command = [sys.executable, "-m", "kedro", "run", "--verbose", *options]
        seconds, nodes = _time_nodes(command, folder)
        metrics = {
            path.parent.name: json.loads(path.read_text())
            for path in folder.glob("data/**/08_reporting/*/metrics.json")
        }
    training = sum(each["training_seconds"] for each in metrics.values())
    evaluation = sum(taken for node, taken in nodes.items() if node.rpartition(".")[2].startswith(EVALUATES))
    return {
        "seconds": seconds,
        "training_seconds": training,
        "evaluation_seconds": evaluation,
        "nodes": nodes,
        "metrics": metrics,
    }


def _time_nodes(command: list[str], folder: Path) -> tuple[float, dict[str, float]]:
    """Run a command; give its seconds, and those between the ends of nodes, from its log."""
    environment = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    lines, nodes = [], {}
    start = last = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout:
            lines.append(line)
            if node := COMPLETED.search(line):
                now = time.perf_counter()
                nodes[node[1]] = now - last
                last = now
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{''.join(lines[-40:])}")
    return time.perf_counter() - start, nodes


def run_lecture(env: str, epochs: int | None) -> Measurement:
    """Train and evaluate the same networks in the lecture's way, in a process of its own."""
    options = [f"--epochs={epochs}"] if epochs else []
    start = time.perf_counter()
    networks = run_module("bench.lecture_run", f"--env={env}", *options)
    seconds = time.perf_counter() - start
    parts = ("training_seconds", "evaluation_seconds")
    sums = {part: sum(network[part] for network in networks.values()) for part in parts}
    return {"seconds": seconds, **sums, "networks": networks}


def _networks() -> list[str]:
    from fashion_nets.networks.registry import CLASSIFIERS
    from fashion_nets.pipeline_registry import listed_autoencoders

    return [*CLASSIFIERS, *listed_autoencoders()]


def main() -> None:
    """Measure both; print a table and write JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--env", choices=("base", "sample"), default="base", help="sample: a trial")
    parser.add_argument("--epochs", type=int, help="of each network, for a trial")
    arguments = parser.parse_args()
    if arguments.env == "base":
        check_stored()
    RESULTS.mkdir(exist_ok=True)
    runs: dict[str, dict[str, Any]] = {}
    for way, run in (("project", run_project), ("lecture", run_lecture)):
        runs[way] = run(arguments.env, arguments.epochs)
        print(f"{way}: {runs[way]['seconds']:.0f} s", flush=True)
    rows = [{"way": way, **run} for way, run in runs.items()]
    table = pd.DataFrame(rows)[["way", "seconds", "training_seconds", "evaluation_seconds"]]
    table["other_share"] = 1 - (table["training_seconds"] + table["evaluation_seconds"]) / table["seconds"]
    ours, lecture = table.itertuples()
    targets = [
        Target("time against the lecture's way", ours.seconds / lecture.seconds, "at most", RATIO),
        Target("seconds", ours.seconds, "at most", SECONDS),
        Target("share that is neither training nor evaluation", ours.other_share, "at most", OVERHEAD),
    ]
    report("default_run", table, targets, runs)


if __name__ == "__main__":
    main()
