"""Signals to real processes that compute, and a cell of a notebook that is stopped."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mlflow
import pytest
from kedro.framework.hooks import hook_impl
from kedro.framework.hooks.manager import _create_hook_manager
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import DatasetError, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro.runner import SequentialRunner
from tests.conftest import ROOT, killed_after
from tests.trials.processes import all_gone, descendants_of
from tests.trials.rays import needs_ray
from tests.trials.small import TRIAL, plan, slow_plan

from fashion_nets.errors import UserError
from fashion_nets.hooks.interruptions import SIGNALS, InterruptionHook, Watch
from fashion_nets.pipelines.trials_template import train_trials
from fashion_nets.provenance.machine import describe_machine
from fashion_nets.tracking import ChildRun
from fashion_nets.tracking.entries import set_tags
from fashion_nets.tracking.runs import current_outbox
from fashion_nets.training.checkpoints import NOT_KEPT
from fashion_nets.trials.parameters import TrialsParams

SECONDS_UNTIL_STUCK = 120
# A run with a child in MLflow, and a node that computes what the test puts in its place.
SCRIPT = """
import signal
from contextlib import nullcontext
from kedro.framework.hooks.manager import _create_hook_manager
import mlflow
from fashion_nets.cli import plain_errors
from fashion_nets.hooks.interruptions import InterruptionHook
from fashion_nets.tracking import ChildRun, TrainingLog
from fashion_nets.tracking.runs import open_outbox
from fashion_nets.tracking.unsent import Header

client = mlflow.MlflowClient()
run = client.create_run("0", run_name="parent")
open_outbox(Header(mlflow.get_tracking_uri(), "Default", None), run)
ChildRun("child", {{}}, {{}})
TrainingLog("mlp")(1, {{"loss": 0.5}})
hooks = _create_hook_manager()
hook = InterruptionHook(release=lambda _: None)
hook.owns_process = {owns_process}
hooks.register(hook)
# A job in the background of a shell ignores Ctrl+C, and so does what it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
hooks.hook.before_pipeline_run(run_params={{}}, pipeline=None, catalog=None)
with plain_errors() if {owns_process} else nullcontext():
{work}
"""
SAY = 'print("computing", flush=True)'
SCIKIT_LEARN = f"""
import numpy as np
from sklearn.manifold import Isomap, TSNE
points = np.random.default_rng(0).random((6000, 20))
{SAY}
TSNE(max_iter=100_000).fit(points)
"""
# One call of NumPy that takes minutes, from which Python's own handler does not come back.
ONE_CALL = f"""
import numpy as np
matrix = np.random.default_rng(0).random((9000, 9000))
{SAY}
np.linalg.svd(matrix)
"""
COMPILATION = f"""
import tensorflow as tf

@tf.function(jit_compile=True)
def long(x, start):
    for number in range(start, start + 3000):
        x = tf.sin(x) + float(number)
    return x

{SAY}
for start in range(1000):
    long(tf.constant(1.0), start)
"""
THREADS = f"""
import time
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor() as pool:
    {SAY}
    pool.submit(time.sleep, 300).result()
