"""Take over into docs/ what a project has measured on the full data: tables, what made them, pictures.

    python -m bench.collect                                   all that is stored in this project
    python -m bench.collect optimizers --project=../other     one experiment, from another folder
    python -m bench.collect sample                            what bench.verdicts has measured on the sample
    python -m bench.tables                                    then writes the tables of docs/ anew

Command, commit, machine and time are those of the run in MLflow that trained, which the record beside its
output names; ``finished_earlier`` counts the trials that it took from a run before it, if there are any.
Where tables were told from stored trials by a later commit, ``told_after`` is that.
"""

import argparse
import io
import json
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from bench.experiments import ABOUT, DOCS, EXPERIMENTS, Experiment
from bench.places import ROOT
from bench.sample import SAMPLE, collect_sample
from fashion_nets.provenance.digests import digest_record
from fashion_nets.provenance.records import Record, read_record
from fashion_nets.tracking.location import address_of
from fashion_nets.trials.tracker import FINISHED_EARLIER, RECORD

LARGEST_PICTURE = 120_000  # bytes; larger ones are made smaller
NARROWEST = 900  # pixels
MOST_TRIALS = 50_000  # as many as MLflow gives at once


def collect(name: str, data: Path, database: Path, docs: Path = DOCS) -> None:
    """Copy the tables of an experiment to ``docs/results`` and write beside them what made them.

    Args:
        name: One of ``EXPERIMENTS``.
        data: The folder of data of the project that has run it.
        database: The database of MLflow in which that project tracks.
        docs: Where to.

    Raises:
        SystemExit: If something of it is missing, or nothing tells which run has trained it.
    """
    experiment = EXPERIMENTS[name]
    if missing := [str(path) for path in experiment.tables.values() if not (data / path).exists()]:
        raise SystemExit(f"{name}: {', '.join(missing)} not found in {data}. Run it there first.")
    about = _describe(name, data, database)
    folder = docs / "results" / name
    folder.mkdir(parents=True, exist_ok=True)
    for kept, path in experiment.tables.items():
        shutil.copyfile(data / path, folder / kept)
    (folder / ABOUT).write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n")


def collect_pictures(name: str, data: Path, docs: Path = DOCS) -> list[str]:
    """Copy the pictures of an experiment to ``docs/images``, made small; return those that are not there."""
    missing = []
    for kept, path in EXPERIMENTS[name].pictures.items():
        source, target = data / path, docs / "images" / kept
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(make_small(source))
        else:
            missing.append(str(path))
    return missing


def make_small(picture: Path) -> bytes:
    """A picture as PNG of 256 colours, and narrower where that does not make it small enough.

    Of Pillow's ways to choose the colours this one keeps those of the classes, also where dots lie over dots.
    """
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    while True:
        buffer = io.BytesIO()
        image.quantize(method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
            buffer, "PNG", optimize=True
        )
        if buffer.tell() <= LARGEST_PICTURE or image.width <= NARROWEST:
            return buffer.getvalue()
        width = max(NARROWEST, int(image.width * 0.85))
        image = image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)


def _describe(name: str, data: Path, database: Path) -> dict[str, Any]:
    experiment = EXPERIMENTS[name]
    record = read_record(data / experiment.trained)
    if record is None or record["run"] is None:
        raise SystemExit(
            f"{name}: no record names the run that made {experiment.trained}; run it with tracking on."
        )
    run = _read_run(record["run"], database)
    earlier = _count_earlier_trials(experiment, data, run, database)
    return {
        "command": run.data.tags["kedro_command"],
        "seeds": _read_seeds(experiment, data) or [int(run.data.tags["seed"])],
        "date": datetime.fromtimestamp(run.info.end_time / 1000, UTC).date().isoformat(),
        "minutes": round((run.info.end_time - run.info.start_time) / 60_000, 1),
        **({"finished_earlier": earlier} if earlier else {}),
        **_circumstances(record, _read_later_commit(experiment, data, record)),
    }


def _read_run(run_id: str, database: Path) -> Any:
    from mlflow import MlflowClient

    run = MlflowClient(address_of(database)).get_run(run_id)
    if run.info.end_time is None:
        raise SystemExit(f"Run {run_id} in {database} is still at work.")
    return run


def _count_earlier_trials(experiment: Experiment, data: Path, run: Any, database: Path) -> int:
    """The trials that are not of a run but of one before it, and which its minutes leave out."""
    from mlflow import MlflowClient

    children = MlflowClient(address_of(database)).search_runs(
        [run.info.experiment_id], f"tags.mlflow.parentRunId = '{run.info.run_id}'", max_results=MOST_TRIALS
    )
    tags = [child.data.tags for child in children]
    trained = {each.get(RECORD) for each in tags if FINISHED_EARLIER not in each}
    records = (json.loads(file.read_text()) for file in _trial_files(experiment, data))
    return sum(digest_record(record) not in trained for record in records)


def _trial_files(experiment: Experiment, data: Path) -> list[Path]:
    if experiment.trials is None:
        return []
    files = (data / experiment.trials).rglob("seed_*.json")
    return [file for file in files if file.parent.name[0] != "."]


def _read_later_commit(experiment: Experiment, data: Path, trained: Record) -> str | None:
    """The commit by which the tables were told anew from stored trials; None where it is that of the run."""
    told = read_record(data / next(iter(experiment.tables.values()))) if experiment.trials else None
    commit = told["commit"].get("git_commit") if told else None
    return None if commit == trained["commit"].get("git_commit") else commit


def _circumstances(record: Record, told_after: str | None) -> dict[str, Any]:
    return {
        "commit": record["commit"].get("git_commit"),
        **({"told_after": told_after} if told_after else {}),
        "machine": record["machine"],
        "versions": record["versions"],
    }


def _read_seeds(experiment: Experiment, data: Path) -> list[int]:
    return sorted({int(file.stem.removeprefix("seed_")) for file in _trial_files(experiment, data)})


def _stored(data: Path) -> list[str]:
    """The experiments of which all tables are stored."""
    return [
        name
        for name, experiment in EXPERIMENTS.items()
        if all((data / path).exists() for path in experiment.tables.values())
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Collect what is named, or all that is stored."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.collect", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "experiments", nargs="*", metavar="experiment", help=", ".join([*EXPERIMENTS, SAMPLE])
    )
    parser.add_argument("--project", type=Path, default=ROOT, help="the folder that has run them")
    chosen = parser.parse_args(arguments)
    known = [*EXPERIMENTS, SAMPLE]
    if unknown := sorted(set(chosen.experiments) - set(known)):
        parser.error(f"no such experiment: {', '.join(unknown)}; there are {', '.join(known)}")
    data = chosen.project / "data"
    for name in chosen.experiments or _stored(data):
        if name == SAMPLE:
            collect_sample(chosen.project)
            print(f"{name}: taken over")
            continue
        collect(name, data, chosen.project / "mlflow.db")
        missing = collect_pictures(name, data)
        left = f", but for {', '.join(missing)}" if missing else ""
        print(f"{name}: taken over{left}")


if __name__ == "__main__":
    main()
