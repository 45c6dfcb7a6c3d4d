"""What results depend on beside parameters and images: the device, the threads, the libraries."""

import logging
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from fashion_nets.errors import UserError
from fashion_nets.provenance.control_groups import list_groups

THREADS = "TF_NUM_INTRAOP_THREADS"
"""The variable by which TensorFlow is told, before it starts, how many threads an operation may use."""
MAX_THREADS = 1024  # more than any processor has; TensorFlow starts them all, and hangs on a hundred thousand
COMPUTING = ("keras", "tensorflow", "numpy")
"""The libraries that compute."""

logger = logging.getLogger(__name__)

_before: dict[str, str | None] = {}
"""What ``THREADS`` was before this process limited it, while it does."""


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
    return processor_facts().get("model name") or platform.processor() or platform.machine()


def processor_facts() -> dict[str, str]:
    """What Linux tells of the first core in ``/proc/cpuinfo``, by its names for it; nothing elsewhere."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return {}
    fields = (line.partition(":") for line in text.partition("\n\n")[0].splitlines())
    return {name.strip(): value.strip() for name, _, value in fields}


def library_versions() -> dict[str, str]:
    """The versions of the libraries that compute, and of this package."""
    return {**computing_versions(), "fashion-nets": version("fashion-nets")}


def computing_versions() -> dict[str, str]:
    """The versions of the libraries that compute; known also where this package is not installed."""
    return {library: version(library) for library in COMPUTING}


def count_threads() -> int:
    """The threads that TensorFlow starts: as many as it is told, or as many cores as this process may use."""
    told = os.environ.get(THREADS, "")
    if told.isdecimal() and int(told) > 0:
        return int(told)
    return count_cores()


def count_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def count_free_cores() -> int:
    """The cores whose time this process may use: no more than the quotas of its container leave.

    Of control groups of version 2, in which a quota is a time of all cores together in each period.
    """
    return max(1, int(min([count_cores(), *_quotas()])))


def _quotas() -> Iterator[float]:
    """The quota of each control group that this process is in, in cores."""
    for group, is_version_2 in list_groups("cpu"):
        if is_version_2:
            with suppress(OSError, ValueError):  # there is no such group here, or its quota is "max"
                quota, period = (group / "cpu.max").read_text().split()
                yield int(quota) / int(period)


def limit_threads(threads: int | None) -> None:
    """Let an operation of TensorFlow use so many threads, also in processes that this one starts.

    Results depend on it: sums of other parts in another order differ in their last digits.

    Args:
        threads: How many, at least 1. None takes back what an earlier call has said; a TensorFlow that is at
            work keeps its number, of which a warning tells.

    Raises:
        UserError: If TensorFlow has started with another number, which cannot be changed any more.
    """
    if threads is None:
        _end_limit()
        return
    if "tensorflow" in sys.modules and threads != describe_machine()["threads"]:
        import tensorflow as tf

        try:
            tf.config.threading.set_intra_op_parallelism_threads(threads)
        except RuntimeError as error:
            raise UserError(
                f"threads: TensorFlow is at work with {describe_machine()['threads']} in this process, which "
                f"cannot become {threads} any more. Start anew, as by restarting the notebook."
            ) from error
    _before.setdefault(THREADS, os.environ.get(THREADS))
    os.environ[THREADS] = str(threads)


def _end_limit() -> None:
    if THREADS not in _before:
        return
    if "tensorflow" in sys.modules:
        logger.warning(
            "threads: TensorFlow keeps the %s that an earlier run of this process has set. Start anew, as by "
            "restarting the notebook, for as many as there are cores.",
            describe_machine()["threads"],
        )
        return
    before = _before.pop(THREADS)
    os.environ.pop(THREADS, None)
    if before is not None:
        os.environ[THREADS] = before
