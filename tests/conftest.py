"""Fixtures that all tests share: a few real images, and a project of their own to run in."""

import fcntl
import gc
import logging
import os
import shutil
import sqlite3
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

# Before TensorFlow is imported: its start-up chatter would bury pytest's report.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["DO_NOT_TRACK"] = "true"
# Neither read nor written is a file of Keras in the home of whoever runs the tests.
os.environ["KERAS_HOME"] = os.devnull

import mlflow
import pytest

from fashion_nets.data.idx import read_idx
from fashion_nets.data.image_set import LabelledImages
from fashion_nets.tracking.runs import close_outbox, open_outbox
from fashion_nets.tracking.unsent import Header
from fashion_nets.trials.images import TrialSets

ROOT = Path(__file__).parents[1]
SAMPLE_FOLDER = ROOT / "data" / "01_raw" / "fashion_mnist_sample"
# A fit that is over in seconds; what a test is about, it states itself.
QUICK_FIT = {
    "batch_size": 32,
    "precision": "float32",
    "engine": "graph",
    "steps_per_execution": 8,
    "early_stopping": None,
    "resume": True,
    "checkpoint_seconds": 0,
}
CLASS_NAMES = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
]


LONGEST = (
    *("test_notebooks.py", "bench/test_verdicts.py", "test_viz.py", "test_run.py", "test_command_line.py"),
    *("bench/test_accuracy.py", "bench/test_default_run.py", "bench/test_large_data.py", "test_sweep.py"),
    *("bench/test_faults.py", "test_bad_inputs.py", "training/test_fit.py", "training/test_blocks.py"),
    *("test_study.py", "test_site.py", "test_project_files.py", "test_pipeline_registry.py"),
    *("pipelines/transfer/test_nodes.py", "test_serving.py", "test_main.py", "demo/test_in_browser.py"),
    *("hooks/test_report.py", "pipelines/pretraining/test_nodes.py", "pipelines/study/test_nodes.py"),
)
"""Files that take long, of either suite, which go first: two processes then end together.

What needs the executed notebooks comes well after them, as it would wait for them.
"""


def pytest_collection_modifyitems(items):
    """Put the files that take longest first."""
    place = {ROOT / "tests" / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


def pytest_collection_finish():
    """Spare the collector what imports have made; for each network Keras has it look through all objects."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _nothing_left_behind_by_fixtures(tmp_path_factory):
    """Those of a module or a session come before that of a test, which has a database of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path_factory.mktemp('fixtures') / 'mlflow.db'}")
        yield


@pytest.fixture(autouse=True)
def _nothing_left_behind(monkeypatch, tmp_path):
    """A metric logged without a run of the project's would make mlflow.db in the working directory."""
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    mlflow.set_tracking_uri(uri)  # a run before may have set another


@pytest.fixture(scope="session")
def class_names():
    return CLASS_NAMES


def _sample(part, start, stop):
    images = read_idx(SAMPLE_FOLDER / f"{part}-images-idx3-ubyte.gz")[start:stop]
    labels = read_idx(SAMPLE_FOLDER / f"{part}-labels-idx1-ubyte.gz")[start:stop]
    return _read_only(LabelledImages(images, labels))


def _read_only(images):
    """Images that tests share: what one of them wrote into them, the next ones would read."""
    for array in images:
        array.flags.writeable = False
    return images


@pytest.fixture(scope="session")
def train_set():
    """800 real images, as the catalog gives them: grey levels. 25 batches of 32."""
    return _sample("train", 0, 800)


@pytest.fixture(scope="session")
def validation_set():
    """200 real images; a multiple neither of 32 nor of the inference batch."""
    return _sample("train", 800, 1000)


@pytest.fixture(scope="session")
def test_set():
    """300 real test images."""
    return _sample("t10k", 0, 300)


@pytest.fixture(scope="session")
def sets(train_set, validation_set, class_names, test_set):
    """All of these, for trials to choose from."""
    return TrialSets(train_set, validation_set, class_names, test_set)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """A database of MLflow, which takes seconds to make, to be copied."""
    file = tmp_path_factory.mktemp("database") / "mlflow.db"
    mlflow.MlflowClient(f"sqlite:///{file}").search_experiments()
    return file


@pytest.fixture
def empty_store(empty_database, tmp_path):
    """Where tests track, without a run so far."""
    database = shutil.copy(empty_database, tmp_path / "mlflow.db")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "UPDATE experiments SET artifact_location = ?", [(tmp_path / "artifacts").as_uri()]
        )


@pytest.fixture
def run_of_mlflow(empty_store):
    """Begins a run that is active and to which what is tracked goes; as it ends, MLflow has all of it."""

    @contextmanager
    def begin():
        with mlflow.start_run(experiment_id="0") as run:
            open_outbox(Header(mlflow.get_tracking_uri(), "Default", None), run, owned=False)
            try:
                yield run
            finally:
                close_outbox("FINISHED")

    return begin


