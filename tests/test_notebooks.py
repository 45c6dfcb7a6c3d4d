"""Every notebook runs on what a run stored, and is kept without what it showed somebody once."""

import json
import os
import shutil
import time

import nbformat
import pandas as pd
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from tests.conftest import ROOT, make_project

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module", autouse=True)
def _nothing_left_at_home(tmp_path_factory):
    """A kernel makes a profile of IPython, and a file of its own while it runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path_factory.mktemp("jupyter")))
        yield


@pytest.fixture(scope="module")
def project(finished_run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks") / "project"
    shutil.copytree(finished_run, folder)
    return folder


def execute(notebook, project, folder):
    """Run a notebook on the sample from a working directory; return what its cells showed, by their ids."""
    document = nbformat.read(notebook, as_version=4)
    environment = {**os.environ, "KEDRO_ENV": "sample", "PYTHONPATH": str(project / "src")}
    NotebookClient(document, timeout=300, resources={"metadata": {"path": str(folder)}}).execute(
        env=environment
    )
    return {cell["id"]: cell["outputs"] for cell in document.cells if cell.cell_type == "code"}


def text_of(outputs):
    return "".join(output.get("text") or output["data"]["text/plain"] for output in outputs if shows(output))


def shows(output):
    return output.get("name") == "stdout" or output.output_type == "execute_result"


def has_picture(outputs):
    return any("image/png" in output.get("data", {}) for output in outputs)


def test_there_are_notebooks():
    assert [path.name for path in NOTEBOOKS][:1] == ["01_first_look.ipynb"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_holds_no_outputs(notebook):
    document = nbformat.read(notebook, as_version=4)
    nbformat.validate(document)
    assert set(document.metadata) == {"kernelspec", "language_info"}
    for cell in document.cells:
        assert cell.metadata == {}
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_the_first_look_shows_what_is_stored(project, tmp_path):
    shown = execute(ROOT / "notebooks" / "01_first_look.ipynb", project, folder=tmp_path)
    data = project / "data" / "sample"
    card = json.loads((data / "08_reporting/data/data_card.json").read_text())
    assert card["source"] in text_of(shown["card"])
    assert card["fingerprint"][:12] in text_of(shown["card"])
    assert "stacked_autoencoder" in text_of(shown["comparison"])
    predictions = pd.read_parquet(data / "07_model_output/mlp/predictions.parquet")
    for name in predictions["predicted_name"].head(3):
        assert f"'{name}'" in text_of(shown["names"])
    assert "(3, 28, 28) becomes (3, 30)" in text_of(shown["encode"])
    for cell in ("examples", "curves", "pictures", "mistakes-figure", "reconstruct"):
        assert has_picture(shown[cell]), cell


@pytest.mark.slow  # a kernel with TensorFlow each
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_where_editors_start_it(notebook, project):
    """In the folder of the notebook; the other test starts it outside the project."""
    (project / "notebooks").mkdir(exist_ok=True)
    assert execute(notebook, project, folder=project / "notebooks")
    assert list((project / "notebooks").iterdir()) == []


FIRST_CELL = """
from pathlib import Path
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

bootstrap_project(Path.cwd())

def train(epochs):
    parameters = {"mlp": {"training": {"epochs": epochs}}}
    with KedroSession.create(Path.cwd(), env="sample", runtime_params=parameters) as session:
        session.run(pipeline_names=["mlp"])
"""
STATUSES = """
import mlflow
runs = mlflow.search_runs(search_all_experiments=True, output_format="list")
print(mlflow.active_run(), [run.info.status for run in runs])
"""


def run_cell(client, code, when_to_stop=None, stop=None):
    """Run a cell, or stop it as soon as it says something; return what it said."""
    cell, said, deadline = client.execute(code), "", time.monotonic() + 300
    while time.monotonic() < deadline:
        message = client.get_iopub_msg(timeout=300)
        if message["parent_header"].get("msg_id") != cell:
            continue
        content = message["content"]
        said += content.get("text", "") + content.get("ename", "")
        if when_to_stop and when_to_stop in said:
            stop()
            when_to_stop = None
        if content.get("execution_state") == "idle":
            return said
    raise AssertionError(said)


@pytest.mark.slow  # a kernel with TensorFlow, and two runs
def test_a_cell_that_is_stopped_leaves_a_kernel_that_can_run_again(tmp_path):
    folder = make_project(tmp_path)
    environment = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    environment["PYTHONPATH"] = str(folder / "src")
    kernel, client = start_new_kernel(cwd=str(folder), env=environment)
    try:
        run_cell(client, FIRST_CELL)
        said = run_cell(client, "train(500)", "mlp, epoch ", kernel.interrupt_kernel)
        assert "Stopped by SIGINT. The same command goes on" in said
        assert said.endswith("KeyboardInterrupt")
        assert run_cell(client, STATUSES) == "None ['KILLED', 'KILLED']\n"  # of the network, too
        run_cell(client, "train(1)")
        assert run_cell(client, STATUSES) == "None ['FINISHED', 'FINISHED', 'KILLED', 'KILLED']\n"
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)
