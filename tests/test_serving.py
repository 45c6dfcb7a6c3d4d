"""Real servers on this machine: MLflow's own, and that of ``make serve``."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from tests.conftest import ROOT
from tests.servers import (
    SECONDS_UNTIL_STUCK,
    ends_without_leaving_any,
    free_port,
    members,
    started,
    wait_for,
)

pytestmark = pytest.mark.slow  # servers are processes of their own, which import MLflow and TensorFlow
JSON = "application/json"


@pytest.fixture(scope="module")
def data(finished_run):
    return finished_run / "data" / "sample"


@pytest.fixture(scope="module")
def images(data):
    return np.load(data / "05_model_input/test_set/images.npy")[:100]


@pytest.fixture(scope="module")
def predicted(data):
    """What the evaluation has predicted of the same images."""
    return pd.read_parquet(data / "07_model_output/cnn/predictions.parquet").iloc[:100]


def ask(port, body, kind=JSON):
    """The status and the words of an answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/invocations", data, {"Content-Type": kind}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS_UNTIL_STUCK) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def is_up(port, process):
    assert process.poll() is None, process.communicate()[0]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def mlflows_own(finished_run):
    """The port of ``mlflow models serve`` with the CNN as the run has logged it, and the process."""
    client = mlflow.MlflowClient(f"sqlite:///{finished_run / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("fashion-nets-sample").experiment_id
    (logged,) = [each for each in client.search_logged_models([experiment]) if each.name == "cnn"]
    port = free_port()
    program = [sys.executable, "-m", "mlflow", "models", "serve", "--env-manager", "local"]
    address = ["--host", "127.0.0.1", "--port", str(port)]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    variables = {**os.environ, "PATH": path}
    command = [*program, "--model-uri", logged.artifact_location, *address]
    with started(command, env=variables) as process:
        wait_for(lambda: is_up(port, process))
        yield port, process


def test_a_served_network_says_what_the_evaluation_says(mlflows_own, images, predicted, class_names):
    status, answer = ask(mlflows_own[0], {"inputs": images.tolist()})
    assert status == 200
    rows = pd.DataFrame(answer["predictions"])
    assert list(rows.columns) == ["class_name", "probability", *class_names]
    assert rows["class_name"].tolist() == predicted["predicted_name"].tolist()
    np.testing.assert_allclose(rows["probability"], predicted["confidence"], rtol=1e-4)


def test_what_is_refused_gets_400_with_words_and_the_server_goes_on(mlflows_own, images):
    port = mlflows_own[0]
    some = images[:2].tolist()
    refused = [
        ({"inputs": (images[:2] / 255).tolist()}, "Got numbers with a decimal point"),
        ({"inputs": images[0].tolist()}, "Got the shape (28, 28). One image alone is a list of one image."),
        ({"inputs": images[:2, :, :27].tolist()}, "Got the shape (2, 28, 27)."),
        ({"inputs": [some[0], some[1][:5]]}, "Got rows or images of different lengths."),
        ({"inputs": []}, "Got no image."),
        ({"inputs": [[[300] * 28] * 28]}, "Got numbers from 300 to 300."),
        ({"inputs": np.zeros((10_001, 28, 28), int).tolist()}, "Got 10,001 images; send them in several"),
        ({}, "dictionary with 'inputs' key"),
        (b"", "valid JSON"),
        (b"{", "valid JSON"),
    ]
    for body, words in refused:
        status, answer = ask(port, body)
        assert status == 400
        assert words in answer["message"]
        assert len(answer["message"]) < 500
    assert ask(port, {"inputs": some})[0] == 200


def test_mlflows_server_ends_with_its_process(mlflows_own):
    ends_without_leaving_any(mlflows_own[1])


def test_make_serve_prints_a_request_that_works_and_leaves_nothing(
    finished_run, tmp_path, images, predicted, class_names
):
    for name in ("conf", "data"):
        (tmp_path / name).symlink_to(finished_run / name)
    for name in ("src", "tools"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    places = tmp_path / "places"
    places.mkdir()
    port = free_port()
    # TensorFlow writes code there, which it takes away when it ends, but for its byte code.
    without_byte_code = {"PYTHONDONTWRITEBYTECODE": "1"}
    variables = {
        **os.environ,
        **without_byte_code,
        "PYTHONPATH": str(tmp_path / "src"),
        "TMPDIR": str(places),
    }
    command = [sys.executable, "tools/serve.py", "--network=cnn", "--env=sample", f"--port={port}"]
    with started(command, cwd=tmp_path, env=variables) as server:
        wait_for(lambda: is_up(port, server))
        said = f"cnn answers at http://127.0.0.1:{port}/invocations (Ctrl+C ends it)"
        # It is up, so that the line is there; before it TensorFlow may have said something.
        assert any(line.startswith(said) for line in iter(server.stdout.readline, ""))
        request = server.stdout.readline().strip()
        done = subprocess.run(["bash", "-c", request], capture_output=True, text=True, check=True, timeout=60)
        (prediction,) = json.loads(done.stdout)["predictions"]
        assert prediction["class_name"] in class_names
        status, answer = ask(port, {"inputs": images.tolist()})
        assert status == 200
        assert [row["class_name"] for row in answer["predictions"]] == predicted["predicted_name"].tolist()
        assert members(server.pid) == [server.pid]
        ends_without_leaving_any(server)
        assert server.returncode == 128 + signal.SIGTERM
    assert list(places.iterdir()) == []
