import logging
import os
import subprocess
import sys

from tests.conftest import ROOT

from fashion_nets import settings  # noqa: F401  # importing it is enough


def test_of_tensorflow_only_what_it_says_about_retracing_is_left_out(caplog):
    logger = logging.getLogger("tensorflow")
    logger.warning("5 out of the last 5 calls to %s triggered tf.function retracing.", "f")
    logger.warning("out of memory")
    assert caplog.messages == ["out of memory"]


def test_loading_the_project_says_nothing_that_a_user_cannot_mend():
    program = """
from pathlib import Path
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
bootstrap_project(Path.cwd())
with KedroSession.create(env="sample") as session:
    session.load_context().catalog
import shutil
assert shutil.which("mlflow")  # which `kedro mlflow ui` starts
"""
    not_activated = {**os.environ, "PATH": os.defpath}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=not_activated,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
