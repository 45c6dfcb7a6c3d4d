"""What results depend on beside parameters and images: the device, the threads, the libraries."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("keras", "tensorflow", "numpy", "fashion-nets")


def describe_machine() -> dict[str, str | int]:
    """``device``, the name of the first GPU or ``CPU``, and ``threads``, which an operation may use."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    details = tf.config.experimental.get_device_details(gpus[0]) if gpus else {}
    return {
        "device": details.get("device_name", "GPU") if gpus else "CPU",
        "threads": tf.config.threading.get_intra_op_parallelism_threads() or count_threads(),
    }


def describe_processor() -> str:
    """The name of the processor, such as ``AMD EPYC 9R14``, or what kind it is where it tells no name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def library_versions() -> dict[str, str]:
    """The versions of the libraries that compute, and of this package."""
    return {library: version(library) for library in LIBRARIES}


def count_threads() -> int:
    """The cores that this process may use, as many as TensorFlow starts threads for."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
