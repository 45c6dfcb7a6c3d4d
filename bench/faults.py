"""Trainings that are killed go on bit for bit: SIGKILL at moments drawn over the whole of a training.

Each training runs as a person runs it, by ``kedro run`` on the sample, in a temporary copy of the project,
and stores its state after each epoch. First without interruption; then it is killed, the same command goes
on, is killed again, and so on until it ends. Weights, variables of the optimizer, history, metrics and the
records of trials must be those of the first. A moment is a number of stored states and a part of an epoch
after them. Some kills wait for a state that is being written. Less of it:
``python -m bench.faults --kills=4 --cases mlp greedy``.
"""

import argparse
import itertools
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py
import pandas as pd

from bench.default_run import copy_project
from bench.places import RESULTS
from bench.report import Target, report
from fashion_nets.data.files import STAGING

SEED = 42
KILLS = 50
IN_WRITING = 10
AIMED_AT_WRITING = 14  # a write takes 50 ms: some of the kills come after it
WENT_ON = 40
PATIENCE = 600  # seconds in which a run has to store its next state, or to end
POLL = 0.001  # seconds
GOES_ON = re.compile(r"goes on at epoch (\d+) of|taken as it is")


@dataclass(frozen=True)
class Case:
    """A training, and how it is asked for.

    Attributes:
        network: What it is about in the names of datasets.
        options: Of ``kedro run``.
        parameters: Of ``--params``.
        share: How many of the kills it gets, in proportion.
        kills_in_a_row: How often it is killed before it may end.
    """

    network: str
    options: tuple[str, ...]
    parameters: dict[str, Any]
    share: int
    kills_in_a_row: int = 3


def _network(name: str, share: int, **parameters: Any) -> Case:
    """Train and evaluate a network, and draw nothing."""
    options = (f"--pipelines={name}", f"--namespaces={name}", f"--to-outputs={name}.metrics")
    groups = {"training.checkpoint_seconds": 0, **parameters}
    return Case(name, options, {f"{name}.{path}": value for path, value in groups.items()}, share)


CASES = {
    "mlp": _network("mlp", 14, **{"architecture.dropout": 0.2, "training.epochs": 12}),
    "greedy": _network(
        "greedy_autoencoder",
        12,
        **{"training.epochs": 4, "training.fine_tuning_epochs": 4},
    ),
    "variational": _network("variational_autoencoder", 10, **{"training.epochs": 10}),
    "study": Case(
        "study",
        ("--pipelines=study", "--to-outputs=study.comparison"),
        {
            "study.name": "early_stopping",
            "study.n_seeds": 1,
            "study.max_epochs": 5,
            "mlp.training.checkpoint_seconds": 0,
        },
        8,
    ),
    "cnn": _network("cnn", 6, **{"training.epochs": 5}),
}