@pytest.fixture
def open_run(empty_store):
    """A run that is open in a store of MLflow's own, to which what is tracked goes."""
    run = mlflow.MlflowClient().create_run("0", run_name="parent", tags={"mlflow.user": "somebody"})
    outbox = open_outbox(Header(mlflow.get_tracking_uri(), "Default", None), run)
    yield outbox
    close_outbox("FINISHED")


@pytest.fixture(scope="session")
def logged_classifiers(tmp_path_factory, empty_database, train_set, validation_set, class_names):
    """A store of MLflow with classifiers as runs log them, and what tests need to know of these."""
    from tests.logged_classifiers import log_classifiers  # whoever needs none imports no Keras

    folder = tmp_path_factory.mktemp("logged_classifiers")
    return log_classifiers(folder, empty_database, train_set, validation_set, class_names)


@pytest.fixture
def registry_store(logged_classifiers, tmp_path, monkeypatch):
    """A copy of that store, in which nothing is registered yet; its client."""
    database = shutil.copy(logged_classifiers.database, tmp_path / "registry.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{database}")
    mlflow.set_tracking_uri(f"sqlite:///{database}")
    return mlflow.MlflowClient()


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    """What a progress, a pace or a summary is given, so that its test does not wait."""
    return Clock()


@pytest.fixture
def said(caplog):
    """The lines of this project that the test has led to so far."""
    caplog.set_level(logging.INFO, logger="fashion_nets")
    return lambda: [line.getMessage() for line in caplog.records if line.name.startswith("fashion_nets")]


def all_written(outbox, seconds=60):
    """Whether MLflow's store has all that a run has told it, or gets it within this time."""
    deadline = time.monotonic() + seconds
    while not outbox.is_written and time.monotonic() < deadline:
        time.sleep(0.02)
    return outbox.is_written


@contextmanager
def killed_after(process, seconds=120):
    """Wait for what a process says, but not for ever: then it is killed, and says no more."""
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def title_of(figure):
    """The title of a figure as one line, with plain spaces."""
    return " ".join(figure.get_suptitle().replace("-\n", "-").split())


def make_project(folder):
    """Copy what a run reads into a folder, so that what it writes stays there."""
    shutil.copytree(ROOT / "conf", folder / "conf", ignore=shutil.ignore_patterns("local"))
    (folder / "conf" / "local").mkdir()
    shutil.copytree(SAMPLE_FOLDER, folder / "data" / "01_raw" / SAMPLE_FOLDER.name)
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copy(ROOT / ".telemetry", folder)
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    return folder


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory):
    """A project in which the default pipeline has run once, started from one of its subfolders.

    The processes of pytest-xdist share it. Tests only look at it; those that change something take a copy.
    """
    from tests.sample_results import run_quickly  # needs what is defined here

    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, done = shared / "finished_run", shared / "finished_run.done"
    with (shared / "finished_run.lock").open("w") as lock, pytest.MonkeyPatch.context() as patch:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            patch.delenv("MLFLOW_TRACKING_URI", raising=False)
            patch.chdir(make_project(folder) / "conf")
            run_quickly(folder, "__default__", track=True)
            done.touch()
    return folder


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A copy of the project, the working directory of the test, with tracking as a user has it."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(make_project(folder))
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    return folder


@pytest.fixture
def untracked(project):
    """The same, but runs on the sample leave MLflow alone, whose database takes seconds to make."""
    return leave_untracked(project)


def leave_untracked(project):
    (project / "conf" / "sample" / "parameters_untracked.yml").write_text("tracking: {enabled: false}\n")
    return project


@pytest.fixture(scope="module")
def project_of_the_module(tmp_path_factory):
    """Such a project for all tests of a module; what each of them looks at is what is read of conf/ once."""
    return leave_untracked(make_project(tmp_path_factory.mktemp("project_of_the_module")))


@pytest.fixture
def shared_project(project_of_the_module, monkeypatch):
    """The same as the working directory of a test; what the test stores in ``data/sample`` goes with it."""
    monkeypatch.chdir(project_of_the_module)
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    yield project_of_the_module
    shutil.rmtree(project_of_the_module / "data" / "sample", ignore_errors=True)


def keep_logging(patch):
    """Configured anew, absl's handler would close the stream in which pytest captures standard error."""
    patch.setenv("KEDRO_LOGGING_CONFIG", "as it is")


@pytest.fixture(scope="module")
def browser():
    """A real browser, of which ``tests.browser.open_page`` opens pages; without one the test is skipped."""
    from tests.browser import running_browser  # whoever needs no browser needs no Playwright

    with running_browser() as running:
        yield running
