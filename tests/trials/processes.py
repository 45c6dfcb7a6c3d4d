"""The processes that train trials, as the system sees them."""

import time
from contextlib import suppress
from pathlib import Path

WORKER = b"fashion_nets.trials.worker"


def workers_of(parent):
    """The numbers of the workers that a process has started."""
    return children_of(parent, WORKER)


def children_of(parent, command):
    """The numbers of the processes that a process has started and whose command has this part."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with suppress(OSError):  # it has ended
                is_meant = command in folder.joinpath("cmdline").read_bytes()
                if is_meant and int(_status(folder.name)[1]) == parent:
                    found.append(int(folder.name))
    return found


def descendants_of(process):
    """The numbers of the processes that it has started, and of those that these have."""
    for child in children_of(process, b""):
        yield child
        yield from descendants_of(child)


def all_gone(processes, seconds=20):
    """Whether these have ended, or do within this time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(map(_is_at_work, processes)):
            return True
        time.sleep(0.05)
    return False


def _status(process):
    """What follows the name of a process: its state, the number of its parent, and more."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()


def _is_at_work(process):
    try:
        return _status(process)[0] not in ("Z", "X")  # nobody has asked how it ended
    except OSError:
        return False