class Project:
    """A copy of the project, in which one case is trained over and over.

    Args:
        folder: Where it is made.
        case: What is trained.
    """

    def __init__(self, folder: Path, case: Case) -> None:
        self.case = case
        self._folder = folder
        self._data = folder / "data" / "sample"
        copy_project(folder)
        untracked = folder / "conf" / "sample" / "parameters_untracked.yml"
        untracked.write_text("tracking: {enabled: false}\n")
        self.log = folder / "run.log"
        self._start("--pipelines=data_ingestion,preprocessing").wait(PATIENCE)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the training, which writes to ``log``."""
        parameters = ",".join(f"{path}={value}" for path, value in self.case.parameters.items())
        return self._start(*self.case.options, f"--params={parameters}")

    def _start(self, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "kedro", "run", "--env=sample", *options]
        with self.log.open("wb") as log:
            return subprocess.Popen(command, cwd=self._folder, stdout=log, stderr=subprocess.STDOUT)

    def states(self) -> set[tuple[Path, int]]:
        """The files with states, and when each was written."""
        found = set()
        for folder, _, files in self._walk():
            for path in (Path(folder, file) for file in files if file.endswith(".npz")):
                with suppress(FileNotFoundError):  # removed in the meantime
                    if STAGING not in folder:
                        found.add((path, path.stat().st_mtime_ns))
        return found

    def is_writing(self) -> bool:
        """Whether a state is on the way to its file."""
        return any(name.startswith(STAGING) for _, folders, _ in self._walk() for name in folders)

    def _walk(self) -> Iterator[tuple[str, list[str], list[str]]]:
        return os.walk(self._data / "06_models" / "checkpoints")  # unlike glob bears with what vanishes

    def results(self) -> dict[str, Any]:
        """All that the training has stored, but for what tells times."""
        found: dict[str, Any] = {}
        for path in sorted(self._result_files()):
            name = path.relative_to(self._data).as_posix()
            if path.suffix == ".keras":
                found |= {f"{name}/{part}": values for part, values in _read_network(path)}
            elif path.suffix == ".csv":
                found[name] = pd.read_csv(path).filter(regex="^(?!.*seconds)").to_csv()
            else:
                found[name] = _without_times(json.loads(path.read_bytes()))
        return found

    def forget(self) -> None:
        """Remove results and states."""
        for path in self._result_files():
            path.unlink()
        shutil.rmtree(self._data / "06_models" / "checkpoints", ignore_errors=True)

    def _result_files(self) -> Iterator[Path]:
        for pattern in (
            f"06_models/{self.case.network}/model.keras",
            f"07_model_output/{self.case.network}/history.csv",
            f"08_reporting/{self.case.network}/metrics.json",
            "07_model_output/studies/*/*/*.json",
        ):
            files = self._data.glob(pattern)
            yield from (path for path in files if not any(part.startswith(".") for part in path.parts))


def _read_network(path: Path) -> Iterator[tuple[str, bytes]]:
    """Weights and variables of the optimizer, by name."""
    found = []

    def note(name: str, entry: h5py.Group | h5py.Dataset) -> None:
        if isinstance(entry, h5py.Dataset):
            found.append((name, entry[()].tobytes()))

    with zipfile.ZipFile(path) as archive, h5py.File(BytesIO(archive.read("model.weights.h5"))) as file:
        file.visititems(note)
    return iter(found)


def _without_times(value: Any) -> Any:
    match value:
        case dict():
            return {name: _without_times(each) for name, each in value.items() if "seconds" not in name}
        case list():
            return [_without_times(each) for each in value]
    return value


@dataclass
class Watch:
    """Counts the states that a training stores, through all the runs that it takes."""

    project: Project
    n_states: int = 0
    intervals: list[float] = field(default_factory=list)
    _known: set[tuple[Path, int]] = field(default_factory=set)

    def wait(self, process: subprocess.Popen[bytes], n_states: int | None = None) -> bool:
        """Wait until so many states have been stored, or the run has ended; say whether it still runs.

        Raises:
            SystemExit: If it does neither for a long time.
        """
        self._known = self.project.states()
        last = time.monotonic()
        while process.poll() is None:
            states = self.project.states()
            if new := states - self._known:
                self.n_states += len(new)
                self.intervals.append(time.monotonic() - last)
                last = time.monotonic()
            self._known = states
            if n_states is not None and self.n_states >= n_states:
                return True
            if time.monotonic() - last > PATIENCE:
                process.kill()
                raise SystemExit(f"A run has done nothing for {PATIENCE} s:\n{self.project.log.read_text()}")
            time.sleep(POLL)
        return False


def run_case(name: str, n_kills: int, n_in_writing: int, draw: random.Random) -> dict[str, Any]:
    """Kill the training of a case so many times, and compare what comes out in the end."""
    with tempfile.TemporaryDirectory(dir=RESULTS) as folder:
        project = Project(Path(folder), CASES[name])
        reference = Watch(project)
        started = project.start()
        reference.wait(started)
        expected = project.results()
        if started.returncode or not expected:
            raise SystemExit(f"{name} fails without being killed:\n{project.log.read_text()[-3000:]}")
        interval = statistics.median(reference.intervals[1:])
        kills: list[dict[str, Any]] = []
        while len(kills) < n_kills:
            project.forget()
            moments = sorted(
                draw.uniform(0, reference.n_states - 1) for _ in range(CASES[name].kills_in_a_row)
            )[: n_kills - len(kills)]
            writing = n_in_writing - sum(kill["in_writing"] for kill in kills)
            chain = _kill_at(project, moments, writing, interval)
            results = project.results()
            for kill in chain:
                kills.append({"case": name, "identical": results == expected, **kill})
                print(json.dumps(kills[-1]), flush=True)
            if results != expected:
                different = [key for key in {**expected, **results} if expected.get(key) != results.get(key)]
                print(f"{name}: not the same: {', '.join(different)}", flush=True)
    return {"case": name, "states": reference.n_states, "seconds_an_epoch": interval, "kills": kills}


def _kill_at(
    project: Project, moments: list[float], n_in_writing: int, interval: float
) -> list[dict[str, Any]]:
    """Run a training to its end, killing it at moments on the way; tell of each kill."""
    watch, kills = Watch(project), []
    for moment in (*moments, None):
        process = project.start()
        kill = None
        # Each run gets to store a state of its own, so that every kill is one in the middle of a training.
        if watch.wait(process, None if moment is None else max(watch.n_states + 1, int(moment))):
            kill = _kill(process, project, n_in_writing > 0, moment, interval)
        if kills:
            kills[-1]["went_on"] = _went_on(project.log.read_text())
        if kill is None:
            break
        kills.append({"states": watch.n_states, **kill})
        n_in_writing -= kill["in_writing"]
    return kills


def _kill(
    process: subprocess.Popen[bytes], project: Project, in_writing: bool, moment: float, interval: float
) -> dict[str, Any] | None:
    """Kill a run after a part of an epoch, or while it writes; None if it has ended before."""
    limit = time.monotonic() + PATIENCE
    if not in_writing:
        time.sleep(moment % 1 * interval)
    while in_writing and process.poll() is None and time.monotonic() < limit and not project.is_writing():
        pass
    process.kill()
    if process.wait() != -signal.SIGKILL:
        return None
    return {"moment": round(moment, 2), "in_writing": in_writing and project.is_writing()}


def _went_on(log: str) -> bool:
    log = " ".join(log.split())  # Kedro breaks lines
    return any(found[1] is None or int(found[1]) >= 2 for found in GOES_ON.finditer(log))


def main() -> None:
    """Kill trainings; print a table and write JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=KILLS, help="in all")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--seed", type=int, default=SEED, help="of the moments")
    arguments = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    draw = random.Random(arguments.seed)
    cases = share_out(arguments.kills, arguments.cases)
    writing = share_out(round(arguments.kills * AIMED_AT_WRITING / KILLS), arguments.cases)
    measured = [run_case(name, n_kills, writing[name], draw) for name, n_kills in cases.items()]
    table = summarize(measured)
    report("faults", table, compare_with_targets(table, arguments.kills), measured)


