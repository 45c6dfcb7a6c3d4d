"""Servers that tests start as processes of their own, and what is left of these."""

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

SECONDS_UNTIL_STUCK = 300


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextmanager
def started(command, **options):
    """A server in a group of processes of its own, which is ended whatever happens."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        **options,
    )
    try:
        yield process
    finally:
        if members(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def members(group):
    """The processes of a group that are at work."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, in_group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
        except OSError:  # it has ended
            continue
        if int(in_group) == group and state != "Z":
            found.append(int(folder.name))
    return found


def wait_for(condition):
    deadline = time.monotonic() + SECONDS_UNTIL_STUCK
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def ends_without_leaving_any(process):
    """Whether all of a server ends with its one process, which gets the signal alone."""
    process.terminate()
    process.wait(SECONDS_UNTIL_STUCK)
    wait_for(lambda: not members(process.pid))
