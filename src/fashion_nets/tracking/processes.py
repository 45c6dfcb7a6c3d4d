"""Which process a run belongs to, so that what a dead one left open can be ended."""

import json
import os
import socket
import subprocess
from functools import cache
from pathlib import Path

import mlflow
from mlflow.exceptions import MlflowException

PROCESS = "process"
"""The tag that says which process a run belongs to."""


@cache
def this_process() -> str:
    """The machine, the process and when it began, as the value of the tag."""
    return json.dumps([_machine(), os.getpid(), _began(os.getpid())])


def is_dead(process: str) -> bool:
    """Whether a process of this machine, as :func:`this_process` describes it, is there no more.

    One of another machine is not known to be dead.
    """
    try:
        machine, pid, began = json.loads(process)
    except (ValueError, TypeError):
        return False
    return machine == _machine() and _began(pid) != began


def end_runs_of_dead_processes(client: mlflow.MlflowClient, experiment_id: str) -> list[str]:
    """End as killed what processes of this machine left open that are no more.

    A run ends at the time of its last metric, or else as it began.

    Returns:
        The names of the runs.
    """
    ended = []
    for run in client.search_runs([experiment_id], "attributes.status = 'RUNNING'"):
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
    """Its name, and where there are containers, which of them."""
    try:
        return f"{socket.gethostname()} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return socket.gethostname()


def _began(pid: int) -> str | None:
    """When a process began, as its system tells it; None where there is none."""
    try:
        state, *others = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if state == "Z" else others[18]
    except OSError:
        pass
    if Path("/proc/self/stat").exists():
        return None
    told = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or None
