"""Whoever has started workers is interrupted: they end, and what was stored is gone on from."""

import os
import signal
import subprocess
import sys
import tempfile
import time

import pytest
from tests.conftest import ROOT, SAMPLE_FOLDER, killed_after
from tests.trials.processes import all_gone, workers_of
from tests.trials.small import slow_plan
from tests.trials.store import Store

from fashion_nets.data.idx import read_idx
from fashion_nets.data.image_set import LabelledImages
from fashion_nets.provenance.machine import describe_machine
from fashion_nets.temporary import PREFIX, TemporaryFolder
from fashion_nets.training.checkpoints import Checkpoints
from fashion_nets.trials.images import TrialSets

# No guard of __main__, as scripts of people often have none.
SCRIPT = """
import signal
import sys
from pathlib import Path
from tests.trials.small import slow_plan
from tests.trials.store import Store
from tests.trials.test_interrupted_parent import make_sets
from fashion_nets.training.checkpoints import Checkpoints
from fashion_nets.trials.parameters import TrialsParams
from fashion_nets.trials.runners import open_runner

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
folder, threads = Path(sys.argv[1]), int(sys.argv[2])
checkpoints = Checkpoints(folder / "states")
with open_runner(TrialsParams(workers=2, threads=threads, ray=None)) as run:
    Store(folder / "mine", make_sets()).train(slow_plan(), run=run, checkpoints=checkpoints, threads=threads)
"""


def make_sets():
    """Small sets that are no files."""
    images = read_idx(SAMPLE_FOLDER / "train-images-idx3-ubyte.gz")
    labels = read_idx(SAMPLE_FOLDER / "train-labels-idx1-ubyte.gz")
    parts = (slice(0, 800), slice(800, 1000))
    return TrialSets(*(LabelledImages(images[part], labels[part]) for part in parts), list("0123456789"))


def is_in_the_middle(folder):
    """Whether a trial is stored, and of another one a state alone."""
    stored = {path.stem for path in (folder / "mine").rglob("*.json")}
    begun = {path.parent.name for path in (folder / "states").glob("*/*/training.npz")}
    return stored and begun - stored


def holds(question, *arguments, seconds=200):
    """Whether the answer becomes yes within this time."""
    deadline = time.monotonic() + seconds
    while not question(*arguments) and time.monotonic() < deadline:
        time.sleep(0.01)
    return question(*arguments)


@pytest.mark.slow  # a program with two workers, each of which imports TensorFlow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_their_parent_and_the_next_run_goes_on(number, tmp_path, monkeypatch):
    temporary, threads = tmp_path / "temporary", describe_machine()["threads"]
    temporary.mkdir()
    (tmp_path / "script.py").write_text(SCRIPT)
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "script.py"), str(tmp_path), str(threads)],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with killed_after(process, 300):
        assert holds(is_in_the_middle, tmp_path)
        workers = workers_of(process.pid)
        assert len(workers) == 2
        assert list(temporary.glob(f"{PREFIX}*"))
        process.send_signal(number)
        process.wait()
    assert process.returncode != 0
    assert all_gone(workers)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    TemporaryFolder().close()  # as the next run makes one
    assert not list(temporary.glob(f"{PREFIX}*"))

    store, plan = Store(tmp_path / "mine", make_sets()), slow_plan()
    stored = set(store.records.load())
    assert stored
    trained = store.train(plan, checkpoints=Checkpoints(tmp_path / "states"))
    assert sorted([*stored, *trained]) == sorted(trial.key for trial in plan.trials)  # each of them once
    expected = Store(tmp_path / "at_once", make_sets())
    expected.train(plan)
    for trial in plan.trials:
        found, same = store.read(trial.key)["numbers"], expected.read(trial.key)["numbers"]
        assert found["val_loss"] == same["val_loss"]
