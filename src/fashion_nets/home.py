"""A home and a name for whoever has none, as a container's user without an entry in passwd."""

import atexit
import getpass
import os
from pathlib import Path

from fashion_nets.temporary import TemporaryFolder


def keras_home() -> Path:
    """The folder in which Keras looks for its settings and its data sets."""
    return Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()


def give_home_and_name() -> None:
    """Make up what is missing, before libraries are imported that ask for it and fail without: MLflow does.

    The home is a folder of this process and those that it starts, and is gone afterwards.
    """
    try:
        Path.home()
    except RuntimeError:
        home = TemporaryFolder()
        os.environ["HOME"] = str(home.path)
        atexit.register(home.close)
    try:
        getpass.getuser()
    except (KeyError, OSError):  # OSError from Python 3.13 on
        os.environ["LOGNAME"] = str(os.getuid())
