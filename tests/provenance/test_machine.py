import os
import subprocess
import sys
from importlib.metadata import version

import keras
import numpy as np
import pytest
import tensorflow as tf

from fashion_nets.errors import UserError
from fashion_nets.provenance import control_groups, machine

TRAIN = """
import os, sys
os.sched_setaffinity(0, {int(core) for core in sys.argv[2].split(",")})
from fashion_nets.provenance.machine import limit_threads
if limit := int(sys.argv[1]):
    limit_threads(limit)
import keras, numpy as np
from fashion_nets.provenance.digests import digest_weights
from fashion_nets.training.precision import resolve_precision
keras.config.set_dtype_policy(resolve_precision("auto"))
keras.utils.set_random_seed(1)
images = np.random.default_rng(1).random((512, 28, 28, 1), np.float32)
convolution, probabilities = keras.layers.Conv2D(32, 5), keras.layers.Dense(10, "softmax", dtype="float32")
network = keras.Sequential([keras.Input((28, 28, 1)), convolution, keras.layers.Flatten(), probabilities])
network.compile("sgd", "sparse_categorical_crossentropy")
network.fit(images, np.arange(512) % 10, epochs=2, verbose=0)
print(digest_weights(network))
"""
SET_THREADS = tf.config.threading.get_intra_op_parallelism_threads()  # 0 leaves the number to TensorFlow


def test_free_cores_are_no_more_than_the_least_quota_of_the_groups(monkeypatch, tmp_path):
    monkeypatch.setattr("os.sched_getaffinity", lambda process: set(range(8)), raising=False)
    monkeypatch.setattr(control_groups, "_OWN", tmp_path / "own")
    monkeypatch.setattr(control_groups, "_ROOT", tmp_path / "groups")
    assert machine.count_free_cores() == 8
    (tmp_path / "own").write_text("0::/slice/job\n")
    job = tmp_path / "groups/slice/job"
    job.mkdir(parents=True)
    (job / "cpu.max").write_text("max 100000\n")
    assert machine.count_free_cores() == 8
    (job.parent / "cpu.max").write_text("350000 100000\n")
    assert machine.count_free_cores() == 3
    (tmp_path / "groups/cpu.max").write_text("50000 100000\n")
    assert machine.count_free_cores() == 1
    assert machine.count_cores() == 8  # so many threads there are, on which results depend


def test_the_machine_is_its_device_and_its_threads(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {0, 1, 2}, raising=False)
    described = machine.describe_machine()
    assert described["threads"] == (SET_THREADS or 3)
    assert (described["device"] == "CPU") == (not tf.config.list_physical_devices("GPU"))


def test_where_cores_cannot_be_assigned_all_are_counted(monkeypatch):
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 5)
    assert machine.describe_machine()["threads"] == (
        tf.config.threading.get_intra_op_parallelism_threads() or 5
    )


def test_the_number_of_threads_is_the_one_that_tensorflow_is_told(monkeypatch):
    monkeypatch.setenv(machine.THREADS, "7")
    assert machine.count_threads() == 7
    monkeypatch.setenv(machine.THREADS, "")
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {0, 1, 2}, raising=False)
    assert machine.count_threads() == 3


@pytest.mark.parametrize("before", ["7", None])
def test_a_limit_ends_with_the_run_that_asked_for_it(before, monkeypatch):
    monkeypatch.setattr(machine, "_before", {})
    monkeypatch.delitem(sys.modules, "tensorflow")  # as before it is imported
    monkeypatch.setenv(machine.THREADS, before or "")
    if before is None:
        monkeypatch.delenv(machine.THREADS)
    machine.limit_threads(1)
    machine.limit_threads(2)
    assert machine.count_threads() == 2
    machine.limit_threads(None)
    assert os.environ.get(machine.THREADS) == before


def test_a_tensorflow_that_keeps_a_limit_is_told_of(monkeypatch, caplog):
    monkeypatch.setattr(machine, "_before", {})
    monkeypatch.setenv(machine.THREADS, "")
    machine.limit_threads(None)  # nobody has limited it
    assert not caplog.records
    threads = machine.describe_machine()["threads"]
    machine.limit_threads(threads)
    machine.limit_threads(None)
    assert f"TensorFlow keeps the {threads} that an earlier run" in caplog.text
    assert machine.count_threads() == threads


def test_threads_of_a_tensorflow_that_is_at_work_cannot_be_changed(monkeypatch):
    monkeypatch.setattr(machine, "_before", {})
    tf.constant(1)  # it is at work
    monkeypatch.setenv(machine.THREADS, "")
    threads = machine.describe_machine()["threads"]
    machine.limit_threads(threads)
    assert machine.count_threads() == threads
    with pytest.raises(UserError, match=f"at work with {threads} in this process, which cannot become"):
        machine.limit_threads(threads + 1)
    assert machine.count_threads() == threads


def test_the_processor_has_a_name(monkeypatch):
    assert machine.describe_processor()
    monkeypatch.setattr(machine.Path, "read_text", lambda path: "model name\t: Fast 9000\n" * 2)
    assert machine.describe_processor() == "Fast 9000"


@pytest.mark.slow  # processes that train
def test_one_thread_of_two_cores_gives_the_weights_of_one_core(tmp_path):
    """Trained in bfloat16 where the processor has it; with two threads, sums are of other parts."""
    program = tmp_path / "train.py"
    program.write_text(TRAIN)

    def train(limit, cores):
        environment = {**os.environ, machine.THREADS: ""}
        command = [sys.executable, str(program), str(limit), ",".join(map(str, cores))]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    cores = sorted(os.sched_getaffinity(0))[:2]
    with_one_thread = train(1, cores)
    assert len(with_one_thread.strip()) == 64
    assert with_one_thread == train(0, cores[:1])


def test_versions_are_those_of_what_is_imported():
    versions = machine.library_versions()
    assert (versions["keras"], versions["numpy"]) == (keras.__version__, np.__version__)
    assert versions["tensorflow"] == tf.__version__
    assert versions["fashion-nets"] == version("fashion-nets")
