from pathlib import Path

import pytest

from fashion_nets.data.files import (
    atomic_write,
    clear_leftover,
    leftovers,
    read_folder,
    replacement,
    visible_files,
    write_folder,
)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_takes_its_place_when_it_is_complete(tmp_path):
    path = tmp_path / "new" / "folder" / "weights"

    with atomic_write(path) as file:
        file.write(b"half")
        assert not path.exists()
        file.write(b" and half")

    assert path.read_bytes() == b"half and half"
    assert names(path.parent) == ["weights"]


def test_until_then_the_file_before_stays_as_it_was(tmp_path):
    path = tmp_path / "weights"
    path.write_bytes(b"before")

    with atomic_write(path) as file:
        file.write(b"after")
        file.flush()
        assert path.read_bytes() == b"before"

    assert path.read_bytes() == b"after"


@pytest.mark.parametrize("interruption", [ValueError, KeyboardInterrupt])
def test_an_interruption_leaves_the_file_before_and_nothing_else(tmp_path, interruption):
    path = tmp_path / "weights"
    path.write_bytes(b"before")

    def write_half():
        with atomic_write(path) as file:
            file.write(b"half")
            raise interruption

    with pytest.raises(interruption):
        write_half()

    assert path.read_bytes() == b"before"
    assert names(tmp_path) == ["weights"]


@pytest.fixture
def interrupt_rename(monkeypatch):
    """Let Ctrl+C come instead of the renames of these numbers, counted from 1."""

    def interrupt(*numbers):
        count, rename = 0, Path.rename

        def rename_or_stop(self, target):
            nonlocal count
            count += 1
            if count in numbers:
                raise KeyboardInterrupt
            return rename(self, target)

        monkeypatch.setattr(Path, "rename", rename_or_stop)

    return interrupt


def replace_set(folder):
    with replacement(folder, whole_folder=True) as staged:
        staged.mkdir()
        (staged / "images").write_text("after")


@pytest.mark.parametrize("number", [1, 2])
def test_an_interruption_while_a_folder_is_replaced_leaves_the_one_before(tmp_path, interrupt_rename, number):
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "images").write_text("before")
    interrupt_rename(number)
    with pytest.raises(KeyboardInterrupt):
        replace_set(folder)
    assert (folder / "images").read_text() == "before"
    assert names(tmp_path) == ["set"]


def test_interrupted_twice_both_folders_stay_until_the_new_one_is_put_in_its_place(
    tmp_path, interrupt_rename
):
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "images").write_text("before")
    interrupt_rename(2, 3)
    with pytest.raises(KeyboardInterrupt):
        replace_set(folder)
    assert not folder.exists()
    ((leftover, target),) = leftovers(tmp_path)
    assert {path.read_text() for path in leftover.rglob("images")} == {"before", "after"}
    clear_leftover(leftover, target)
    assert (folder / "images").read_text() == "after"
    assert names(tmp_path) == ["set"]


def test_two_writers_at_once_do_not_mix(tmp_path):
    path = tmp_path / "weights"

    with atomic_write(path) as first, atomic_write(path) as second:
        first.write(b"first")
        second.write(b"second")

    assert path.read_bytes() == b"first"  # its block ends last
    assert names(tmp_path) == ["weights"]


def test_a_place_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(OSError, match="file"), atomic_write(tmp_path / "file" / "weights"):
        pass


def test_visible_files_lie_in_no_hidden_folder(tmp_path):
    for name in ("b.json", "a/c.json", "a/d.txt", ".partial_e.x/new/e.json", "a/.made_from/c.json"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    assert visible_files(tmp_path, "*.json") == [tmp_path / "a/c.json", tmp_path / "b.json"]
    assert visible_files(tmp_path / "missing", "*.json") == []


def test_a_folder_is_written_and_read_by_the_paths_within_it(tmp_path):
    files = {"a/b/c.bin": b"\0", "d.txt": b"d"}
    write_folder(tmp_path / "new", files)
    (tmp_path / "new" / "empty").mkdir()
    assert list(read_folder(tmp_path / "new").items()) == list(files.items())
    write_folder(tmp_path / "new", {"d.txt": b"other"})
    assert read_folder(tmp_path / "new") == {**files, "d.txt": b"other"}
