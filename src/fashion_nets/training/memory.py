"""How much memory this process may still take, and how much it or another one has taken."""

import sys
from collections.abc import Iterator
from pathlib import Path

from fashion_nets.provenance.control_groups import list_groups

_MEMINFO = Path("/proc/meminfo")
_OWN_SIZE = Path("/proc/self/statm")
VERSION_2 = ("memory.max", "memory.current", "inactive_file")
VERSION_1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
"""Of a control group: the files with its limit and its use, and of memory.stat what it can give back."""


def free_memory() -> int | None:
    """The bytes of memory that are free for this process, or None where that is unknown.

    It is the least of what Linux reports as available without swapping, of what the limits of the container
    leave (control groups of both versions), and of what ``ulimit -v`` leaves. On a GPU it is unknown:
    TensorFlow reports what it has taken of a GPU's memory, not what is free.
    """
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        return None
    return min([*_available(), *_left_by_groups(), *_left_by_ulimit()], default=None)


def peak_memory() -> int:
    """The most bytes of memory that this process has held at once.

    On Linux ``getrusage`` knows only the most of this process and of what it was before ``exec``, a copy of
    its parent: under a large parent it is the parent's.
    """
    if (held := _status("VmHWM")) is not None:
        return held
    import resource  # not on Windows

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def own_memory(process: int) -> int | None:
    """The bytes of memory that a process holds for itself, or None where that is unknown.

    Files that it maps, such as libraries, are left out: all processes that map them share them.

    Args:
        process: Its number.
    """
    return _status("RssAnon", process)


def _status(what: str, process: int | str = "self") -> int | None:
    """What Linux says of the memory of a process, in bytes; None elsewhere, and of one that has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{what}:")), None)


def _available() -> Iterator[int]:
    if _MEMINFO.exists():
        lines = (line.split() for line in _MEMINFO.read_text().splitlines())
        yield from (int(number) * 1024 for name, number, *_ in lines if name == "MemAvailable:")


def _left_by_groups() -> Iterator[int]:
    """What each control group leaves that this process is in, up to the root that it sees."""
    for group, is_version_2 in list_groups("memory"):
        limit, usage, reclaimable = VERSION_2 if is_version_2 else VERSION_1
        try:
            most = int((group / limit).read_text())
            used = int((group / usage).read_text())
            statistics = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
            yield max(0, most - used + int(statistics.get(reclaimable, 0)))
        except (OSError, ValueError):  # there is no such group here, or its limit is "max"
            pass


def _left_by_ulimit() -> Iterator[int]:
    try:
        import resource  # not on Windows
    except ImportError:
        return
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and _OWN_SIZE.exists():
        pages = int(_OWN_SIZE.read_text().split()[0])
        yield max(0, limit - pages * resource.getpagesize())
