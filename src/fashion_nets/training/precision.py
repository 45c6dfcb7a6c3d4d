"""The number format of the arithmetic: float32, or bfloat16 where the processor computes in it."""

import logging
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

logger = logging.getLogger(__name__)

Precision = Literal["float32", "mixed_bfloat16", "auto"]
"""``auto`` is ``mixed_bfloat16`` where the hardware computes in it, else ``float32``."""

_AMPERE = (8, 0)  # the first compute capability of NVIDIA with bfloat16
_CPU_FLAGS = {"avx512_bf16", "amx_bf16"}


def has_bfloat16() -> bool:
    """Whether the device that Keras computes on has instructions for bfloat16.

    Without them bfloat16 is emulated, which is slower than float32.
    """
    import tensorflow as tf

    if gpus := tf.config.list_physical_devices("GPU"):
        details = tf.config.experimental.get_device_details(gpus[0])
        return details.get("compute_capability", (0, 0)) >= _AMPERE
    return platform.system() == "Linux" and bool(_CPU_FLAGS & _linux_cpu_flags())


def _linux_cpu_flags() -> set[str]:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith(("flags", "Features")):
            return set(line.partition(":")[2].split())
    return set()


def resolve_precision(precision: Precision) -> Precision:
    """Turn ``auto`` into a dtype policy of Keras, and log which and why."""
    if precision != "auto":
        return precision
    if has_bfloat16():
        logger.debug("Precision auto: mixed_bfloat16, as this processor computes in bfloat16")
        return "mixed_bfloat16"
    logger.debug("Precision auto: float32, as this processor has no bfloat16 instructions")
    return "float32"


@contextmanager
def dtype_policy(policy: str) -> Iterator[None]:
    """Build layers under a dtype policy of Keras, then restore the one before."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
