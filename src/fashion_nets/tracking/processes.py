"""Which process a run belongs to, so that what a dead one left open can be ended."""

import json
import os
import socket
import subprocess
from contextlib import suppress
from functools import cache
from pathlib import Path

import mlflow
from mlflow.exceptions import MlflowException

PROCESS = "process"
"""The tag that says which process a run belongs to."""


@cache
def this_process() -> str:
    """The machine, the process and when it began, as the value of the tag."""
    began = None
    with suppress(OSError, subprocess.SubprocessError):  # nobody can tell
        began = _began(os.getpid())
    return json.dumps([_machine(), os.getpid(), began])


def is_dead(process: str) -> bool:
    """Whether a process of this machine, as :func:`this_process` describes it, is there no more.

    One of another machine, or of one that cannot tell when it began, is not known to be dead.
    """
    try:
        machine, pid, began = json.loads(process)
        return machine == _machine() and began is not None and _began(pid) != began
    except (ValueError, TypeError, OSError, subprocess.SubprocessError):
        return False


def end_runs_of_dead_processes(client: mlflow.MlflowClient) -> list[str]:
    """End as killed what processes of this machine left open that are no more, in all experiments.

    A run ends at the time of its last metric, or else as it began.

    Returns:
        The names of the runs.
    """
    ended = []
    experiments = [each.experiment_id for each in client.search_experiments()]
    open_ones = f"attributes.status = 'RUNNING' and tags.{PROCESS} LIKE '%'"
    for run in client.search_runs(experiments, open_ones):
        if is_dead(run.data.tags.get(PROCESS, "")):
            try:
                client.set_terminated(run.info.run_id, "KILLED", _last_sign_of(client, run))
            except MlflowException:  # another run ends it at this moment
                continue
            ended.append(run.info.run_name)
    return ended


def _last_sign_of(client: mlflow.MlflowClient, run: mlflow.entities.Run) -> int:
    times = [
        point.timestamp
        for name in run.data.metrics
        for point in client.get_metric_history(run.info.run_id, name)
    ]
    return max([run.info.start_time, *times])


def _machine() -> str:
    """Its name, its id where the system has given it one, and where there are containers, which of them."""
    parts = [socket.gethostname()]
    with suppress(OSError, UnicodeDecodeError):
        parts.append(Path("/etc/machine-id").read_text().strip())
    with suppress(OSError):
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return " ".join(parts)


def _began(pid: int) -> str | None:
    """When a process began, as its system tells it; None where there is none.

    Raises:
        OSError: If the system does not tell; so does subprocess.SubprocessError.
    """
    try:
        state, *others = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if state == "Z" else others[18]
    except OSError:
        pass
    if Path("/proc/self/stat").exists():
        return None
    told = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False, timeout=10
    )
    return told.stdout.strip() or None