def share_out(number: int, names: list[str]) -> dict[str, int]:
    """Divide a number among cases in proportion to their shares; the first ones get what is left over."""
    total = sum(CASES[name].share for name in names)
    shares = {name: number * CASES[name].share // total for name in names}
    for name in itertools.islice(itertools.cycle(names), number - sum(shares.values())):
        shares[name] += 1
    return shares


def summarize(measured: list[dict[str, Any]]) -> pd.DataFrame:
    """A row for each case, and what was seen of its kills."""
    kills = pd.DataFrame([kill for case in measured for kill in case["kills"]])
    counts = ["identical", "went_on", "in_writing"]
    kills = kills.reindex(columns=["case", *counts]).fillna({"went_on": False})
    table = kills.groupby("case", sort=False)[counts].sum().astype(int)
    table.insert(0, "kills", kills.groupby("case", sort=False).size())
    return table.reset_index()


def compare_with_targets(table: pd.DataFrame, n_kills: int) -> list[Target]:
    """All bit-identical, and enough of them in the middle of a training and of a write."""
    sums = table.sum(numeric_only=True)
    return [
        Target("ended bit-identical", int(sums["identical"]), "at least", n_kills),
        Target("went on at epoch 2 or later", int(sums["went_on"]), "at least", n_kills * WENT_ON // KILLS),
        Target("killed while writing", int(sums["in_writing"]), "at least", n_kills * IN_WRITING // KILLS),
    ]


if __name__ == "__main__":
    main()
