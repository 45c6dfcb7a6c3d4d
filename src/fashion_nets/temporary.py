"""Folders for files that are needed for a while, of which those of killed processes go with the next."""

import os
import shutil
import stat
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path

from filelock import FileLock

PREFIX = "fashion_nets_temporary_"
"""What their names begin with in the system's folder for temporary files."""
_LOCK, _CONTENT = "lock", "content"


class TemporaryFolder:
    """A folder of this process, which goes when it is closed, or this object or the process ends.

    A process that is killed leaves it. So each has a lock, the operating system's, which ends with its
    process, however that ends; whoever makes a folder first removes those of the same user whose lock nobody
    holds. Numbers of processes would not do: in containers they are the same again and again.

    Attributes:
        path: Of the folder, which is empty and for this user alone.

    Raises:
        OSError: If none can be made.
    """

    def __init__(self) -> None:
        _remove_abandoned(Path(tempfile.gettempdir()))
        hidden = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))
        lock = FileLock(hidden / _LOCK, thread_local=False)  # any thread may close it
        lock.acquire()
        made = hidden.rename(hidden.with_name(hidden.name.removeprefix(".")))  # which others see only locked
        self.path = made / _CONTENT
        self.path.mkdir(mode=0o700)
        self._close = weakref.finalize(self, _remove, made, lock)

    def close(self) -> None:
        """Remove the folder with all that is in it, as far as that can be removed."""
        self._close()

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.close()


def _remove(folder: Path, lock: FileLock) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.release()


def _remove_abandoned(place: Path) -> None:
    """Remove what processes of this user have left that are no more."""
    for folder in place.glob(f"{PREFIX}*"):
        with suppress(OSError):  # somebody holds it, or removes it at this moment
            found = folder.lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
                with FileLock(folder / _LOCK, blocking=False):
                    shutil.rmtree(folder)
