import os
import pwd
from pathlib import Path

import pytest

from fashion_nets.home import give_home_and_name, keras_home

NAMES = ("LOGNAME", "USER", "LNAME", "USERNAME")


@pytest.fixture
def nobody(monkeypatch):
    """A user without an entry in passwd, as in a container that runs under a number."""

    def unknown(uid):
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    for name in ("HOME", *NAMES):
        monkeypatch.setenv(name, "before")  # so that it is as it was after the test
        monkeypatch.delenv(name)
    monkeypatch.setattr(pwd, "getpwuid", unknown)


def test_who_has_neither_home_nor_name_gets_them(nobody):
    with pytest.raises(RuntimeError):
        Path.home()
    give_home_and_name()
    assert list(Path.home().iterdir()) == []
    assert Path.home().stat().st_mode & 0o777 == 0o700
    assert os.environ["LOGNAME"] == str(os.getuid())


def test_who_has_them_keeps_them(monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("LOGNAME", "somebody")
    give_home_and_name()
    assert Path.home() == Path("/home/somebody")
    assert os.environ["LOGNAME"] == "somebody"


def test_keras_has_its_folder_in_the_home_unless_told_otherwise(monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("KERAS_HOME", "")
    assert keras_home() == Path("/home/somebody/.keras")
    monkeypatch.setenv("KERAS_HOME", "~/of_keras")
    assert keras_home() == Path("/home/somebody/of_keras")