"""


def interrupt(work, number, database, folder, owns_process=True):
    """Send a signal to a process that computes; return how it ended, after how long, and what it said."""
    script = folder / "script.py"
    script.write_text(SCRIPT.format(owns_process=owns_process, work=textwrap.indent(work, "    ")))
    process = subprocess.Popen(
        [sys.executable, str(script)],
        env={**os.environ, "MLFLOW_TRACKING_URI": f"sqlite:///{database}", "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with killed_after(process):
        assert any("computing" in line for line in process.stdout), process.communicate()
    time.sleep(1)  # for the computation to begin
    sent = time.monotonic()
    process.send_signal(number)
    said = "".join(process.communicate(timeout=SECONDS_UNTIL_STUCK))
    return process.returncode, time.monotonic() - sent, said


def send_to_myself(number):
    os.kill(os.getpid(), number)
    time.sleep(60)


def ended_as(database):
    """The statuses of the runs by name; each run has ended at a time."""
    runs = mlflow.MlflowClient(f"sqlite:///{database}").search_runs(["0"])
    assert all(run.info.end_time >= run.info.start_time for run in runs)
    return {run.info.run_name: run.info.status for run in runs}


@pytest.fixture
def database(empty_database, tmp_path):
    return shutil.copy(empty_database, tmp_path / "mlflow.db")


@pytest.mark.slow  # processes that compute for seconds before they are stopped
@pytest.mark.parametrize(
    ("work", "number"),
    [
        (COMPILATION, signal.SIGTERM),
        (SCIKIT_LEARN, signal.SIGINT),
        (ONE_CALL, signal.SIGTERM),
        (THREADS, signal.SIGINT),
    ],
    ids=["compilation", "scikit-learn", "one call", "threads"],
)
def test_a_run_ends_within_seconds_whatever_it_computes(work, number, database, tmp_path):
    code, seconds, said = interrupt(work, number, database, tmp_path)
    assert code == 128 + number, said
    assert f"Stopped by {number.name}. The same command goes on" in said
    assert ended_as(database) == {"parent": "KILLED", "mlp": "KILLED", "child": "KILLED"}
    assert seconds < 30  # less than five on a machine that is not busy


def test_a_script_goes_on_as_it_likes_when_a_run_was_stopped(open_run):
    ChildRun("child", {}, {})
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    released = []
    watch = Watch(owns_process=False, release=released.append)
    try:
        with pytest.raises(KeyboardInterrupt):
            send_to_myself(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) == signal.default_int_handler
        assert current_outbox() is None
        time.sleep(4)  # longer than a command line would be left
        assert released == [threading.main_thread().ident]
    finally:
        watch.stop()
        signal.signal(signal.SIGINT, before)
    statuses = {run.info.run_name: run.info.status for run in mlflow.MlflowClient().search_runs(["0"])}
    assert statuses == {"parent": "KILLED", "child": "KILLED"}
    open_run.put(set_tags(open_run.run.info.run_id, {"late": True}))  # too late


def test_a_run_that_fails_before_its_first_node_is_failed(open_run):
    class Refusal:
        @hook_impl
        def before_pipeline_run(self):
            raise UserError("not today")

    hooks = _create_hook_manager()
    hooks.register(InterruptionHook(release=lambda _: None))
    hooks.register(Refusal())
    with pytest.raises(UserError, match="not today"):
        hooks.hook.before_pipeline_run(run_params={}, pipeline=None, catalog=None)
    assert current_outbox() is None
    assert mlflow.MlflowClient().get_run(open_run.run.info.run_id).info.status == "FAILED"


class Stopped(SequentialRunner):
    """Gets Ctrl+C while a thread of its own still saves, as one of ThreadRunner may."""

    def run(self, *_, **__):
        with ThreadPoolExecutor(1) as threads:
            self.locked = threads.submit(self.save)
            send_to_myself(signal.SIGINT)

    @staticmethod
    def save():
        time.sleep(1)
        return locked()


def locked():
    return [note.name for note in Path("data/sample/.locks").glob("*.json")]


def test_locks_are_held_while_threads_of_an_interrupted_run_still_save(untracked):
    bootstrap_project(untracked)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    runner = Stopped()
    try:
        with KedroSession.create(env="sample") as session, pytest.raises(KeyboardInterrupt):
            session.run(pipeline_names=["data_ingestion"], runner=runner)
        assert runner.locked.result() == ["networks.json"]
        deadline = time.monotonic() + 30
        while locked():
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        signal.signal(signal.SIGINT, before)


class Full(MemoryDataset):
    def save(self, data):
        raise OSError("no space")


class Slow(MemoryDataset):
    def save(self, data):
        send_to_myself(signal.SIGINT)


class Streaming(SequentialRunner):
    """Runs a node that yields its output piece by piece, in place of the pipeline that it is given.

    Args:
        work: Its function.
        pieces: The dataset of what it yields.
    """

    def __init__(self, work, pieces):
        super().__init__()
        self._node = node(work, None, "pieces")
        self._pieces = pieces

    def run(self, pipeline, catalog, hook_manager, run_id, **_):
        catalog["pieces"] = self._pieces
        super().run(Pipeline([self._node]), catalog, hook_manager, run_id)


def run_in_a_notebook(runner, error):
    """Run until it fails; return the error, whose traceback keeps what has failed, as a notebook does."""
    bootstrap_project(Path.cwd())
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with KedroSession.create(env="sample") as session, pytest.raises(error) as raised:
            session.run(pipeline_names=["data_ingestion"], runner=runner)
    finally:
        signal.signal(signal.SIGINT, before)
    return raised.value


@pytest.mark.parametrize(("pieces", "error"), [(Full, DatasetError), (Slow, KeyboardInterrupt)])
def test_a_node_is_ended_whose_output_cannot_be_saved(pieces, error, untracked):
    ended = threading.Event()

    def work():
        try:
            yield "a piece"
        finally:
            ended.set()

    kept = run_in_a_notebook(Streaming(work, pieces()), error)
    assert ended.wait(10)
    assert kept.__traceback__


@pytest.mark.slow  # a worker, or Ray and a trainer
@pytest.mark.parametrize("ray", [None, pytest.param("auto", marks=needs_ray)])
def test_what_trains_for_a_run_ends_with_it_where_a_trial_cannot_be_stored(ray, untracked, sets):
    before, started = set(descendants_of(os.getpid())), []
    trials = plan(TRIAL, *slow_plan(1).trials)  # one is stored while the other is trained

    def train():
        params = TrialsParams(workers=2, threads=describe_machine()["threads"], ray=ray)
        for record in train_trials(trials, {}, NOT_KEPT, *sets[:3], params):
            started.extend(set(descendants_of(os.getpid())) - before)
            yield record

    kept = run_in_a_notebook(Streaming(train, Full()), DatasetError)
    assert started
    assert all_gone(started)
    assert kept.__traceback__


def test_a_run_in_another_thread_leaves_the_watch_of_the_main_thread_alone():
    hooks = _create_hook_manager()
    hooks.register(InterruptionHook(release=lambda _: None))
    given = {"run_params": {}, "pipeline": None, "catalog": None}
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    hooks.hook.before_pipeline_run(**given)
    try:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(hooks.hook.before_pipeline_run, **given).result(timeout=30)
            thread.submit(hooks.hook.after_pipeline_run, run_result={}, **given).result(timeout=30)
        with pytest.raises(KeyboardInterrupt):
            send_to_myself(signal.SIGINT)
    finally:
        hooks.hook.after_pipeline_run(run_result={}, **given)
        signal.signal(signal.SIGINT, before)


def test_signals_are_as_they_were_after_a_run():
    before = {number: signal.getsignal(number) for number in SIGNALS}
    watch = Watch(owns_process=False, release=lambda _: None)
    assert signal.getsignal(signal.SIGTERM) != before[signal.SIGTERM]
    watch.stop()
    assert {number: signal.getsignal(number) for number in SIGNALS} == before
    assert signal.set_wakeup_fd(-1) == -1


def test_a_handler_of_somebody_else_is_left_alone():
    heard = []
    before = signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
    try:
        watch = Watch(owns_process=False, release=lambda _: None)
        os.kill(os.getpid(), signal.SIGTERM)
        watch.stop()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert heard == [signal.SIGTERM]
