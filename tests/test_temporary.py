"""Folders for a while; other processes, which are killed or at work, are real ones."""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.conftest import ROOT, killed_after

from fashion_nets.temporary import PREFIX, TemporaryFolder

HOLD = """
import sys
from fashion_nets.temporary import TemporaryFolder
with TemporaryFolder() as folder:
    (folder / "file").touch()
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """The system's folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@contextmanager
def holding(place):
    """Another process that has made such a folder; gives both."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(place)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        with killed_after(process):
            folder = Path(process.stdout.readline().strip())
        try:
            yield process, folder
        finally:
            process.kill()


def folders_in(place):
    return [path for path in place.iterdir() if PREFIX in path.name]


def test_a_folder_is_empty_and_private_and_goes_with_what_is_in_it(place):
    with TemporaryFolder() as folder:
        assert list(folder.iterdir()) == []
        (made,) = folders_in(place)
        assert folder.is_relative_to(made)
        assert {path.stat().st_mode & 0o777 for path in (made, folder)} == {0o700}
        (folder / "of mine").mkdir()
    assert folders_in(place) == []


def test_a_folder_goes_with_its_object_and_closed_twice_is_closed(place):
    folder = TemporaryFolder()
    folder.close()
    folder.close()
    folder = TemporaryFolder()
    assert len(folders_in(place)) == 1
    del folder
    assert folders_in(place) == []


def test_what_a_killed_process_has_left_goes_with_the_next_and_what_others_use_stays(place):
    with TemporaryFolder() as own, holding(place) as (alive, used), holding(place) as (killed, left):
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert (left / "file").exists()
        with TemporaryFolder():
            assert not left.parent.exists()
            assert own.exists()
            assert (used / "file").exists()
        alive.stdin.close()
        alive.wait()
        assert not used.parent.exists()


def test_a_removal_that_was_killed_is_finished(place):
    """The lock may be what had gone first."""
    (place / f"{PREFIX}mine" / "content").mkdir(parents=True)
    TemporaryFolder().close()
    assert folders_in(place) == []


def test_what_is_of_somebody_else_or_something_else_stays(place, monkeypatch):
    for name in (f"{PREFIX}theirs", "fashion_nets_unsent_runs_x", "elsewhere"):
        (place / name).mkdir()
    (place / f"{PREFIX}file").touch()
    (place / f"{PREFIX}link").symlink_to(place / "elsewhere")
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    before = sorted(place.iterdir())
    TemporaryFolder().close()
    assert sorted(place.iterdir()) == before
    monkeypatch.undo()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    TemporaryFolder().close()
    assert sorted(place.iterdir()) == [path for path in before if path.name != f"{PREFIX}theirs"]
