import logging
import os
import subprocess
import sys

import pytest
from tests.conftest import ROOT

from fashion_nets import settings  # noqa: F401  # importing it is enough
from fashion_nets.datasets import FigureDataset, IdxDataset, KerasModelDataset, LabelledImagesDataset


def test_of_tensorflow_only_what_it_says_about_retracing_is_left_out(caplog):
    logger = logging.getLogger("tensorflow")
    logger.warning("5 out of the last 5 calls to %s triggered tf.function retracing.", "f")
    logger.warning("out of memory")
    assert caplog.messages == ["out of memory"]


def test_kedro_viz_says_nothing_of_what_is_not_stored_and_what_is_wrong(tmp_path, caplog):
    absent = {
        "mlp.costs_plot": FigureDataset(filepath=str(tmp_path / "costs.png")),
        "mlp.model": KerasModelDataset(filepath=str(tmp_path / "model.keras")),
        "train_set": LabelledImagesDataset(filepath=str(tmp_path / "train_set")),
        "raw_test_labels": IdxDataset(filepath=str(tmp_path / "labels.gz")),
    }
    (tmp_path / "damaged.keras").write_bytes(b"no model")
    damaged = {"cnn.model": KerasModelDataset(filepath=str(tmp_path / "damaged.keras"))}
    for name, dataset in {**absent, **damaged}.items():
        with pytest.raises(Exception) as raised:  # noqa: PT011  whatever it is, Kedro-Viz catches it
            dataset.preview()
        error = raised.value
        logging.getLogger("kedro_viz.models.flowchart.node_metadata").warning(
            "'%s' could not be previewed. Full exception: %s: %s", name, type(error).__name__, error
        )
    (message,) = caplog.messages
    assert message.startswith("'cnn.model' could not be previewed. ")


@pytest.mark.slow  # a process that imports all
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
