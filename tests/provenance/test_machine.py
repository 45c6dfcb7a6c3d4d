from importlib.metadata import version

import keras
import numpy as np
import tensorflow as tf

from fashion_nets.provenance import machine

SET_THREADS = tf.config.threading.get_intra_op_parallelism_threads()  # 0 leaves the number to TensorFlow


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


def test_versions_are_those_of_what_is_imported():
    versions = machine.library_versions()
    assert (versions["keras"], versions["numpy"]) == (keras.__version__, np.__version__)
    assert versions["tensorflow"] == tf.__version__
    assert versions["fashion-nets"] == version("fashion-nets")
