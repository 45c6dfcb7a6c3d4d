import subprocess

import pytest

from fashion_nets.provenance.commit import commit_tags


@pytest.fixture
def checkout(tmp_path):
    def git(*arguments):
        return subprocess.run(
            ["git", "-c", "user.name=A", "-c", "user.email=a@b", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    git("init")
    (tmp_path / "code.py").write_text("")
    git("add", "code.py")
    git("commit", "-m", "First")
    return tmp_path, git("rev-parse", "HEAD")


def test_the_commit_is_named_and_whether_files_differ_from_it(checkout):
    folder, commit = checkout
    assert commit_tags(folder) == {"git_commit": commit, "git_dirty": "false"}
    (folder / "code.py").write_text("changed = True\n")
    assert commit_tags(folder) == {"git_commit": commit, "git_dirty": "true"}


def test_outside_a_checkout_there_is_nothing_to_name(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert commit_tags(tmp_path) == {}
    assert commit_tags(tmp_path / "missing") == {}
