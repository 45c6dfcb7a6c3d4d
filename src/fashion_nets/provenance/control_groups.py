"""The control groups of Linux that this process is in, by which a container limits what it may take."""

from collections.abc import Iterator
from pathlib import Path

_OWN = Path("/proc/self/cgroup")
_ROOT = Path("/sys/fs/cgroup")


def list_groups(controller: str) -> Iterator[tuple[Path, bool]]:
    """The folders of the groups that limit this process, its own first, then those above it.

    In a container the path of its own group may be that of the host, whose root is then the group itself; so
    a folder need not be there.

    Args:
        controller: What they limit, ``memory`` or ``cpu``.

    Yields:
        A folder, and whether it is of version 2, in which one group has all controllers.
    """
    if not _OWN.exists():
        return
    for line in _OWN.read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        root = _ROOT / controller if controllers else _ROOT
        group = root / path.strip("/")
        for folder in (group, *group.parents):
            yield folder, not controllers
            if folder == root:
                break
